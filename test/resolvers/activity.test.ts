import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { toId } from '../../src/schema/ids.js';
import { keyIdOf, type SeededAgency, servicesOn } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

let api: Api;
let agency: SeededAgency;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
});

const RECORD = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) {
  recorded alreadyKnown wouldHaveBeenRefused usage { used limit { scopeKind actions } } userErrors { code field } } }`;
const VOID = `mutation ($input: VoidActivitiesInput!) { voidActivities(input: $input) { voided userErrors { code field } } }`;
const LIST = `query ($first: Int, $after: String, $seatId: ID, $from: DateTime) {
  activities(first: $first, after: $after, seatId: $seatId, from: $from) {
    nodes { id action count occurredAt source recordedBy voidedAt recipientProfileUrl seat { id } }
    pageInfo { hasNextPage endCursor } } }`;

const RESERVE = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { reservation { id } } } }`;
const RELEASE = `mutation ($id: ID!) { releaseReservation(input: { reservationId: $id }) { userErrors { code } } }`;
const COMMIT = `mutation ($id: ID!) { commitReservation(input: { reservationId: $id }) { userErrors { code } } }`;

function activity(more: object = {}): object {
  return {
    seatId: toId('seat', agency.seat.id),
    action: 'COMMENT',
    occurredAt: new Date(Date.now() - 60_000).toISOString(),
    idempotencyKey: randomUUID(),
    ...more,
  };
}

async function record(...inputs: object[]): Promise<Json> {
  return (await api.data(agency.key, RECORD, { inputs })).recordActivities;
}

async function list(variables: object = {}): Promise<Json> {
  return (await api.data(agency.key, LIST, variables)).activities;
}

describe('recordActivities', () => {
  it('records what was done elsewhere, once a key, and tells the counters after it', async () => {
    const inputs = [activity({ count: 3, source: 'by hand' }), activity({ action: 'FOLLOW' })];
    const first = await record(...inputs);
    expect(first).toMatchObject({ recorded: 2, alreadyKnown: 0, wouldHaveBeenRefused: 0, userErrors: [] });
    expect(first.usage).toContainEqual({ used: 3, limit: { scopeKind: 'SEAT', actions: ['COMMENT'] } });
    expect(await record(...inputs)).toMatchObject({ recorded: 0, alreadyKnown: 2 });
  });

  it('is all or nothing, and says which input is wrong', async () => {
    const refused = await record(activity(), activity({ seatId: 'seat_x' }));
    expect(refused).toEqual({
      recorded: 0,
      alreadyKnown: 0,
      wouldHaveBeenRefused: 0,
      usage: [],
      userErrors: [{ code: 'NOT_FOUND', field: ['inputs', '1', 'seatId'] }],
    });
    const recipient = { profileUrl: 'linkedin.com/in/ada' };
    expect((await record(activity({ recipient, count: 2 }))).userErrors).toEqual([
      { code: 'INVALID', field: ['inputs', '0', 'count'] },
    ]);
    expect((await list()).nodes).toEqual([]);
  });

  it('says how many of them reserve would have refused, each at its own instant', async () => {
    const atMost15ADay = (minutesAgo: number, count: number) =>
      activity({ count, occurredAt: new Date(Date.now() - minutesAgo * 60_000).toISOString() });
    expect(await record(atMost15ADay(30, 10))).toMatchObject({ wouldHaveBeenRefused: 0 });
    expect(await record(atMost15ADay(10, 7))).toMatchObject({ recorded: 1, wouldHaveBeenRefused: 2 });
    // The day that ends an hour ago holds nothing else.
    expect(await record(atMost15ADay(60, 15))).toMatchObject({ wouldHaveBeenRefused: 0 });
    expect(await record(atMost15ADay(5, 1), atMost15ADay(3, 1))).toMatchObject({ wouldHaveBeenRefused: 2 });
  });

  it('takes those of one instant in their order, when it says how many would have been refused', async () => {
    const occurredAt = new Date(Date.now() - 60_000).toISOString();
    const sixteen = Array.from({ length: 16 }, () => activity({ occurredAt }));
    expect(await record(...sixteen)).toMatchObject({ recorded: 16, wouldHaveBeenRefused: 1 });
  });

  it('judges what is dated ahead of the clock at the instant at which it counts', async () => {
    const invitation = (ahead: number) =>
      activity({ action: 'CONNECTION_REQUEST', occurredAt: new Date(Date.now() + ahead).toISOString() });
    await record(...[1, 2, 3, 4, 5].map((minutes) => invitation(-6 * 60_000 - minutes)));
    expect(await record(invitation(4.9 * 60_000))).toMatchObject({ wouldHaveBeenRefused: 1 });
  });

  it('P14: takes the person of the hold that it names, so that one send is told once', async () => {
    const reservation = async (): Promise<Json> => {
      const input = {
        seatId: toId('seat', agency.seat.id),
        action: 'COMMENT',
        recipient: { profileUrl: 'linkedin.com/in/ada' },
        idempotencyKey: randomUUID(),
      };
      const { reserve } = await api.data(agency.key, RESERVE, { input });
      return reserve.decision.reservation.id;
    };
    const [released, committed] = [await reservation(), await reservation()];
    await api.data(agency.key, RELEASE, { id: released });
    const occurredAt = new Date(Date.now() - 200_000).toISOString();
    expect(await record(activity({ reservationId: released, occurredAt }))).toMatchObject({ recorded: 1 });
    expect(await record(activity({ reservationId: released, occurredAt }))).toMatchObject({
      alreadyKnown: 1,
    });
    expect((await list()).nodes).toMatchObject([{ recipientProfileUrl: 'https://www.linkedin.com/in/ada' }]);
    await api.data(agency.key, COMMIT, { id: committed });
    const now = new Date().toISOString();
    expect(await record(activity({ reservationId: committed, occurredAt: now }))).toMatchObject({
      recorded: 0,
      alreadyKnown: 1,
    });
    expect((await record(activity({ reservationId: released, count: 2 }))).userErrors).toEqual([
      { code: 'INVALID', field: ['inputs', '0', 'count'] },
    ]);
  });

  it('takes 1000 at most', async () => {
    const inputs = Array.from({ length: 1_001 }, () => activity());
    expect(await api.code(agency.key, RECORD, { inputs })).toBe('BAD_USER_INPUT');
  });
});

describe('activities', () => {
  it('are listed newest first, in pages, with who recorded them', async () => {
    const older = new Date(Date.now() - 120_000).toISOString();
    const newer = new Date(Date.now() - 60_000).toISOString();
    await record(
      activity({ occurredAt: older, count: 2, source: 'Other tool' }),
      activity({ occurredAt: newer, recipient: { profileUrl: 'linkedin.com/in/ada' } }),
    );
    const whole = await list();
    expect(whole.nodes).toEqual([
      {
        id: expect.stringMatching(/^activity_/),
        action: 'COMMENT',
        count: 1,
        occurredAt: newer,
        source: null,
        recordedBy: toId('key', keyIdOf(agency.owner)),
        voidedAt: null,
        recipientProfileUrl: 'https://www.linkedin.com/in/ada',
        seat: { id: toId('seat', agency.seat.id) },
      },
      expect.objectContaining({
        count: 2,
        occurredAt: older,
        source: 'Other tool',
        recipientProfileUrl: null,
      }),
    ]);
    const first = await list({ first: 1 });
    expect(first.pageInfo.hasNextPage).toBe(true);
    expect((await list({ after: first.pageInfo.endCursor })).nodes).toEqual([whole.nodes[1]]);
    expect((await list({ from: newer })).nodes).toEqual([whole.nodes[0]]);
  });
});

describe('voidActivities', () => {
  it('takes records out, once', async () => {
    await record(activity({ count: 5 }));
    const [{ id }] = (await list()).nodes;
    const take = async (activityIds: string[]): Promise<Json> =>
      (await api.data(agency.key, VOID, { input: { activityIds, reason: 'Counted twice' } })).voidActivities;
    expect(await take([id])).toEqual({ voided: 1, userErrors: [] });
    expect(await take([id])).toEqual({ voided: 0, userErrors: [] });
    expect((await list()).nodes[0].voidedAt).toEqual(expect.any(String));
    const { seats } = await api.data(
      agency.key,
      '{ seats { nodes { usage(actions: [COMMENT]) { used } } } }',
    );
    expect(seats.nodes[0].usage.every(({ used }: Json) => used === 0)).toBe(true);
    const { auditLog } = await api.data(
      agency.key,
      '{ auditLog(first: 1) { nodes { verb subjectKind subjectId } } }',
    );
    expect(auditLog.nodes).toEqual([{ verb: 'voidActivities', subjectKind: 'ACTIVITY', subjectId: id }]);
    expect((await take([id, 'activity_x'])).userErrors).toEqual([
      { code: 'NOT_FOUND', field: ['input', 'activityIds', '1'] },
    ]);
  });

  it('looks at no seat of what is out already', async () => {
    await record(activity({ action: 'CONNECTION_REQUEST', count: 1 }));
    const [{ id }] = (await list()).nodes;
    const take = () => api.data(agency.key, VOID, { input: { activityIds: [id], reason: 'Counted twice' } });
    // Whatever the agency changes has its seats read anew.
    const anew = () =>
      servicesOn(api.dataSource).plans.createPlan(agency.owner, { name: id, seatAllowance: 1 });
    const sent = jest.spyOn(pg.Client.prototype, 'query');
    const looks = () =>
      sent.mock.calls.filter(
        ([asked]: readonly unknown[]) => (asked as { name?: string }).name === 'read_standings',
      );
    await anew();
    await take();
    const before = looks().length;
    await anew();
    await take();
    expect([before, looks().length]).toEqual([1, 1]);
    sent.mockRestore();
  });
});
