import { createHash, randomUUID } from 'node:crypto';
import pg from 'pg';
import type { LedgerRequest, ReserveAnswer } from '../../src/ledger/requests.js';
import { Refusal } from '../../src/errors.js';
import type { DecisionRecord } from '../../src/ledger/decision-record.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import { systemViewer, type Viewer } from '../../src/tenancy/viewer.js';
import { uuidRandom } from '../../src/tenancy/uuid.js';
import type { Action } from '../../src/quota/words.js';

/** An agency with a client account and seats, written as plainly as can be: what the ledger itself needs. */
export interface Office {
  readonly agencyId: string;
  readonly clientAccountId: string;
  readonly seatIds: readonly string[];
  readonly viewer: Viewer;
}

export interface OfficeOptions {
  readonly seats?: number;
  readonly tier?: string;
  readonly history?: 'NONE' | 'DECLARED' | 'UNKNOWN';
  /** When its seats were added, and what they had then. */
  readonly addedAt?: number;
  readonly openingCredits?: number;
  readonly creditsRenewOn?: string;
}

/** Runs statements that see one agency. */
export async function seeing<T>(
  url: string,
  agencyIds: readonly string[],
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(SEE_AGENCIES, [agencyIds]);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } finally {
    await client.end();
  }
}

export async function openOffice(appUrl: string, options: OfficeOptions = {}): Promise<Office> {
  const agencyId = uuidRandom();
  const planId = uuidRandom();
  const clientAccountId = uuidRandom();
  const seatIds = Array.from({ length: options.seats ?? 1 }, () => uuidRandom());
  await seeing(appUrl, [agencyId], async (client) => {
    const run = (text: string, values: unknown[]) => client.query(text, values);
    await run('INSERT INTO agency_directory VALUES ($1, 0)', [agencyId]);
    await run(`INSERT INTO agency VALUES ($1, 'Agency', 'UTC', 0)`, [agencyId]);
    await run('INSERT INTO agency_book (agency_id) VALUES ($1)', [agencyId]);
    await run(`INSERT INTO plan VALUES ($1, $2, 'Plan', 100, 0)`, [agencyId, planId]);
    await run(
      `INSERT INTO client_account VALUES ($1, $2, $3, 'Client', NULL, 'UTC', 'ACTIVE', 'CEILING', 0)`,
      [agencyId, clientAccountId, planId],
    );
    await run(
      `INSERT INTO scope_zone VALUES ($1, 'AGENCY', $1, 0, 'UTC'), ($1, 'CLIENT_ACCOUNT', $2, 0, 'UTC')`,
      [agencyId, clientAccountId],
    );
    for (const seatId of seatIds) {
      await run(
        `INSERT INTO seat (agency_id, id, client_account_id, holder_name, holder_kind, holder_agreed_on, profile_url, tier, time_zone, limit_mode, status, history, created_at, opening_credits, credits_renew_on)
         VALUES ($1, $2, $3, 'Holder', 'AGENCY_STAFF', '2026-01-01', $4, $5, 'UTC', 'CEILING', 'ACTIVE', $6, $7, $8, $9)`,
        [
          agencyId,
          seatId,
          clientAccountId,
          `https://www.linkedin.com/in/${seatId}`,
          options.tier ?? 'BASIC',
          options.history ?? 'NONE',
          options.addedAt ?? 0,
          options.openingCredits ?? null,
          options.creditsRenewOn ?? null,
        ],
      );
      await run('INSERT INTO seat_assignment VALUES ($1, $2, $3, $4)', [
        agencyId,
        seatId,
        options.addedAt ?? 0,
        clientAccountId,
      ]);
      await run(`INSERT INTO scope_zone VALUES ($1, 'SEAT', $2, 0, 'UTC')`, [agencyId, seatId]);
    }
  });
  return { agencyId, clientAccountId, seatIds, viewer: systemViewer(agencyId, 'test') };
}

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

export function person(slug: string = randomUUID()) {
  return {
    key: { kind: 'PROFILE' as const, version: 1, fingerprint: sha256(slug) },
    profileUrl: `https://www.linkedin.com/in/${slug}`,
    name: null,
    company: null,
    companyDomain: null,
  };
}

type Reserve = Extract<LedgerRequest, { kind: 'RESERVE' }>;

export function reserveRequest(office: Office, action: Action, more: Partial<Reserve> = {}): Reserve {
  const key = more.idempotency?.key ?? randomUUID();
  return {
    kind: 'RESERVE',
    viewer: office.viewer,
    seatId: office.seatIds[0]!,
    action,
    noted: false,
    recipient: person(),
    campaignId: null,
    isReply: false,
    degree: action === 'DIRECT_MESSAGE' ? 'FIRST' : 'SECOND',
    openProfile: true,
    holdSeconds: 900,
    idempotency: { key, fingerprint: sha256(action), fingerprintVersion: 1 },
    ...more,
  };
}

export function decisionOf(answer: ReserveAnswer): DecisionRecord {
  if (answer instanceof Refusal) throw new Error(`${answer.code}: ${answer.message}`);
  if ('replayOf' in answer) throw new Error('That was a replay.');
  return answer.decision;
}

type RecordInput = Extract<LedgerRequest, { kind: 'RECORD' }>['inputs'][number];

export function recordInput(
  office: Office,
  action: Action,
  occurredAt: number,
  more: Partial<RecordInput> = {},
): RecordInput {
  return {
    seatId: office.seatIds[0]!,
    action,
    noted: false,
    recipient: null,
    count: 1,
    occurredAt,
    source: null,
    reservationId: null,
    idempotency: { key: randomUUID(), fingerprint: sha256('record'), fingerprintVersion: 1 },
    ...more,
  };
}
