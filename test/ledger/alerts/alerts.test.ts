import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { raise } from '../../../src/ledger/alerts/alerts.js';
import { audit } from '../../../src/ledger/audit/audit.js';
import { Ledger } from '../../../src/ledger/ledger.js';
import { lockBook } from '../../../src/ledger/books/lock.js';
import { DAY, HOUR, MINUTE } from '../../../src/quota/window.js';
import type { Action } from '../../../src/quota/words.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { alertsOf } from '../alerts-told.js';
import { clockedDatabase, type ClockedDatabase } from '../fake-clock.js';
import { decisionOf, openOffice, recordInput, reserveRequest, seeing, type Office } from '../support.js';

const BEGIN = Date.UTC(2026, 10, 2, 9);

let database: ClockedDatabase;
let ledger: Ledger;
let dataSource: DataSource;
let office: Office;

beforeAll(async () => {
  database = await clockedDatabase();
  ledger = new Ledger(database.appUrl);
  dataSource = await openDataSource(database.appUrl, { connectionsMax: 22 });
});
afterAll(async () => {
  await ledger.close();
  await dataSource.destroy();
  const { drift } = await audit(database.appUrl);
  await database.close();
  expect(drift).toEqual([]);
});
beforeEach(async () => {
  await database.setClock(BEGIN);
  office = await openOffice(database.appUrl, { addedAt: BEGIN });
});

async function told(): Promise<string[]> {
  return (await alertsOf(database.appUrl, office)).map(({ kind }) => kind);
}

async function hold(
  count: number,
  action: Action = 'COMMENT',
  seatId = office.seatIds[0]!,
): Promise<string[]> {
  const asked = Array.from({ length: count }, () => ledger.ask(reserveRequest(office, action, { seatId })));
  return (await Promise.all(asked)).map((answer) => decisionOf(answer).id);
}

async function record(count: number, action: Action = 'COMMENT', at = BEGIN, source: string | null = null) {
  const inputs = [recordInput(office, action, at, { count, source })];
  return ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
}

function release(reservationId: string) {
  return ledger.ask({ kind: 'RELEASE', viewer: office.viewer, reservationId, because: 'NOT_SENT' });
}

describe('P10: alerts of limits', () => {
  // At BASIC: 15 comments in 24 hours, 12 recommended.
  it('are written with the hold that crosses, once, and again after usage fell 5 points under', async () => {
    const held = await hold(12);
    expect(await told()).toEqual([]);
    held.push(...(await hold(1)));
    expect(await told()).toEqual(['LIMIT_WARNING']);
    held.push(...(await hold(2)));
    expect(await told()).toEqual(['LIMIT_WARNING', 'LIMIT_REACHED']);
    // One of 15 is more than 5 points.
    await release(held.pop()!);
    await hold(1);
    expect(await told()).toEqual(['LIMIT_WARNING', 'LIMIT_REACHED', 'LIMIT_REACHED']);
    // What is refused crosses nothing.
    await hold(1);
    expect(await told()).toHaveLength(3);
  });

  it('a fall by time alone arms again, seen by the next write', async () => {
    await hold(13);
    await database.setClock(BEGIN + HOUR);
    await hold(13);
    expect(await told()).toEqual(['LIMIT_WARNING', 'LIMIT_WARNING']);
  });

  it('a commit moves what is held to what is used, and tells nothing', async () => {
    const held = await hold(13);
    for (const reservationId of held) {
      await ledger.ask({ kind: 'COMMIT', viewer: office.viewer, reservationId, sentAt: null });
    }
    await hold(1);
    expect(await told()).toEqual(['LIMIT_WARNING']);
  });

  it('a counter that is counted anew does not ring twice', async () => {
    const [first] = await hold(1);
    await ledger.ask({ kind: 'COMMIT', viewer: office.viewer, reservationId: first!, sentAt: null });
    await database.setClock(BEGIN + HOUR);
    await record(13, 'COMMENT', BEGIN + HOUR);
    expect(await told()).toEqual(['LIMIT_WARNING']);
    // The first charge left the window: the tally is looked up again.
    await database.setClock(BEGIN + DAY);
    await record(1, 'REACTION', BEGIN + DAY);
    await hold(1);
    expect(await told()).toEqual(['LIMIT_WARNING']);
  });

  it('LIMIT_BREACHED is of recorded activity alone, short windows included', async () => {
    await record(16, 'COMMENT');
    expect(await told()).toEqual(['LIMIT_BREACHED']);
    await record(1, 'COMMENT');
    expect(await told()).toEqual(['LIMIT_BREACHED']);
    await hold(5, 'CONNECTION_REQUEST');
    expect(await told()).toEqual(['LIMIT_BREACHED']);
    await record(1, 'CONNECTION_REQUEST');
    expect(await told()).toEqual(['LIMIT_BREACHED', 'LIMIT_BREACHED']);
  });

  it('what is over for long is no window’s any more', async () => {
    await record(100, 'COMMENT', BEGIN - 30 * DAY);
    expect(await told()).toEqual([]);
  });

  it('is refused whole with its request: all or nothing', async () => {
    const inputs = [
      recordInput(office, 'COMMENT', BEGIN, { count: 50 }),
      recordInput(office, 'COMMENT', BEGIN, { seatId: randomUUID() }),
    ];
    await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
    expect(await told()).toEqual([]);
  });
});

describe('P10: alerts of a seat’s day, once a day', () => {
  it('ACTIVITY_SPIKE over twice the mean of the last 7 days and over 20', async () => {
    for (let day = 1; day <= 7; day += 1) await record(11, 'PROFILE_VIEW', BEGIN - day * DAY);
    await record(20, 'PROFILE_VIEW');
    await record(2, 'PROFILE_VIEW');
    expect(await told()).toEqual([]);
    await record(1, 'PROFILE_VIEW');
    expect(await told()).toEqual(['ACTIVITY_SPIKE']);
    expect((await alertsOf(database.appUrl, office))[0]).toMatchObject({
      seat_id: office.seatIds[0],
      detail: { facts: { today: 23, mean: 11 } },
    });
    await record(5, 'PROFILE_VIEW');
    expect(await told()).toEqual(['ACTIVITY_SPIKE']);
  });

  it('ACTIVITY_SPIKE is seen by commits as well', async () => {
    for (const reservationId of await hold(21, 'PROFILE_VIEW')) {
      expect(await told()).toEqual([]);
      await ledger.ask({ kind: 'COMMIT', viewer: office.viewer, reservationId, sentAt: null });
    }
    expect(await told()).toEqual(['ACTIVITY_SPIKE']);
  });

  it('SEVERAL_TOOLS where records of 7 days name more than one', async () => {
    await record(1, 'FOLLOW', BEGIN - 7 * DAY, 'an old tool');
    await record(1, 'FOLLOW', BEGIN, 'a tool');
    await record(1, 'FOLLOW', BEGIN, null);
    await record(1, 'FOLLOW', BEGIN, 'a tool');
    expect(await told()).toEqual([]);
    await record(1, 'FOLLOW', BEGIN, 'another tool');
    await record(1, 'FOLLOW', BEGIN, 'a third tool');
    expect(await told()).toEqual(['SEVERAL_TOOLS']);
    await database.setClock(BEGIN + DAY);
    await record(1, 'FOLLOW', BEGIN + DAY, 'a tool');
    expect(await told()).toEqual(['SEVERAL_TOOLS', 'SEVERAL_TOOLS']);
  });

  it('HOLDS_EXPIRED over 2 % from 50 holds on, by the next write, dated when it happened', async () => {
    const held = [...(await hold(48, 'PROFILE_VIEW')), ...(await hold(1, 'FOLLOW'))];
    for (const reservationId of held.slice(0, 47)) await release(reservationId);
    await database.setClock(BEGIN + 15 * MINUTE);
    // Two of 49 lapsed: too few holds to tell. With this one it is 2 of 50.
    await hold(1, 'FOLLOW');
    expect(await told()).toEqual([]);
    await database.setClock(BEGIN + 20 * MINUTE);
    await hold(1, 'FOLLOW');
    expect(await told()).toEqual(['HOLDS_EXPIRED']);
    const [alert] = await alertsOf(database.appUrl, office);
    expect(alert).toMatchObject({
      raised_at: String(BEGIN + 15 * MINUTE),
      detail: { facts: { lapsed: 2, held: 50 } },
    });
    await database.setClock(BEGIN + 40 * MINUTE);
    await hold(1, 'FOLLOW');
    expect(await told()).toEqual(['HOLDS_EXPIRED']);
  });
});

describe('P10: the numbers of alerts', () => {
  it('have no gaps and are in the order of commit: 64 writers at once, a third of them rolled back', async () => {
    const others = [new Ledger(database.appUrl), new Ledger(database.appUrl)];
    office = await openOffice(database.appUrl, { seats: 21, addedAt: BEGIN });
    const { agencyId, seatIds } = office;
    // 8 and 8 comments are over 15, whichever come first.
    const recording = async (seatId: string, other: number): Promise<void> => {
      const inputs = [recordInput(office, 'COMMENT', BEGIN - other, { seatId, count: 8 })];
      await others[other]!.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
    };
    const viewer = { agencyId };
    const raising = (isRolledBack: boolean): Promise<void> =>
      inAgency(dataSource, viewer, async (manager) => {
        const { at } = await lockBook(manager, agencyId);
        await raise(manager, agencyId, [{ kind: 'POLICY_STALE', facts: { days: 1 }, at }]);
        if (isRolledBack) throw new Error('Its numbers are given back.');
      }).catch(() => undefined);
    await Promise.all([
      raising(false),
      ...seatIds.flatMap((seatId) => [recording(seatId, 0), raising(true), recording(seatId, 1)]),
    ]);
    await Promise.all(others.map((other) => other.close()));
    expect((await told()).toSorted()).toEqual([...seatIds.map(() => 'LIMIT_BREACHED'), 'POLICY_STALE']);
    const { xmins, book } = await seeing(database.appUrl, [agencyId], async (client) => {
      const { rows } = await client.query<{ xmin: string }>(
        'SELECT xmin::text FROM alert WHERE agency_id = $1 ORDER BY sequence',
        [agencyId],
      );
      const { rows: books } = await client.query(
        'SELECT alert_sequence FROM agency_book WHERE agency_id = $1',
        [agencyId],
      );
      return { xmins: rows.map(({ xmin }) => Number(xmin)), book: books[0] };
    });
    // A transaction has its number from its lock on the book: they are in the order of commit.
    expect(xmins).toEqual(xmins.toSorted((one, other) => one - other));
    expect(book).toEqual({ alert_sequence: '22' });
  });
});

describe('raising nothing', () => {
  async function statementsOf(ask: () => Promise<unknown>): Promise<number> {
    const sent = jest.spyOn(pg.Client.prototype, 'query');
    try {
      await ask();
      return sent.mock.calls.length;
    } finally {
      sent.mockRestore();
    }
  }

  it('costs no statement: a busy seat is looked at once a day, and its commits send what a quiet one’s do', async () => {
    office = await openOffice(database.appUrl, { seats: 2, addedAt: BEGIN });
    const [busy, quiet] = office.seatIds as [string, string];
    for (let day = 1; day <= 7; day += 1) {
      const inputs = [recordInput(office, 'PROFILE_VIEW', BEGIN - day * DAY, { seatId: busy, count: 40 })];
      await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
    }
    const inputs = [
      recordInput(office, 'PROFILE_VIEW', BEGIN, { seatId: busy, count: 25, source: 'a tool' }),
    ];
    await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
    const commitOf = async (seatId: string): Promise<number> => {
      const [reservationId] = await hold(1, 'FOLLOW', seatId);
      return statementsOf(() =>
        ledger.ask({ kind: 'COMMIT', viewer: office.viewer, reservationId: reservationId!, sentAt: null }),
      );
    };
    await commitOf(quiet);
    await commitOf(busy);
    expect(await commitOf(busy)).toBe(await commitOf(quiet));
    expect(await told()).toEqual([]);
  });
});
