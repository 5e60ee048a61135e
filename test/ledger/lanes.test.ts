import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { Refusal } from '../../src/errors.js';
import { audit } from '../../src/ledger/audit.js';
import { Ledger, LEDGER_DEFAULTS } from '../../src/ledger/ledger.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import { ownDatabase, superuserUrl, type TestDatabase } from '../support/database.js';
import { decisionOf, openOffice, person, recordInput, reserveRequest, seeing, sha256 } from './support.js';

let database: TestDatabase;
let ledgers: Ledger[];

/** Another process on the same database: its own connections, its own cache. */
function openLedger(options = {}): Ledger {
  const ledger = new Ledger(database.appUrl, { ...LEDGER_DEFAULTS, lanes: 1, ...options });
  ledgers.push(ledger);
  return ledger;
}

beforeAll(async () => {
  database = await ownDatabase();
});
beforeEach(() => {
  ledgers = [];
});
afterEach(() => Promise.all(ledgers.map((ledger) => ledger.close())));
afterAll(async () => {
  expect((await audit(database.appUrl)).drift).toEqual([]);
});

/** Holds an agency's book from elsewhere until told to let go. */
async function holdBook(agencyId: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: database.appUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query(SEE_AGENCIES, [[agencyId]]);
  await client.query('SELECT 1 FROM agency_book WHERE agency_id = $1 FOR NO KEY UPDATE', [agencyId]);
  return async () => {
    await client.query('ROLLBACK');
    await client.end();
  };
}

it('P1: two processes give exactly the 40 that are left', async () => {
  const office = await openOffice(database.appUrl);
  const [one, other] = [openLedger(), openLedger()];
  const inputs = [recordInput(office, 'PROFILE_VIEW', Date.now() - 1_000, { count: 40 })];
  await one.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, index) =>
      [one, other][index % 2]!.ask(reserveRequest(office, 'PROFILE_VIEW')),
    ),
  );
  expect(answers.map(decisionOf).filter(({ outcome }) => outcome === 'ALLOWED')).toHaveLength(40);
});

it('P4: one key asked for two seats by two processes is one decision and one refusal', async () => {
  const office = await openOffice(database.appUrl, { seats: 2 });
  const key = randomUUID();
  const asks = office.seatIds.map((seatId, index) =>
    [openLedger(), openLedger()][index]!.ask(
      reserveRequest(office, 'FOLLOW', {
        seatId,
        idempotency: { key, fingerprint: sha256(seatId), fingerprintVersion: 1 },
      }),
    ),
  );
  const answers = await Promise.all(asks);
  expect(
    answers.filter((answer) => answer instanceof Refusal && answer.code === 'IDEMPOTENCY_KEY_REUSED'),
  ).toHaveLength(1);
  expect(answers.filter((answer) => !(answer instanceof Refusal))).toHaveLength(1);
});

it('a busy agency does not stall another one’s answer', async () => {
  const [busy, free] = [await openOffice(database.appUrl), await openOffice(database.appUrl)];
  const ledger = openLedger();
  const letGo = await holdBook(busy.agencyId);
  const order: string[] = [];
  const waiting = Promise.all([
    ledger.ask(reserveRequest(busy, 'FOLLOW')).then(() => order.push('busy')),
    ledger.ask(reserveRequest(busy, 'FOLLOW')).then(() => order.push('busy')),
  ]);
  // In the same batch as the busy one's, and in later ones.
  for (let times = 0; times < 3; times += 1) {
    await ledger.ask(reserveRequest(free, 'FOLLOW'));
    order.push('free');
  }
  await letGo();
  await waiting;
  expect(order).toEqual(['free', 'free', 'free', 'busy', 'busy']);
});

it('tells the caller to come back when the book stays taken', async () => {
  const office = await openOffice(database.appUrl);
  const letGo = await holdBook(office.agencyId);
  await expect(openLedger().ask(reserveRequest(office, 'FOLLOW'))).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    retryAfterMs: expect.any(Number),
  });
  await letGo();
});

it('a request that breaks its batch fails alone', async () => {
  const office = await openOffice(database.appUrl);
  const ledger = openLedger();
  const broken = reserveRequest(office, 'FOLLOW', {
    recipient: { ...person(), name: 'NUL \0 can’t be kept' },
  });
  const asks = [reserveRequest(office, 'FOLLOW'), broken, reserveRequest(office, 'FOLLOW')];
  const [first, second, third] = await Promise.allSettled(asks.map((request) => ledger.ask(request)));
  expect([first?.status, second?.status, third?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

it('goes on when its connection is cut', async () => {
  const office = await openOffice(database.appUrl);
  const ledger = openLedger();
  await ledger.ask(reserveRequest(office, 'FOLLOW'));
  const superuser = new pg.Client({ connectionString: await superuserUrl(database.appUrl) });
  await superuser.connect();
  const asks = Array.from({ length: 20 }, () => ledger.ask(reserveRequest(office, 'FOLLOW')));
  await superuser.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'headroom-ledger' AND datname = current_database()`,
  );
  await superuser.end();
  const decisions = (await Promise.all(asks)).map(decisionOf);
  expect(decisions.filter(({ outcome }) => outcome === 'ALLOWED')).toHaveLength(20);
  const after = decisionOf(await ledger.ask(reserveRequest(office, 'FOLLOW')));
  expect(after.usage[0]).toMatchObject({ held: 22 });
});

it('tells the caller to come back when too many wait', async () => {
  const office = await openOffice(database.appUrl);
  const ledger = openLedger({ queueMax: 5 });
  const asked = await Promise.allSettled(
    Array.from({ length: 8 }, () => ledger.ask(reserveRequest(office, 'FOLLOW'))),
  );
  const refused = asked.filter((answer) => answer.status === 'rejected');
  expect(refused).toHaveLength(3);
  expect(refused[0]).toMatchObject({ reason: { code: 'THROTTLED', retryAfterMs: expect.any(Number) } });
});

it('a lane that one agency fills is still open to another', async () => {
  const [flood, other] = [await openOffice(database.appUrl), await openOffice(database.appUrl)];
  const ledger = openLedger({ queueMax: 100 });
  const flooding = Array.from({ length: 150 }, () => ledger.ask(reserveRequest(flood, 'FOLLOW')));
  const asked = Promise.allSettled(flooding);
  expect(decisionOf(await ledger.ask(reserveRequest(other, 'FOLLOW'))).outcome).toBe('ALLOWED');
  expect((await asked).filter(({ status }) => status === 'rejected')).toHaveLength(50);
});

it('counts a record as its inputs: ten of fifty fill what five hundred reservations do', async () => {
  const office = await openOffice(database.appUrl);
  const ledger = openLedger({ queueMax: 500, batchMax: 100 });
  const inputs = () => Array.from({ length: 50 }, () => recordInput(office, 'FOLLOW', Date.now() - 1_000));
  const asked = await Promise.allSettled(
    Array.from({ length: 12 }, () => ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs: inputs() })),
  );
  expect(asked.filter(({ status }) => status === 'rejected')).toHaveLength(2);
  expect(ledger.metrics()[0]).toMatchObject({ batches: 5, requests: 10 });
});

it('judges a key as it stands under the lock', async () => {
  const office = await openOffice(database.appUrl);
  const ledger = openLedger();
  const keyId = randomUUID();
  const run = (text: string) =>
    seeing(database.appUrl, [office.agencyId], (client) => client.query(text, [office.agencyId, keyId]));
  await run(`INSERT INTO api_key (agency_id, id, name, role, secret_sha256, prefix, created_by, created_at)
    VALUES ($1, $2, 'Key', 'OPERATOR', sha256('x'), 'hr', 'test', 0)`);
  const viewer = { ...office.viewer, role: 'OPERATOR' as const, keyId };
  const ask = () => ledger.ask(reserveRequest(office, 'FOLLOW', { viewer }));
  expect(decisionOf(await ask()).outcome).toBe('ALLOWED');
  await run('UPDATE api_key SET revoked_at = 1 WHERE agency_id = $1 AND id = $2');
  await run('UPDATE agency_book SET revision = revision + 1 WHERE agency_id = $1 AND $2::uuid IS NOT NULL');
  await expect(ask()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

it('P8: decides nothing while the clock is behind the books, and writes that down once', async () => {
  const office = await openOffice(database.appUrl);
  const ledger = openLedger();
  const ahead = Date.now() + 60_000;
  const inAgency = <T>(work: (client: pg.Client) => Promise<T>) =>
    seeing(database.appUrl, [office.agencyId], work);
  await inAgency((client) =>
    client.query('UPDATE agency_book SET last_at = $2 WHERE agency_id = $1', [office.agencyId, ahead]),
  );
  for (let times = 0; times < 2; times += 1) {
    await expect(ledger.ask(reserveRequest(office, 'FOLLOW'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  }
  const alerts = await inAgency((client) =>
    client.query('SELECT kind, sequence FROM alert WHERE agency_id = $1', [office.agencyId]),
  );
  expect(alerts.rows).toEqual([{ kind: 'CLOCK_BEHIND', sequence: '1' }]);
  // A little behind is the books' own instant, never an earlier one.
  await inAgency((client) =>
    client.query('UPDATE agency_book SET last_at = $2 WHERE agency_id = $1', [
      office.agencyId,
      Date.now() + 4_000,
    ]),
  );
  const decision = decisionOf(await ledger.ask(reserveRequest(office, 'FOLLOW')));
  expect(decision.decidedAt).toBeGreaterThan(Date.now() + 1_000);
});
