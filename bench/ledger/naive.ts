import { randomUUID } from 'node:crypto';
import pg from 'pg';
import {
  DataSource,
  EntitySchema,
  MoreThan,
  type EntityManager,
  type EntitySchemaColumnOptions,
} from 'typeorm';

/** Where a request of the naive service is from. */
export interface NaivePlace {
  readonly agencyId: string;
  readonly clientAccountId: string;
  readonly seatId: string;
}

const DAY_MS = 86_400_000;
/** What a view is held to: the policy's own two limits. */
const LIMITS = [
  { action: 'PROFILE_VIEW', max: 80 },
  { action: null, max: 250 },
] as const;
const CONNECTIONS_MAX = 16;

const TABLES = `
CREATE SCHEMA IF NOT EXISTS peer_naive;
CREATE TABLE peer_naive.scope (id uuid PRIMARY KEY);
CREATE TABLE peer_naive.charge (id uuid PRIMARY KEY, seat_id uuid NOT NULL, recipient text NOT NULL, action text NOT NULL, sent_at bigint NOT NULL);
CREATE INDEX ON peer_naive.charge (seat_id, sent_at);
CREATE INDEX ON peer_naive.charge (seat_id, recipient);
CREATE TABLE peer_naive.hold (id uuid PRIMARY KEY, seat_id uuid NOT NULL, recipient text NOT NULL, action text NOT NULL, expires_at bigint NOT NULL);
CREATE INDEX ON peer_naive.hold (seat_id, expires_at);
CREATE TABLE peer_naive.do_not_contact (agency_id uuid NOT NULL, recipient text NOT NULL, PRIMARY KEY (agency_id, recipient));
CREATE TABLE peer_naive.decision (id uuid PRIMARY KEY, agency_id uuid NOT NULL, client_account_id uuid NOT NULL, seat_id uuid NOT NULL,
  recipient text NOT NULL, action text NOT NULL, outcome text NOT NULL, usage jsonb NOT NULL, decided_at bigint NOT NULL);
CREATE INDEX ON peer_naive.decision (seat_id, decided_at);
CREATE TABLE peer_naive.idempotency (agency_id uuid NOT NULL, key text NOT NULL, decision_id uuid NOT NULL, PRIMARY KEY (agency_id, key));
CREATE TABLE peer_naive.resolution (reservation_id uuid PRIMARY KEY, status text NOT NULL, resolved_at bigint NOT NULL);
`;

interface Row {
  readonly [column: string]: unknown;
}

/** An entity of the naive service; its columns are as they are in the table. */
function entity(
  name: string,
  primary: readonly string[],
  columns: Record<string, 'uuid' | 'text' | 'bigint' | 'jsonb'>,
): EntitySchema<Row> {
  const options = Object.entries(columns).map(([column, type]): [string, EntitySchemaColumnOptions] => [
    column,
    { type, primary: primary.includes(column) },
  ]);
  return new EntitySchema<Row>({
    name,
    tableName: name,
    schema: 'peer_naive',
    columns: Object.fromEntries(options),
  });
}

const SCOPE = entity('scope', ['id'], { id: 'uuid' });
const SENT = { id: 'uuid', seat_id: 'uuid', recipient: 'text', action: 'text' } as const;
const CHARGE = entity('charge', ['id'], { ...SENT, sent_at: 'bigint' });
const HOLD = entity('hold', ['id'], { ...SENT, expires_at: 'bigint' });
const DO_NOT_CONTACT = entity('do_not_contact', ['agency_id', 'recipient'], {
  agency_id: 'uuid',
  recipient: 'text',
});
const DECISION = entity('decision', ['id'], {
  ...SENT,
  agency_id: 'uuid',
  client_account_id: 'uuid',
  outcome: 'text',
  usage: 'jsonb',
  decided_at: 'bigint',
});
const KEY = entity('idempotency', ['agency_id', 'key'], {
  agency_id: 'uuid',
  key: 'text',
  decision_id: 'uuid',
});
const RESOLUTION = entity('resolution', ['reservation_id'], {
  reservation_id: 'uuid',
  status: 'text',
  resolved_at: 'bigint',
});

/**
 * The same rules as a team would write them with an ORM: a transaction for each request, which locks agency, client account
 * and seat, counts, and inserts. No retryAt, no time zones, no audit, one clock for each process.
 */
export class NaiveService {
  private constructor(private readonly dataSource: DataSource) {}

  static async open(ownerUrl: string, places: readonly NaivePlace[]): Promise<NaiveService> {
    const client = new pg.Client({ connectionString: ownerUrl });
    await client.connect();
    await client.query(TABLES);
    const ids = new Set(places.flatMap((place) => Object.values<string>({ ...place })));
    await client.query('INSERT INTO peer_naive.scope (id) SELECT unnest($1::uuid[])', [[...ids]]);
    await client.query('ANALYZE peer_naive.scope');
    await client.end();
    const dataSource = new DataSource({
      type: 'postgres',
      url: ownerUrl,
      entities: [SCOPE, CHARGE, HOLD, DO_NOT_CONTACT, DECISION, KEY, RESOLUTION],
      synchronize: false,
      installExtensions: false,
      poolSize: CONNECTIONS_MAX,
    });
    return new NaiveService(await dataSource.initialize());
  }

  /** The id of the reservation. Throws where it is refused: what is measured is allowing. */
  reserve(place: NaivePlace, recipient: string, key: string): Promise<string> {
    return this.dataSource.transaction(async (manager) => {
      // In one order, so that there are no deadlocks.
      for (const id of [place.agencyId, place.clientAccountId, place.seatId]) {
        await manager.findOneOrFail(SCOPE, { where: { id }, lock: { mode: 'pessimistic_write' } });
      }
      const kept = await manager.findOneBy(KEY, { agency_id: place.agencyId, key });
      if (kept) return String(kept['decision_id']);
      await mayBeContacted(manager, place, recipient);
      const now = Date.now();
      const usage = await usageOf(manager, place.seatId, now);
      const reached = usage.some(({ used, max }) => used >= max);
      if (reached) throw new Error('A seat with room is allowed.');
      return insertDecision(manager, { place, recipient, key, usage, now });
    });
  }

  release(reservationId: string): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      const where = { id: reservationId };
      await manager.findOneOrFail(HOLD, { where, lock: { mode: 'pessimistic_write' } });
      const resolution = { reservation_id: reservationId, status: 'RELEASED', resolved_at: Date.now() };
      await manager.insert(RESOLUTION, resolution);
      await manager.delete(HOLD, where);
    });
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }
}

async function mayBeContacted(manager: EntityManager, place: NaivePlace, recipient: string): Promise<void> {
  const { agencyId: agency_id, seatId: seat_id } = place;
  if (await manager.existsBy(DO_NOT_CONTACT, { agency_id, recipient })) throw new Error('Nobody opted out.');
  const sent = { seat_id, recipient, action: 'CONNECTION_REQUEST' };
  if (await manager.existsBy(CHARGE, sent)) throw new Error('Nobody was invited.');
}

interface NaiveUsage {
  readonly used: number;
  readonly max: number;
}

async function usageOf(manager: EntityManager, seat_id: string, now: number): Promise<NaiveUsage[]> {
  const usage: NaiveUsage[] = [];
  for (const { action, max } of LIMITS) {
    const counted = { seat_id, ...(action && { action }) };
    const used = await manager.countBy(CHARGE, { ...counted, sent_at: MoreThan(now - DAY_MS) });
    const held = await manager.countBy(HOLD, { ...counted, expires_at: MoreThan(now) });
    usage.push({ used: used + held, max });
  }
  return usage;
}

interface NaiveDecision {
  readonly place: NaivePlace;
  readonly recipient: string;
  readonly key: string;
  readonly usage: readonly NaiveUsage[];
  readonly now: number;
}

async function insertDecision(manager: EntityManager, decided: NaiveDecision): Promise<string> {
  const { place, recipient, key, usage, now } = decided;
  const { agencyId: agency_id, clientAccountId: client_account_id, seatId: seat_id } = place;
  const sent = { id: randomUUID(), seat_id, recipient, action: 'PROFILE_VIEW' };
  const outcome = { outcome: 'ALLOWED', usage, decided_at: now };
  await manager.insert(DECISION, { ...sent, agency_id, client_account_id, ...outcome });
  await manager.insert(HOLD, { ...sent, expires_at: now + 900_000 });
  await manager.insert(KEY, { agency_id, key, decision_id: sent.id });
  return sent.id;
}
