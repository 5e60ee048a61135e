import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inAgency, SEE_AGENCIES } from '../../src/tenancy/door.js';
import { audit } from '../../src/ledger/audit/audit.js';
import { toId } from '../../src/schema/ids.js';
import { newSeat } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { codesOf, someone } from '../support/outreach.js';
import { SeatDesk } from './seat-moves.support.js';

let api: Api;
let database: TestDatabase;
let desk: SeatDesk;

beforeAll(async () => {
  database = await ownDatabase();
  api = await Api.start({}, database);
});
afterAll(async () => {
  await api.close();
  expect((await audit(database.appUrl)).drift).toEqual([]);
});
beforeEach(async () => {
  desk = await SeatDesk.open(api);
});

const FOLLOWS = `usage(actions: [FOLLOW]) { used held limit { scopeKind scopeId max } }`;
const LIMIT = { actions: ['FOLLOW'], windowKind: 'ROLLING', windowSeconds: 86_400, max: 30 };

/** What is used and held of the only counter of follows at a scope. */
function countedAt(usage: Json[], scope: string): number[][] {
  return usage.filter(({ limit }) => limit.scopeId === scope).map(({ used, held }) => [used, held]);
}

async function setLimit(scopeId: string): Promise<void> {
  const query = 'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }';
  await desk.ask(query, { input: { scopeId, limit: LIMIT } });
}

describe('moveSeat', () => {
  it('takes the ledger of the account along, and leaves each client account what was done for it', async () => {
    for (const scope of [desk.client, desk.other]) await setLimit(scope);
    for (let sent = 0; sent < 3; sent += 1) await desk.send('FOLLOW', someone());
    const held = await desk.reserve('FOLLOW', someone());
    expect(await desk.move()).toEqual({
      seat: { id: desk.seat, status: 'ACTIVE', clientAccount: { id: desk.other } },
      releasedReservations: 1,
      leftCampaigns: [],
      userErrors: [],
    });
    // P13: what was held is released at once.
    expect(await desk.became(held.reservation.id)).toEqual(['RELEASED', 'SEAT_MOVED']);
    await desk.send('FOLLOW', someone());
    const query = `query ($seat: ID!, $client: ID!, $other: ID!) { seat(id: $seat) { ${FOLLOWS} }
      old: clientAccount(id: $client) { usage { used held limit { scopeId } } }
      new: clientAccount(id: $other) { usage { used held limit { scopeId } } } }`;
    const { seat, ...accounts } = await desk.ask(query);
    expect(new Set(countedAt(seat.usage, desk.seat).map(String))).toEqual(new Set(['4,0']));
    expect(countedAt(accounts.old.usage, desk.client)).toEqual([[3, 0]]);
    expect(countedAt(accounts.new.usage, desk.other)).toEqual([[1, 0]]);
    // What is told later of the time before is of the client account of that time.
    const occurredAt = new Date(Date.now() - 3_600_000).toISOString();
    const inputs = [{ seatId: desk.seat, action: 'FOLLOW', occurredAt, idempotencyKey: randomUUID() }];
    await desk.ask(
      'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }',
      { inputs },
    );
    const after = await desk.ask(query);
    expect(countedAt(after.old.usage, desk.client)).toEqual([[4, 0]]);
    expect(countedAt(after.new.usage, desk.other)).toEqual([[1, 0]]);
  });

  it('leaves the campaigns of the old client account, and names them', async () => {
    const create = `mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { id } } }`;
    const input = { clientAccountId: desk.client, name: 'Spring', seatIds: [desk.seat] };
    const { id } = (await desk.ask(create, { input })).createCampaign.campaign;
    const sent = await desk.send('FOLLOW', someone(), { campaignId: id });
    expect(await desk.move()).toMatchObject({ leftCampaigns: [{ id, name: 'Spring' }] });
    const query = `query ($id: ID!, $sent: ID!) { campaign(id: $id) { seats { id } } node(id: $sent) { ... on Decision { campaign { id } } } }`;
    expect(await desk.ask(query, { id, sent: sent.id })).toEqual({
      campaign: { seats: [] },
      node: { campaign: { id } },
    });
    const refused = `mutation ($input: ReserveInput!) { reserve(input: $input) { userErrors { code field } } }`;
    const again = { seatId: desk.seat, campaignId: id, action: 'FOLLOW', recipient: someone() };
    const { reserve } = await desk.ask(refused, { input: { ...again, idempotencyKey: randomUUID() } });
    expect(reserve.userErrors).toEqual([{ code: 'INVALID', field: ['input', 'campaignId'] }]);
  });

  it('shows the new client account nothing of before, and the old one nothing of after', async () => {
    const credits =
      'mutation ($input: SetCreditsInput!) { setCredits(input: $input) { userErrors { code } } }';
    const report = `mutation ($input: ReportRestrictionInput!) { reportRestriction(input: $input) { userErrors { code } } }`;
    const tell = async (note: string, available: number): Promise<void> => {
      await desk.send('FOLLOW', someone());
      await desk.ask(credits, { input: { seatId: desk.seat, available } });
      const restriction = { seatId: desk.seat, kind: 'TEMPORARY', actions: ['GROUP_MESSAGE'], note };
      await desk.ask(report, { input: restriction });
      const occurredAt = new Date().toISOString();
      const inputs = [{ seatId: desk.seat, action: 'COMMENT', occurredAt, idempotencyKey: randomUUID() }];
      await desk.ask(
        'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }',
        { inputs },
      );
    };
    const [oldKey, newKey] = [
      await desk.clientKey(desk.agency.clientAccount.id),
      await desk.clientKey(desk.otherUuid),
    ];
    await tell('of the old client', 40);
    await desk.move();
    const seen = async (key: string): Promise<Json> => {
      const query = `query ($seat: ID!) { decisions { nodes { id seat { id } } } reservations { nodes { id } } activities { nodes { id } }
        alerts { nodes { kind } } ofSeat: alerts(seatId: $seat) { nodes { kind } }
        seat(id: $seat) { restrictions { note } credits { history { nodes { kind amount } } } } }`;
      return desk.ask(query, {}, key);
    };
    expect(await seen(newKey)).toEqual({
      decisions: { nodes: [] },
      reservations: { nodes: [] },
      activities: { nodes: [] },
      alerts: { nodes: [] },
      ofSeat: { nodes: [] },
      seat: { restrictions: [{ note: null }], credits: { history: { nodes: [] } } },
    });
    const old = await seen(oldKey);
    expect(old).toMatchObject({ seat: null, decisions: { nodes: [{ seat: null }] } });
    expect(old.alerts.nodes).toContainEqual({ kind: 'SEAT_RESTRICTED' });
    await tell('of the new client', 30);
    expect(await seen(oldKey)).toEqual(old);
    const fresh = await seen(newKey);
    expect(fresh.decisions.nodes).toHaveLength(1);
    expect(fresh.activities.nodes).toHaveLength(1);
    expect(fresh.seat.credits.history.nodes).toEqual([{ kind: 'SET', amount: 30 }]);
    expect(fresh.seat.restrictions).toEqual([{ note: 'of the new client' }, { note: null }]);
    // The agency has it all; and whoever has the seat back has its own time of it.
    const ofAgency = await seen(desk.agency.key);
    expect(ofAgency.seat.credits.history.nodes).toHaveLength(2);
    await desk.move(desk.client);
    expect((await seen(oldKey)).seat.credits.history.nodes).toEqual([{ kind: 'SET', amount: 40 }]);
  });

  it('keeps from when on whose it is, writes one entry of the audit log, and is a no-op where the seat is', async () => {
    await desk.move();
    expect(await desk.move()).toMatchObject({ releasedReservations: 0, userErrors: [] });
    const { owner, seat, clientAccount } = desk.agency;
    const [assigned, entries] = await inAgency(api.dataSource, owner, async (manager) => [
      await manager.query<Json[]>(
        'SELECT client_account_id AS id, from_at::float8 AS at FROM seat_assignment WHERE seat_id = $1 ORDER BY from_at',
        [seat.id],
      ),
      await manager.query<Json[]>(
        `SELECT changes FROM audit_entry WHERE subject_id = $1 AND verb = 'moveSeat'`,
        [seat.id],
      ),
    ]);
    expect(assigned?.map(({ id }) => id)).toEqual([clientAccount.id, desk.otherUuid]);
    expect(assigned?.[1].at).toBeGreaterThan(seat.createdAt);
    expect(entries).toEqual([
      { changes: { v: 1, clientAccountId: { old: clientAccount.id, new: desk.otherUuid } } },
    ]);
  });

  it('tells what time did before it to the client account that had the seat', async () => {
    const { agencyId, seat } = desk.agency;
    const owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    await owner.query('BEGIN');
    await owner.query(SEE_AGENCIES, [[agencyId]]);
    const earlier = 'UPDATE seat_assignment SET from_at = from_at - $2 WHERE seat_id = $1';
    await owner.query(earlier, [seat.id, 9 * 86_400_000]);
    await owner.query('COMMIT');
    await owner.end();
    await desk.move();
    const query = `query ($client: ID!, $other: ID!) { old: alerts(clientAccountId: $client) { nodes { kind raisedAt } }
      new: alerts(clientAccountId: $other) { nodes { kind } } }`;
    const raisedAt = new Date(seat.createdAt - 2 * 86_400_000).toISOString();
    expect(await desk.ask(query)).toEqual({
      old: { nodes: [{ kind: 'SEAT_IDLE', raisedAt }] },
      new: { nodes: [] },
    });
  });

  it('refuses a seat of the client’s own staff, a removed one, an archived client account, and no room', async () => {
    const to = { clientAccountId: desk.other };
    await desk.change('updateSeat', { holderKind: 'CLIENT_STAFF' });
    expect(await desk.refused('moveSeat', to)).toEqual(['WRONG_STATE input.seatId']);
    await desk.change('updateSeat', { holderKind: 'AGENCY_STAFF' });
    await desk.change('removeSeat');
    expect(await desk.refused('moveSeat', to)).toEqual(['WRONG_STATE input.seatId']);
    await desk.change('restoreSeat');
    const archive = `mutation ($input: UpdateClientAccountInput!) { updateClientAccount(input: $input) { userErrors { code } } }`;
    await desk.ask(archive, { input: { clientAccountId: desk.other, status: 'ARCHIVED' } });
    expect(await desk.refused('moveSeat', to)).toEqual(['WRONG_STATE input.clientAccountId']);
    const manager = await api.keyOf(desk.agency, 'MANAGER');
    expect(await desk.refused('moveSeat', to, manager)).toEqual(['FORBIDDEN_FOR_ROLE']);
    // Whoever sees one client account has no other one to give it to.
    const admin = await api.keyOf(desk.agency, 'ADMIN', desk.agency.clientAccount.id);
    expect(await desk.refused('moveSeat', to, admin)).toEqual(['NOT_FOUND input.clientAccountId']);
  });
});

describe('the allowance of a plan', () => {
  const ALLOWANCE = `query ($client: ID!, $other: ID!) { old: clientAccount(id: $client) { seatAllowance seatsTaken seatsFree }
    new: clientAccount(id: $other) { seatAllowance seatsTaken seatsFree }
    alerts(clientAccountId: $other, kinds: [SEAT_ALLOWANCE_REACHED]) { nodes { kind message } } }`;
  const taken = (seatsTaken: number, seatsFree: number) => ({ seatAllowance: 1, seatsTaken, seatsFree });

  beforeEach(async () => {
    desk = await SeatDesk.open(api, { plan: { seatAllowance: 1 } });
  });

  it('holds for seats that are moved and restored, tells when it is reached, and goes with the seat', async () => {
    expect(await desk.ask(ALLOWANCE)).toEqual({ old: taken(1, 0), new: taken(0, 1), alerts: { nodes: [] } });
    await desk.move();
    const moved = await desk.ask(ALLOWANCE);
    expect(moved).toMatchObject({ old: taken(0, 1), new: taken(1, 0) });
    expect(moved.alerts.nodes).toHaveLength(1);
    const second = (await desk.change('addSeat', { ...addOf(desk.client) })).seat.id;
    const to = { seatId: second, clientAccountId: desk.other };
    expect(await desk.refused('moveSeat', to)).toEqual(['SEAT_ALLOWANCE_REACHED input.clientAccountId']);
    // No room that is made would let a removed one move: that it is removed is told first.
    await desk.change('removeSeat', { seatId: second });
    expect(await desk.refused('moveSeat', to)).toEqual(['WRONG_STATE input.seatId']);
    await desk.change('restoreSeat', { seatId: second });
    await desk.change('removeSeat');
    expect(await desk.ask(ALLOWANCE)).toMatchObject({ new: taken(0, 1) });
    await desk.change('moveSeat', to);
    expect(await desk.refused('restoreSeat')).toEqual(['SEAT_ALLOWANCE_REACHED input.seatId']);
    await desk.change('removeSeat', { seatId: second });
    expect(await desk.change('restoreSeat')).toMatchObject({ seat: { status: 'ACTIVE' }, userErrors: [] });
    // Once for each seat that was the last one: two moves and a restore.
    expect((await desk.ask(ALLOWANCE)).alerts.nodes).toHaveLength(3);
  });

  it('is never less than what is taken: a smaller plan is refused, with what to do', async () => {
    const update = `mutation ($plan: UpdatePlanInput!, $account: UpdateClientAccountInput!) {
      updatePlan(input: $plan) { userErrors { code field message } } updateClientAccount(input: $account) { userErrors { code field message } } }`;
    const smaller = `mutation { createPlan(input: { name: "None", seatAllowance: 0 }) { plan { id } } }`;
    const { id: planId } = (await desk.ask(smaller)).createPlan.plan;
    const plan = { planId: toId('plan', desk.agency.plan.id), seatAllowance: 0 };
    const answer = await desk.ask(update, { plan, account: { clientAccountId: desk.client, planId } });
    const message = expect.stringContaining('remove or move some of them');
    const code = 'SEAT_ALLOWANCE_REACHED';
    expect(answer).toEqual({
      updatePlan: { userErrors: [{ code, field: ['input', 'seatAllowance'], message }] },
      updateClientAccount: { userErrors: [{ code, field: ['input', 'planId'], message }] },
    });
  });

  function addOf(clientAccountId: string): object {
    const { openingUse: _use, ...input } = newSeat(clientAccountId);
    return { ...input, seatId: undefined };
  }
});

describe('removeSeat and restoreSeat', () => {
  it('P13: release what is held, keep the history, and bring the seat back as it was', async () => {
    const [sent, held] = [await desk.send('FOLLOW', someone()), await desk.reserve('FOLLOW', someone())];
    expect(await desk.change('removeSeat')).toMatchObject({ seat: { status: 'REMOVED' }, userErrors: [] });
    expect(await desk.became(held.reservation.id)).toEqual(['RELEASED', 'SEAT_REMOVED']);
    const asked = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { id } userErrors { code } } }`;
    const ask = (): Promise<Json> =>
      desk.ask(asked, {
        input: { seatId: desk.seat, action: 'FOLLOW', recipient: someone(), idempotencyKey: randomUUID() },
      });
    expect((await ask()).reserve).toEqual({ decision: null, userErrors: [{ code: 'WRONG_STATE' }] });
    expect(await desk.became(sent.reservation.id)).toEqual(['COMMITTED', null]);
    expect(await desk.change('removeSeat')).toMatchObject({ seat: { status: 'REMOVED' }, userErrors: [] });
    expect(await desk.change('restoreSeat')).toMatchObject({ seat: { status: 'ACTIVE' }, userErrors: [] });
    expect((await ask()).reserve.userErrors).toEqual([]);
    expect(await desk.change('restoreSeat')).toMatchObject({ seat: { status: 'ACTIVE' }, userErrors: [] });
  });

  it('end no pause', async () => {
    await desk.change('pauseSeat');
    await desk.change('removeSeat');
    expect(await desk.change('restoreSeat')).toMatchObject({ seat: { status: 'PAUSED' } });
    expect(codesOf(await desk.reserve('FOLLOW', someone()))).toContain('SEAT_PAUSED');
  });

  it('keep the account of a removed seat: it is restored, never added a second time', async () => {
    await desk.change('removeSeat');
    const spelled = desk.agency.seat.profileUrl.replace('https://www.', 'http://es.').toUpperCase();
    const { openingUse: _use, ...input } = newSeat(desk.client, { profileUrl: `${spelled}/?trk=x` });
    const { seat, userErrors } = await desk.change('addSeat', { ...input, seatId: undefined });
    expect([seat, userErrors]).toEqual([
      null,
      [
        {
          code: 'TAKEN',
          field: ['input', 'profileUrl'],
          message: expect.stringContaining('restoreSeat'),
        },
      ],
    ]);
  });
});
