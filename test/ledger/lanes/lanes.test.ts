import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { Refusal } from '../../../src/errors.js';
import { Stage } from '../stage.js';
import {
  decisionOf,
  openOffice,
  person,
  recordInput,
  reserveRequest,
  seeing,
  sha256,
  type Office,
} from '../support.js';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.tidy());
afterAll(async () => {
  await stage.close();
});

/** A bound of the connections, made shorter. */
function withParameter(url: string, name: string, value: string): string {
  const changed = new URL(url);
  changed.searchParams.set(name, value);
  return changed.href;
}

/** A request that PostgreSQL refuses to write down. */
function poisoned(office: Office) {
  return reserveRequest(office, 'FOLLOW', { recipient: { ...person(), name: 'NUL \0 can’t be kept' } });
}

/** Long enough for what was asked before to be taken into a batch, without what comes after. */
function nextBatch(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

it('P1: two processes give exactly the 40 that are left', async () => {
  const office = await openOffice(stage.appUrl);
  const [one, other] = [stage.openLedger(), stage.openLedger()];
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
  const office = await openOffice(stage.appUrl, { seats: 2 });
  const key = randomUUID();
  const asks = office.seatIds.map((seatId, index) =>
    [stage.openLedger(), stage.openLedger()][index]!.ask(
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
  const [busy, free] = [await openOffice(stage.appUrl), await openOffice(stage.appUrl)];
  const ledger = stage.openLedger();
  const letGo = await stage.holdBook(busy.agencyId);
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

it('a busy agency that has a batch to itself does not stall another one’s answer either', async () => {
  const [busy, free] = [await openOffice(stage.appUrl), await openOffice(stage.appUrl)];
  const ledger = stage.openLedger();
  const letGo = await stage.holdBook(busy.agencyId);
  const order: string[] = [];
  const waiting = ledger.ask(reserveRequest(busy, 'FOLLOW')).then(
    () => order.push('busy'),
    () => order.push('gave up'),
  );
  await nextBatch();
  await ledger.ask(reserveRequest(free, 'FOLLOW')).then(() => order.push('free'));
  await letGo();
  await waiting;
  expect(order).toEqual(['free', 'busy']);
});

it('an agency whose batches take long goes by itself, and does not stall another one’s answer', async () => {
  const [slow, free] = [await openOffice(stage.appUrl), await openOffice(stage.appUrl)];
  const ledger = stage.openLedger({ slowBatchMs: 0 });
  await ledger.ask(reserveRequest(slow, 'FOLLOW'));
  // Whoever has written this key, and not committed yet, keeps its batch at what it writes last.
  const key = randomUUID();
  await stage.superuser.query('BEGIN');
  await stage.superuser.query(
    `INSERT INTO idempotency (agency_id, key, kind, fingerprint, fingerprint_version, subject_id, matched, created_at)
     VALUES ($1, $2, 'RESERVE', $3, 1, $4, false, 0)`,
    [slow.agencyId, key, sha256(key), randomUUID()],
  );
  const order: string[] = [];
  const idempotency = { key, fingerprint: sha256(key), fingerprintVersion: 1 };
  const waiting = ledger.ask(reserveRequest(slow, 'FOLLOW', { idempotency })).then(
    () => order.push('slow'),
    () => order.push('gave up'),
  );
  await nextBatch();
  await ledger.ask(reserveRequest(free, 'FOLLOW')).then(() => order.push('free'));
  // Not because what it waited for was given up.
  expect(ledger.metrics()[0]).toMatchObject({ retried: 0 });
  await stage.superuser.query('ROLLBACK');
  await waiting;
  expect(order).toEqual(['free', 'slow']);
});

it('agencies that wait for their books share a few connections, and each gets its turn', async () => {
  const [free, ...busy] = await Promise.all(Array.from({ length: 7 }, () => openOffice(stage.appUrl)));
  const ledger = stage.openLedger({ waitingConnectionsMax: 2 });
  const holding = await Promise.all(busy.map(({ agencyId }) => stage.holdBook(agencyId)));
  const waiting = busy.map((office) => ledger.ask(reserveRequest(office, 'FOLLOW')));
  await stage.untilBlocked(2);
  expect(decisionOf(await ledger.ask(reserveRequest(free!, 'FOLLOW'))).outcome).toBe('ALLOWED');
  expect(ledger.metrics()[0]).toMatchObject({ skipped: 6, agenciesAlone: 6 });
  const { rows } = await stage.superuser.query(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'headroom-ledger'`,
  );
  expect(rows).toHaveLength(3);
  await Promise.all(holding.map((letGo) => letGo()));
  const outcomes = (await Promise.all(waiting)).map((answer) => decisionOf(answer).outcome);
  expect(outcomes).toEqual(busy.map(() => 'ALLOWED'));
});

it('tells the caller to come back when the book stays taken', async () => {
  const office = await openOffice(stage.appUrl);
  const letGo = await stage.holdBook(office.agencyId);
  await expect(stage.openLedger().ask(reserveRequest(office, 'FOLLOW'))).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    retryAfterMs: expect.any(Number),
  });
  await letGo();
});

it('a request that breaks its batch fails alone, and its neighbours are decided once', async () => {
  const [office, other] = [await openOffice(stage.appUrl), await openOffice(stage.appUrl)];
  const ledger = stage.openLedger();
  const asks = [
    reserveRequest(office, 'FOLLOW'),
    poisoned(office),
    reserveRequest(office, 'FOLLOW'),
    reserveRequest(other, 'FOLLOW'),
  ];
  const answers = await Promise.allSettled(asks.map((request) => ledger.ask(request)));
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect([await stage.heldOf(office), await stage.heldOf(other)]).toEqual([2, 1]);
});

it('gives an agency up at its first time-out when its batch is asked again and its book is taken meanwhile', async () => {
  const office = await openOffice(stage.appUrl);
  const ledger = stage.openLedger({}, withParameter(stage.appUrl, 'lock_timeout', '1000'));
  const letGo = await stage.holdBook(office.agencyId);
  const asks = [poisoned(office), ...Array.from({ length: 29 }, () => reserveRequest(office, 'FOLLOW'))];
  const answered = Promise.allSettled(asks.map((request) => ledger.ask(request)));
  await stage.untilBlocked(1);
  // Next in the line for the book: it has it when the poisoned batch has failed.
  const next = stage.holdBook(office.agencyId, 'next-holder');
  await stage.untilBlocked(1, 'next-holder');
  await letGo();
  const letGoNext = await next;
  const startedAt = performance.now();
  const answers = await answered;
  // A second, where one after the other it would be half a minute.
  expect(performance.now() - startedAt).toBeLessThan(15_000);
  for (const answer of answers) expect(answer).toMatchObject({ reason: { code: 'UNAVAILABLE' } });
  await letGoNext();
});

it('tells the caller to come back when too many wait', async () => {
  const office = await openOffice(stage.appUrl);
  const ledger = stage.openLedger({ queueMax: 5 });
  const asked = await Promise.allSettled(
    Array.from({ length: 8 }, () => ledger.ask(reserveRequest(office, 'FOLLOW'))),
  );
  const refused = asked.filter((answer) => answer.status === 'rejected');
  expect(refused).toHaveLength(3);
  expect(refused[0]).toMatchObject({ reason: { code: 'THROTTLED', retryAfterMs: expect.any(Number) } });
});

it('an agency that floods its lane is told to come back, and no other', async () => {
  const [flooding, other] = [await openOffice(stage.appUrl), await openOffice(stage.appUrl)];
  const ledger = stage.openLedger({ queueMax: 8, agencyQueueMax: 5, partyQueueAlways: 1 });
  const flood = Promise.allSettled(
    Array.from({ length: 8 }, () => ledger.ask(reserveRequest(flooding, 'FOLLOW'))),
  );
  expect(decisionOf(await ledger.ask(reserveRequest(other, 'FOLLOW'))).outcome).toBe('ALLOWED');
  const refused = (await flood).filter((answer) => answer.status === 'rejected');
  expect(refused).toHaveLength(3);
  for (const answer of refused) expect(answer).toMatchObject({ reason: { code: 'THROTTLED' } });
  expect(ledger.metrics()[0]).toMatchObject({ throttled: 3 });
});

it('a batch is no more than it can carry, and a request that is more by itself goes alone', async () => {
  const office = await openOffice(stage.appUrl);
  const ledger = stage.openLedger({ batchWeightMax: 4 });
  const recordOf = (count: number) => {
    const inputs = Array.from({ length: count }, () => recordInput(office, 'FOLLOW', Date.now() - 1_000));
    return ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
  };
  const answers = await Promise.all([recordOf(2), recordOf(2), recordOf(3), recordOf(6), recordOf(1)]);
  expect(answers).toMatchObject([2, 2, 3, 6, 1].map((recorded) => ({ recorded })));
  // 2 and 2; 3; 6; 1.
  expect(ledger.metrics()[0]).toMatchObject({ batches: 4, requests: 5 });
});

it('judges a key as it stands under the lock', async () => {
  const office = await openOffice(stage.appUrl);
  const ledger = stage.openLedger();
  const keyId = randomUUID();
  const run = (text: string) =>
    seeing(stage.appUrl, [office.agencyId], (client) => client.query(text, [office.agencyId, keyId]));
  await run(`INSERT INTO api_key (agency_id, id, name, role, secret_sha256, prefix, created_by, created_at)
    VALUES ($1, $2, 'Key', 'OPERATOR', sha256('x'), 'hr', 'test', 0)`);
  const credential = { kind: 'KEY', id: keyId, rights: 0 } as const;
  const viewer = { ...office.viewer, role: 'OPERATOR' as const, credential };
  const ask = () => ledger.ask(reserveRequest(office, 'FOLLOW', { viewer }));
  expect(decisionOf(await ask()).outcome).toBe('ALLOWED');
  await run('UPDATE api_key SET revoked_at = 1 WHERE agency_id = $1 AND id = $2');
  await run('UPDATE agency_book SET revision = revision + 1 WHERE agency_id = $1 AND $2::uuid IS NOT NULL');
  await expect(ask()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

it('P8: decides nothing while the clock is behind the books, and writes that down once', async () => {
  const office = await openOffice(stage.appUrl);
  const ledger = stage.openLedger();
  const ahead = Date.now() + 60_000;
  const inAgency = <T>(work: (client: pg.Client) => Promise<T>) =>
    seeing(stage.appUrl, [office.agencyId], work);
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
  const lastAt = Date.now() + 4_000;
  await inAgency((client) =>
    client.query('UPDATE agency_book SET last_at = $2 WHERE agency_id = $1', [office.agencyId, lastAt]),
  );
  const decision = decisionOf(await ledger.ask(reserveRequest(office, 'FOLLOW')));
  expect(decision.decidedAt).toBeGreaterThanOrEqual(lastAt);
});
