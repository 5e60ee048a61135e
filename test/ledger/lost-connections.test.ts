import { LedgerReader } from '../../src/ledger/told/reader.js';
import { Stage } from './stage.js';
import { decisionOf, openOffice, person, recordInput, reserveRequest, seeing } from './support.js';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.tidy());
afterAll(async () => {
  await stage.close();
});

it('tells everybody at once when PostgreSQL can’t be reached, and goes on when it can', async () => {
  const offices = [await openOffice(stage.appUrl), await openOffice(stage.appUrl)];
  const wire = await stage.openWire();
  const ledger = stage.openLedger({ batchMax: 10 }, wire.url);
  await ledger.ask(reserveRequest(offices[0]!, 'FOLLOW'));
  wire.cut();
  const triedBefore = wire.tried;
  const answers = await Promise.allSettled(
    Array.from({ length: 40 }, (_, index) => ledger.ask(reserveRequest(offices[index % 2]!, 'FOLLOW'))),
  );
  for (const answer of answers) {
    expect(answer).toMatchObject({ reason: { code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) } });
  }
  // The lane's own once or twice, and once for each agency of a batch that was under way.
  expect(wire.tried - triedBefore).toBeLessThanOrEqual(4);
  wire.mend();
  expect(decisionOf(await ledger.ask(reserveRequest(offices[0]!, 'FOLLOW'))).outcome).toBe('ALLOWED');
});

it('gives up a connection that went silent, and answers all the same', async () => {
  const office = await openOffice(stage.appUrl);
  const wire = await stage.openWire();
  const ledger = stage.openLedger({}, wire.url);
  await ledger.ask(reserveRequest(office, 'FOLLOW'));
  wire.silence();
  expect(decisionOf(await ledger.ask(reserveRequest(office, 'FOLLOW'))).outcome).toBe('ALLOWED');
  expect(await stage.heldOf(office)).toBe(2);
});

it('loses nothing and doubles nothing when its connection is ended in the middle of a batch', async () => {
  const [office, other] = [await openOffice(stage.appUrl), await openOffice(stage.appUrl)];
  const ledger = stage.openLedger();
  await ledger.ask(reserveRequest(office, 'FOLLOW'));
  let asks: ReturnType<typeof ledger.ask<'RESERVE'>>[] = [];
  await stage.lockingTable('idempotency', async () => {
    asks = Array.from({ length: 20 }, (_, index) =>
      ledger.ask(reserveRequest(index % 2 === 0 ? office : other, 'FOLLOW')),
    );
    await stage.untilBlocked(1);
    await stage.terminate();
  });
  const decisions = (await Promise.all(asks)).map(decisionOf);
  expect(decisions.filter(({ outcome }) => outcome === 'ALLOWED')).toHaveLength(20);
  expect([await stage.heldOf(office), await stage.heldOf(other)]).toEqual([11, 10]);
});

it('ends although a connection went silent', async () => {
  const office = await openOffice(stage.appUrl);
  const wire = await stage.openWire();
  const ledger = stage.openLedger({}, wire.url);
  await ledger.ask(reserveRequest(office, 'FOLLOW'));
  wire.silence();
  const inTime = new Promise((resolve) => setTimeout(resolve, 30_000, 'it hangs').unref());
  expect(await Promise.race([ledger.close().then(() => 'ended'), inTime])).toBe('ended');
  // Where it hangs, what tidies up behind the test would hang as well.
  wire.cut();
});

it('answers as if nothing had happened where a COMMIT went through and its answer was lost', async () => {
  const office = await openOffice(stage.appUrl);
  const { viewer } = office;
  const wire = await stage.openWire();
  const ledger = stage.openLedger({}, wire.url);
  const asked = reserveRequest(office, 'FOLLOW');
  wire.loseNextCommit();
  expect(await ledger.ask(asked)).toMatchObject({ decision: { outcome: 'ALLOWED' }, replayed: false });
  expect(await stage.heldOf(office)).toBe(1);
  const inputs = [recordInput(office, 'COMMENT', Date.now() - 60_000, { recipient: person() })];
  wire.loseNextCommit();
  expect(await ledger.ask({ kind: 'RECORD', viewer, inputs })).toMatchObject({
    recorded: 1,
    alreadyKnown: 0,
  });
  const { rows } = await seeing(stage.appUrl, [office.agencyId], (client) =>
    client.query<{ id: string }>('SELECT id FROM charge WHERE agency_id = $1', [office.agencyId]),
  );
  const activityIds = rows.map(({ id }) => id);
  expect(activityIds).toHaveLength(1);
  wire.loseNextCommit();
  const voiding = { kind: 'VOID', viewer, activityIds, reasonFingerprint: 'test' } as const;
  expect(await ledger.ask(voiding)).toEqual({ voided: 1 });
  expect(await ledger.ask(voiding)).toEqual({ voided: 0 });
  expect(wire.commitsLost).toBe(3);
});

it('a reader whose connection is ended fails, and takes nothing down with it', async () => {
  const office = await openOffice(stage.appUrl);
  const reader = new LedgerReader(stage.appUrl);
  let read: Promise<unknown> = Promise.resolve();
  await stage.lockingTable('seat', async () => {
    read = expect(reader.usageOfSeats(office.viewer, office.seatIds)).rejects.toThrow();
    await stage.untilBlocked(1, 'headroom-reader');
    await stage.terminate('headroom-reader');
    await read;
  });
  expect((await reader.usageOfSeats(office.viewer, office.seatIds)).size).toBe(1);
  await reader.close();
});
