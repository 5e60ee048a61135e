import pg from 'pg';
import { AuditLog } from '../../src/services/audit-log.js';
import { Changes } from '../../src/services/changes.js';
import { RetentionService } from '../../src/services/prospects/retention.service.js';
import { systemViewer } from '../../src/tenancy/viewer.js';
import { clockedDatabase, type ClockedDatabase } from '../ledger/fake-clock.js';
import { TEST_FINGERPRINTS } from '../support/agency.js';
import { Api } from '../support/api.js';
import { superuserUrl } from '../support/database.js';
import { someone } from '../support/outreach.js';
import { WholeDatabase, words, WritingDesk } from './kept-texts.support.js';
import { Operators } from './work-queue.support.js';

/** A Monday, at nine in the morning in UTC. */
const MORNING = Date.UTC(2026, 10, 23, 9);
const DAY = 86_400_000;
const ASKED_TIMES = 5;

let clocked: ClockedDatabase;
let api: Api;
let database: WholeDatabase;
let desk: WritingDesk;
let now = MORNING;

async function clock(at: number): Promise<void> {
  now = at;
  await clocked.setClock(at);
}

beforeAll(async () => {
  clocked = await clockedDatabase();
  await clock(MORNING);
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' }, clocked);
  database = await WholeDatabase.open(await superuserUrl(clocked.appUrl));
});
afterAll(async () => {
  await database.close();
  await api.close();
  await clocked.close();
});
beforeEach(async () => {
  await clock(MORNING);
  desk = new WritingDesk(api, await api.seed());
});

const kept = () => database.kept(desk.agency.agencyId);

function sweep(): Promise<number> {
  const parts = { changes: new Changes(api.dataSource), audit: new AuditLog(TEST_FINGERPRINTS) };
  return new RetentionService(api.dataSource, parts).sweep(systemViewer(desk.agency.agencyId, 'sweep'));
}

describe('how long', () => {
  it('is to the millisecond, whoever clears away, and when', async () => {
    await desk.keep(7);
    const body = words();
    const id = await desk.write(body);
    await desk.commit(id);
    await clock(MORNING + 7 * DAY - 1);
    expect(await desk.textOf(id)).toMatchObject({
      body,
      keptUntil: new Date(MORNING + 7 * DAY).toISOString(),
    });
    expect([await sweep(), await kept()]).toEqual([0, 1]);
    await clock(MORNING + 7 * DAY);
    expect([await desk.textOf(id), await kept()]).toEqual([null, 1]);
    expect([await sweep(), await sweep(), await kept()]).toEqual([1, 0, 0]);
  });

  it('is what is set now: less deletes at once, more brings nothing back', async () => {
    await desk.keep(30);
    const old = await desk.write();
    await desk.commit(old);
    await clock(MORNING + 10 * DAY);
    const young = await desk.write();
    expect((await desk.keep(10)).deleted).toBe(1);
    expect([await desk.textOf(old), await kept()]).toEqual([null, 1]);
    expect((await desk.keep(400)).deleted).toBe(0);
    expect(await desk.textOf(old)).toBeNull();
    expect(await desk.textOf(young)).toMatchObject({
      keptUntil: new Date(MORNING + 410 * DAY).toISOString(),
    });
  });

  it('does not end with the hold: what has lapsed may have been sent', async () => {
    await desk.keep(30);
    const body = words();
    const id = await desk.write(body);
    await clock(MORNING + DAY);
    expect(await desk.became(id)).toEqual(['EXPIRED', null]);
    expect(await desk.textOf(id)).toMatchObject({ body });
  });

  it('ends with a send of a lapsed hold that is taken out again', async () => {
    await desk.keep(30);
    const recipient = someone({ degree: 'FIRST' });
    const id = await desk.write(words(), recipient);
    await clock(MORNING + DAY / 24);
    const input = {
      ...{ seatId: desk.seat, action: 'DIRECT_MESSAGE', recipient: { profileUrl: recipient.profileUrl } },
      ...{ reservationId: id, occurredAt: new Date(MORNING + 60_000).toISOString(), idempotencyKey: words() },
    };
    const record = 'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }';
    expect(await api.data(desk.agency.key, record, { inputs: [input] })).toEqual({
      recordActivities: { recorded: 1 },
    });
    expect(await kept()).toBe(1);
    const { activities } = await api.data(desk.agency.key, '{ activities(first: 1) { nodes { id } } }');
    const voids = `mutation ($ids: [ID!]!) { voidActivities(input: { activityIds: $ids, reason: "x" }) { voided } }`;
    const { voidActivities } = await api.data(desk.agency.key, voids, { ids: [activities.nodes[0].id] });
    expect([voidActivities.voided, await desk.textOf(id), await kept()]).toEqual([1, null, 0]);
  });
});

it('from the moment that none are kept nobody reads one, nor waits for them to be deleted, whatever is set then', async () => {
  await desk.keep(30);
  const recipient = someone({ degree: 'FIRST' });
  const id = await desk.write(words(), recipient);
  await desk.commit(id);
  const other = new pg.Client({ connectionString: await superuserUrl(clocked.appUrl) });
  await other.connect();
  await other.query('BEGIN');
  // So it can't be deleted for now, as if it were the last of a million.
  await other.query('SELECT FROM kept_text WHERE agency_id = $1 FOR UPDATE', [desk.agency.agencyId]);
  const isRead = async () => {
    const { profileUrl } = recipient;
    const exported = 'query ($url: String!) { exportPerson(profileUrl: $url) }';
    const { exportPerson } = await api.data(desk.agency.key, exported, { url: profileUrl });
    return [await desk.textOf(id), JSON.parse(exportPerson).texts];
  };
  const setting = async (days: number) => {
    const set = desk.keep(days);
    while ((await desk.keeping()).days !== days);
    return [set];
  };
  const [off] = await setting(0);
  expect(await isRead()).toEqual([null, []]);
  expect((await desk.reserve('FOLLOW', someone())).outcome).toBe('ALLOWED');
  await clock(now + 1);
  const [on] = await setting(400);
  expect([...(await isRead()), await kept()]).toEqual([null, [], 1]);
  const young = await desk.write();
  expect(await desk.textOf(young)).toMatchObject({ unreadable: null });
  await other.query('COMMIT');
  await other.end();
  const deleted = [(await off!).deleted, (await on!).deleted];
  expect([deleted.toSorted(), await kept()]).toEqual([[0, 1], 1]);
  expect(await desk.textOf(young)).not.toBeNull();
});

it('the text of a touch is kept as it was told to whoever claimed it, and goes when it is skipped', async () => {
  const queue = await Operators.of({ api, now: () => now }, 3);
  desk = new WritingDesk(api, queue.stage.agency);
  await desk.keep(30);
  const [first, second] = (await queue.next()).touches;
  const claimed = await queue.claim(first.touch.id);
  const { id } = claimed.decision.reservation;
  expect(claimed.body).toMatch(/^Hi First\d/);
  expect(await desk.textOf(id, queue.keys[0])).toMatchObject({ subject: null, body: claimed.body });
  expect(await desk.textOf(id, queue.keys[1])).toBeNull();
  await queue.end('skipTouch', { touchId: first.touch.id });
  expect([await desk.textOf(id), await kept()]).toEqual([null, 0]);
  await clock(second.at ? Date.parse(second.at) : now);
  const done = await queue.claim(second.touch.id);
  await queue.end('completeTouch', { touchId: second.touch.id });
  expect(await desk.textOf(done.decision.reservation.id)).toMatchObject({ body: done.body });
});

describe('what it costs', () => {
  /** The statements that PostgreSQL is sent while something is asked: the fewest of several times. */
  async function statementsOf(ask: () => Promise<unknown>): Promise<string[]> {
    const sent = jest.spyOn(pg.Client.prototype, 'query');
    try {
      const all: string[][] = [];
      for (let times = 0; times < ASKED_TIMES; times += 1) {
        sent.mockClear();
        await ask();
        const statements = sent.mock.calls.map(([asked]: unknown[]) =>
          typeof asked === 'string' ? asked : (asked as { text: string }).text,
        );
        // What tells other processes is gathered for a while, and of no request in particular.
        all.push(statements.filter((text) => !text.includes('pg_notify')));
      }
      return all.toSorted((one, other) => one.length - other.length)[0] ?? [];
    } finally {
      sent.mockRestore();
    }
  }
  const ofTexts = (statements: string[]) => statements.filter((text) => /kept_text|text_keeping/.test(text));

  it('is nothing where no texts are kept, and one statement where they are', async () => {
    const message = () => ({ body: words() });
    const reserve = () => desk.reserve('FOLLOW', someone(), { message: message() });
    const off = await statementsOf(reserve);
    expect(off.length).toBeGreaterThan(5);
    expect(ofTexts(off)).toEqual([]);
    await desk.keep(30);
    const on = await statementsOf(reserve);
    expect(ofTexts(on)).toEqual([expect.stringMatching(/^INSERT INTO kept_text/)]);
    expect(on.length).toBe(off.length + 1);
    // Nor where there is no text.
    expect(ofTexts(await statementsOf(() => desk.reserve('FOLLOW', someone())))).toEqual([]);
  });

  it('and nothing at a release either', async () => {
    const release = async () => {
      const { reservation } = await desk.reserve('FOLLOW', someone());
      const query =
        'mutation ($id: ID!) { releaseReservation(input: { reservationId: $id }) { userErrors { code } } }';
      await api.data(desk.agency.key, query, { id: reservation.id });
    };
    expect(ofTexts(await statementsOf(release))).toEqual([]);
    await desk.keep(30);
    expect(ofTexts(await statementsOf(release))).toEqual([expect.stringMatching(/^DELETE FROM kept_text/)]);
  });
});
