import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { ClientAccountEntity } from '../../src/entities/client-account.entity.js';
import type { PlanEntity } from '../../src/entities/plan.entity.js';
import type { SeatEntity } from '../../src/entities/seat.entity.js';
import { Refusal } from '../../src/errors.js';
import type { Role } from '../../src/quota/words.js';
import { AgencyService } from '../../src/services/agency/agency.service.js';
import { ApiKeyService } from '../../src/services/members/api-key.service.js';
import { AuditLog } from '../../src/services/audit-log.js';
import { CampaignService } from '../../src/services/campaigns/campaign.service.js';
import { Changes } from '../../src/services/changes.js';
import type { CreateClientAccount } from '../../src/services/agency/client-account.changes.js';
import { ClientAccountService } from '../../src/services/agency/client-account.service.js';
import { HolderService } from '../../src/services/seats/holder.service.js';
import { LimitService } from '../../src/services/agency/limit.service.js';
import { OutsideUseService } from '../../src/services/seats/outside-use.service.js';
import { PlanService, type CreatePlan } from '../../src/services/agency/plan.service.js';
import type { AddSeat } from '../../src/services/seats/seat.checks.js';
import { SeatReader } from '../../src/services/seats/seat.reader.js';
import { SeatMoves } from '../../src/services/seats/seat.moves.js';
import { SeatService } from '../../src/services/seats/seat.service.js';
import { Fingerprints } from '../../src/tenancy/fingerprint.js';
import { reachOfKey, type Viewer } from '../../src/tenancy/viewer.js';

export const TEST_FINGERPRINTS = new Fingerprints('the secret of tests that need no other one');

/** The services of a database, wired as the server wires them. */
export function servicesOn(dataSource: DataSource) {
  const changes = new Changes(dataSource);
  const audit = new AuditLog(TEST_FINGERPRINTS);
  return {
    agencies: new AgencyService(dataSource, audit),
    plans: new PlanService(dataSource, changes, audit),
    clientAccounts: new ClientAccountService(dataSource, changes, audit),
    seats: new SeatService(changes, audit),
    seatMoves: new SeatMoves(changes, audit),
    holders: new HolderService(dataSource, changes, audit, TEST_FINGERPRINTS),
    seatReader: new SeatReader(dataSource),
    campaigns: new CampaignService(dataSource, changes, audit),
    outsideUses: new OutsideUseService(changes, audit),
    limits: new LimitService(dataSource, changes, audit),
    apiKeys: new ApiKeyService(dataSource, changes, audit),
  };
}

/** What a seed differs in from the usual one. */
export interface SeedOverrides {
  readonly timeZone?: string;
  readonly plan?: Partial<CreatePlan>;
  readonly clientAccount?: Partial<CreateClientAccount>;
  readonly seat?: Partial<AddSeat>;
}

export interface SeededAgency {
  readonly agencyId: string;
  /** By the agency's first key. */
  readonly owner: Viewer;
  /** The key itself, `hr_live_…`. */
  readonly key: string;
  readonly plan: PlanEntity;
  readonly clientAccount: ClientAccountEntity;
  readonly seat: SeatEntity;
}

/**
 * An agency of a test's own: a plan of ten seats, a client account, a SALES_NAVIGATOR seat that may send (its holder has
 * agreed, its history is known and empty), all in UTC.
 */
export async function seedAgency(
  dataSource: DataSource,
  overrides: SeedOverrides = {},
): Promise<SeededAgency> {
  const { agencies, plans, clientAccounts, seats } = servicesOn(dataSource);
  const { timeZone = 'UTC' } = overrides;
  const { agency, apiKey, secret } = done(await agencies.createAgency({ name: 'Agency', timeZone }));
  const owner = viewerOf(agency.agencyId, apiKey.id);
  const plan = done(await plans.createPlan(owner, { name: 'Plan', seatAllowance: 10, ...overrides.plan }));
  const clientAccount = done(
    await clientAccounts.createClientAccount(owner, {
      name: 'Client',
      planId: plan.id,
      timeZone,
      ...overrides.clientAccount,
    }),
  );
  const seat = done(await seats.addSeat(owner, newSeat(clientAccount.id, { timeZone, ...overrides.seat })));
  return { agencyId: agency.agencyId, owner, key: secret, plan, clientAccount, seat };
}

/** A seat to add: each is another LinkedIn account. */
export function newSeat(clientAccountId: string, overrides: Partial<AddSeat> = {}): AddSeat {
  return {
    clientAccountId,
    holderName: 'Holder',
    holderAgreedOn: '2020-01-01',
    profileUrl: `https://www.linkedin.com/in/${randomUUID()}`,
    tier: 'SALES_NAVIGATOR',
    timeZone: 'UTC',
    history: 'NONE',
    ...overrides,
  };
}

/** Somebody else of the same agency. */
export function viewerAs(owner: Viewer, role: Role, clientAccountId: string | null = null): Viewer {
  return { ...owner, role, reach: reachOfKey(clientAccountId), actor: 'system:test', credential: null };
}

/** Whoever came with the key of that id. */
function viewerOf(agencyId: string, keyId: string): Viewer {
  const credential = { kind: 'KEY', id: keyId, rights: 0 } as const;
  return { agencyId, role: 'OWNER', reach: null, actor: `key:${keyId}`, credential, expiresAt: null };
}

/** The key that a viewer came with. */
export function keyIdOf({ credential }: Viewer): string {
  if (credential?.kind !== 'KEY') throw new Error('The viewer came with no key.');
  return credential.id;
}

/** What was done; throws where it was refused. */
export function done<T>(outcome: T | Refusal): T {
  if (outcome instanceof Refusal)
    throw new Error(`${outcome.code} ${outcome.field?.join('.')}: ${outcome.message}`);
  return outcome;
}

/** Why it was refused, as `CODE input.field`; throws where it was done. */
export function refused(outcome: unknown): string {
  if (!(outcome instanceof Refusal)) throw new Error('It was not refused.');
  return [outcome.code, outcome.field?.join('.')].filter(Boolean).join(' ');
}
