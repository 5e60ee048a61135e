import type { ClientAccountEntity } from '../entities/client-account.entity.js';
import type { SeatEntity } from '../entities/seat.entity.js';
import { Refusal } from '../errors.js';
import type { Role } from '../quota/words.js';
import { ROLES } from '../quota/words.js';
import { systemViewer, type Viewer } from '../tenancy/viewer.js';
import type { AgencyService } from './agency/agency.service.js';
import type { ApiKeyService } from './members/api-key.service.js';
import type { ClientAccountService } from './agency/client-account.service.js';
import type { PlanService } from './agency/plan.service.js';
import type { AddSeat } from './seats/seat.checks.js';
import type { SeatReader } from './seats/seat.reader.js';
import type { SeatService } from './seats/seat.service.js';

/** What the demo is made with: the same services as everything else. */
export interface DemoServices {
  readonly agencies: AgencyService;
  readonly plans: PlanService;
  readonly clientAccounts: ClientAccountService;
  readonly seats: SeatReader;
  readonly seatChanges: SeatService;
  readonly apiKeys: ApiKeyService;
}

export interface DemoAgency {
  /** A uuid, as all ids here. */
  readonly id: string;
  readonly name: string;
  readonly keys: Readonly<Record<Role, string>>;
  readonly clientAccounts: readonly {
    readonly id: string;
    readonly seats: readonly { readonly id: string; readonly tier: string; readonly timeZone: string }[];
  }[];
}

type DemoSeat = Pick<AddSeat, 'holderName' | 'tier' | 'openingCredits'>;

interface DemoPlace {
  /** Fixed, so that the demo is found again. */
  readonly agencyId: string;
  readonly name: string;
  readonly slug: string;
  readonly timeZone: string;
  readonly clientAccounts: readonly { readonly name: string; readonly seats: readonly DemoSeat[] }[];
}

const DEMO: readonly DemoPlace[] = [
  {
    agencyId: 'de300000-0000-4000-8000-000000000001',
    name: 'Northwind Outreach',
    slug: 'northwind',
    timeZone: 'Europe/Madrid',
    clientAccounts: [
      {
        name: 'Acme Robotics',
        seats: [
          { holderName: 'Ana Ruiz', tier: 'SALES_NAVIGATOR', openingCredits: 50 },
          { holderName: 'Ben Ortega', tier: 'BASIC' },
        ],
      },
      { name: 'Blue Harbor', seats: [{ holderName: 'Clara Vidal', tier: 'BASIC' }] },
    ],
  },
  {
    agencyId: 'de300000-0000-4000-8000-000000000002',
    name: 'Lakeside Growth',
    slug: 'lakeside',
    timeZone: 'America/New_York',
    clientAccounts: [
      {
        name: 'Cedar Analytics',
        seats: [
          { holderName: 'Dana Whitlock', tier: 'SALES_NAVIGATOR', openingCredits: 50 },
          { holderName: 'Eli Marsh', tier: 'BASIC' },
        ],
      },
      { name: 'Delta Freight', seats: [{ holderName: 'Farah Quinn', tier: 'PREMIUM_BUSINESS' }] },
    ],
  },
];

/** A week that leaves plenty: some nine messages, three invitations and ten views a day. */
const OPENING_USE: NonNullable<AddSeat['openingUse']> = [
  { action: 'DIRECT_MESSAGE', days: 7, count: 60 },
  { action: 'CONNECTION_REQUEST', days: 7, count: 20 },
  { action: 'PROFILE_VIEW', days: 7, count: 70 },
];
const HOLDER_AGREED_ON = '2026-01-15';
const SEAT_ALLOWANCE = 10;
const FOUND = { rows: 100, after: null };

/**
 * Two agencies to try things on. Where they are there already, nothing is done. Answers what of them could not be made, and why:
 * whoever tries things out may have changed what it would stand on.
 */
export async function seedDemoAgencies(services: DemoServices): Promise<string[]> {
  const lacking: string[] = [];
  for (const place of DEMO) lacking.push(...(await seedPlace(services, place)));
  return lacking;
}

/** The demo's agencies as far as they are there, with a fresh key for each role; the demo's earlier keys are revoked. */
export async function openDemo(services: DemoServices): Promise<DemoAgency[]> {
  await seedDemoAgencies(services);
  const agencies: DemoAgency[] = [];
  for (const place of DEMO) agencies.push(await openPlace(services, place));
  return agencies;
}

async function seedPlace(services: DemoServices, place: DemoPlace): Promise<string[]> {
  const viewer = viewerOf(place);
  const lacking: string[] = [];
  const { agencies } = services;
  if (!(await agencies.exists(viewer))) {
    done(await agencies.createAgency({ name: place.name, timeZone: place.timeZone }, place.agencyId));
  }
  for (const [index, { name, seats }] of place.clientAccounts.entries()) {
    const account = await seedAccount(services, place, index);
    if (account instanceof Refusal) {
      lacking.push(`${name} of ${place.name}: ${account.message}`);
      continue;
    }
    for (const [seatIndex, { holderName }] of seats.entries()) {
      const seat = await seedSeat(services, place, account, [index, seatIndex]);
      if (seat instanceof Refusal) lacking.push(`The seat of ${holderName} of ${name}: ${seat.message}`);
    }
  }
  return lacking;
}

async function seedAccount(
  services: DemoServices,
  place: DemoPlace,
  index: number,
): Promise<ClientAccountEntity | Refusal> {
  const { plans, clientAccounts } = services;
  const { timeZone } = place;
  const viewer = viewerOf(place);
  const { name } = found(place.clientAccounts[index] ?? null);
  const externalRef = accountRef(index);
  const known = await findAccount(services, viewer, externalRef, name);
  if (known) return known;
  const plan = await plans.createPlan(viewer, { name: `${name} plan`, seatAllowance: SEAT_ALLOWANCE });
  if (plan instanceof Refusal) return plan;
  return clientAccounts.createClientAccount(viewer, { name, planId: plan.id, timeZone, externalRef });
}

async function seedSeat(
  services: DemoServices,
  place: DemoPlace,
  { id: clientAccountId }: ClientAccountEntity,
  [index, seatIndex]: readonly [number, number],
): Promise<SeatEntity | Refusal> {
  const viewer = viewerOf(place);
  const seat = found(place.clientAccounts[index]?.seats[seatIndex] ?? null);
  const externalRef = `${accountRef(index)}-seat-${seatIndex + 1}`;
  const profileUrl = profileUrlOf(place, index, seatIndex);
  const known = await findSeat(services, viewer, externalRef, profileUrl);
  if (known) return known;
  return services.seatChanges.addSeat(viewer, {
    ...{ ...seat, clientAccountId, externalRef, profileUrl },
    timeZone: place.timeZone,
    holderAgreedOn: HOLDER_AGREED_ON,
    history: 'DECLARED',
    openingUse: OPENING_USE,
  });
}

async function openPlace(services: DemoServices, place: DemoPlace): Promise<DemoAgency> {
  const { apiKeys } = services;
  const viewer = viewerOf(place);
  const accounts = [];
  for (const [index, { name, seats: demoSeats }] of place.clientAccounts.entries()) {
    const account = await findAccount(services, viewer, accountRef(index), name);
    if (!account) continue;
    const shown = [];
    for (const seatIndex of demoSeats.keys()) {
      const seatRef = `${accountRef(index)}-seat-${seatIndex + 1}`;
      const seat = await findSeat(services, viewer, seatRef, profileUrlOf(place, index, seatIndex));
      if (seat) shown.push({ id: seat.id, tier: seat.tier, timeZone: seat.timeZone });
    }
    accounts.push({ id: account.id, seats: shown });
  }
  await revokeKeys(apiKeys, viewer);
  const keys: [Role, string][] = [];
  for (const role of ROLES) {
    const clientAccountId = role === 'CLIENT' ? accounts[0]?.id : null;
    keys.push([
      role,
      done(await apiKeys.createApiKey(viewer, { name: keyName(role), role, clientAccountId })).secret,
    ]);
  }
  const byRole = Object.fromEntries(keys) as Record<Role, string>;
  return { id: place.agencyId, name: place.name, keys: byRole, clientAccounts: accounts };
}

/** By the reference that the demo gave it, or by its name: whoever tries things out gives it a reference of their own. */
async function findAccount(
  { clientAccounts }: DemoServices,
  viewer: Viewer,
  externalRef: string,
  name: string,
): Promise<ClientAccountEntity | null> {
  const known = await clientAccounts.byExternalRef(viewer, externalRef);
  if (known) return known;
  const { rows } = await clientAccounts.clientAccounts(viewer, name, FOUND);
  return rows.find(({ node }) => node.name === name)?.node ?? null;
}

/** By the reference that the demo gave it, or by its address: a tool that is heard wants the reference to be its own id. */
async function findSeat(
  { seats }: DemoServices,
  viewer: Viewer,
  externalRef: string,
  profileUrl: string,
): Promise<SeatEntity | null> {
  const known = await seats.byExternalRef(viewer, externalRef);
  if (known) return known;
  const filter = { clientAccountId: null, statuses: null, search: profileUrl };
  const { rows } = await seats.seats(viewer, filter, FOUND);
  return rows.find(({ node }) => node.profileUrl === profileUrl)?.node ?? null;
}

/** Those that an earlier call made: they would pile up. */
async function revokeKeys(apiKeys: ApiKeyService, viewer: Viewer): Promise<void> {
  const names = new Set(ROLES.map(keyName));
  const { rows } = await apiKeys.apiKeys(viewer, FOUND);
  for (const { node } of rows) {
    if (names.has(node.name) && node.revokedAt === null) done(await apiKeys.revokeApiKey(viewer, node.id));
  }
}

function viewerOf({ agencyId }: DemoPlace): Viewer {
  return systemViewer(agencyId, 'demo');
}

function accountRef(index: number): string {
  return `demo-client-${index + 1}`;
}

function profileUrlOf({ slug }: DemoPlace, account: number, seat: number): string {
  return `https://www.linkedin.com/in/demo-${slug}-${account + 1}-${seat + 1}`;
}

function keyName(role: Role): string {
  return `Demo ${role}`;
}

function done<T>(outcome: T | Refusal): T {
  if (outcome instanceof Refusal) throw new Error(`The demo: ${outcome.message}`);
  return outcome;
}

function found<T>(row: T | null): T {
  if (row === null) throw new Error('The demo is not complete.');
  return row;
}
