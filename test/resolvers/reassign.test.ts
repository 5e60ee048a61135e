import { randomUUID } from 'node:crypto';
import { fromId, toId } from '../../src/schema/ids.js';
import type { Api, Json } from '../support/api.js';
import { ClockedApi } from '../support/clocked-api.js';
import { Outreach } from '../support/outreach.js';
import { CampaignStage } from './campaign.support.js';

/** A Monday, at nine in the morning in UTC. */
const MORNING = Date.UTC(2026, 10, 23, 9);
const MINUTE = 60_000;
const NOTE =
  'Hi {{ first_name }}, I came across your profile while reading about {{ company }} and would be glad to connect.';
const INVITE = { key: 'invite', kind: 'CONNECT', variants: [{ key: 'a', body: NOTE }] };

let clocked: ClockedApi;
let api: Api;

beforeAll(async () => {
  clocked = await ClockedApi.start(MORNING);
  ({ api } = clocked);
});
afterAll(() => clocked.close());
beforeEach(() => clocked.setClock(MORNING));

/** A campaign of two seats, the first of which has all its people. */
class Office {
  private constructor(
    readonly stage: CampaignStage,
    readonly from: string,
    readonly to: string,
  ) {}

  static async open(people: number, steps: readonly object[] = [INVITE]): Promise<Office> {
    const stage = await CampaignStage.open(api, 2);
    const [from, to] = stage.seats as [string, string];
    await stage.prepare(people);
    await stage.change('setCampaignSteps', { steps });
    const office = new Office(stage, from, to);
    await office.seats(from);
    expect((await stage.change('launchCampaign')).errors).toEqual([]);
    await office.seats(from, to);
    return office;
  }

  seats(...seatIds: string[]): Promise<Json> {
    return this.stage.change('setCampaignSeats', { seats: seatIds.map((seatId) => ({ seatId })) });
  }

  async reassign(more: object = {}, key = this.stage.agency.key): Promise<Json> {
    const query = `mutation ($input: ReassignTouchesInput!) { reassignTouches(input: $input) {
      campaign { id } reassigned stayed { because people } hasMore userErrors { code field } } }`;
    const input = { campaignId: this.stage.campaign, fromSeatId: this.from, toSeatId: this.to, ...more };
    const { campaign, userErrors, reassigned, stayed } = (await api.data(key, query, { input }))
      .reassignTouches;
    if (campaign === null) return userErrors.map(({ code, field }: Json) => [code, field?.at(-1)].join(' '));
    const counts = stayed.map(({ because, people }: Json) => [because, people]);
    return { reassigned, ...Object.fromEntries(counts) };
  }

  async next(seatId: string): Promise<Json[]> {
    const query = `query ($seatId: ID!) { nextTouches(seatId: $seatId, first: 100) {
      touches { touch { id step state seat { id } prospect { profileUrl } } } } }`;
    const { touches } = (await api.data(this.stage.agency.key, query, { seatId })).nextTouches;
    return touches.map(({ touch }: Json) => touch);
  }

  async mutate(
    verb: string,
    type: string,
    input: object,
    made = 'userErrors { code message }',
  ): Promise<Json> {
    const query = `mutation ($input: ${type}!) { ${verb}(input: $input) { ${made} } }`;
    return (await api.data(this.stage.agency.key, query, { input }))[verb];
  }

  claim(touchId: string): Promise<Json> {
    const made = 'touch { state seat { id } } decision { outcome seat { id } } userErrors { code message }';
    return this.mutate('claimTouch', 'ClaimTouchInput', { touchId, idempotencyKey: randomUUID() }, made);
  }

  async send(touchId: string): Promise<void> {
    expect((await this.claim(touchId)).decision.outcome).toBe('ALLOWED');
    expect(await this.mutate('completeTouch', 'CompleteTouchInput', { touchId })).toEqual({ userErrors: [] });
    await clocked.pass(2 * MINUTE);
  }

  async engage(seatId: string, recipientProfileUrl: string, kind: string): Promise<void> {
    const query = `mutation ($inputs: [EngagementInput!]!) { recordEngagement(inputs: $inputs) { userErrors { message } } }`;
    const told = { seatId, recipientProfileUrl, kind, occurredAt: new Date(clocked.now()).toISOString() };
    await api.data(this.stage.agency.key, query, { inputs: [{ ...told, idempotencyKey: randomUUID() }] });
  }

  restrict(seatId: string): Promise<Json> {
    return this.mutate('reportRestriction', 'ReportRestrictionInput', { seatId, kind: 'IDENTITY_CHECK' });
  }
}

it('gives the people of a restricted seat to another one, but for those that it has been in touch with', async () => {
  const office = await Office.open(7);
  const touches = await office.next(office.from);
  expect(touches).toHaveLength(7);
  const [invited, claimed, written, connected, both, other] = touches;
  await office.send(invited.id);
  const message = {
    seatId: office.from,
    action: 'INMAIL',
    occurredAt: new Date(clocked.now()).toISOString(),
  };
  const recipient = { profileUrl: written.prospect.profileUrl };
  const record = 'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }';
  const inputs = [{ ...message, recipient, idempotencyKey: randomUUID() }];
  await api.data(office.stage.agency.key, record, { inputs });
  await office.engage(office.from, connected.prospect.profileUrl, 'INVITATION_ACCEPTED');
  await office.engage(office.from, both.prospect.profileUrl, 'INVITATION_ACCEPTED');
  await office.engage(office.to, both.prospect.profileUrl, 'INVITATION_ACCEPTED');
  await clocked.pass(10 * MINUTE);
  expect((await office.claim(claimed.id)).touch.state).toBe('CLAIMED');

  const stay = { IN_CONVERSATION: 1, CLAIMED: 1 };
  // The connected are through with the only step; whoever was invited has nothing left either.
  expect(await office.reassign({ dryRun: true })).toEqual({ reassigned: 2, ...stay });
  expect((await office.next(office.to)).length).toBe(0);
  expect(await office.reassign()).toEqual({ reassigned: 2, ...stay });
  expect(await office.reassign()).toEqual({ reassigned: 0, ...stay });
  const there = await office.next(office.to);
  expect(there).toHaveLength(2);
  expect(there.map(({ id }: Json) => id)).toContain(other.id);
  expect(there.map(({ seat }: Json) => seat.id)).toEqual([office.to, office.to]);

  // What is held for a restricted seat is released: nobody is about them any more.
  await office.restrict(office.from);
  expect(await office.reassign()).toEqual({ reassigned: 1, IN_CONVERSATION: 1 });
  const [first] = await office.next(office.to);
  const { decision, touch } = await office.claim(first!.id);
  expect([decision.outcome, decision.seat.id, touch.seat.id]).toEqual(['ALLOWED', office.to, office.to]);
});

it('tells those apart who go on with the seat that they know', async () => {
  const thanks = { key: 'thank', kind: 'MESSAGE', variants: [{ key: 'a', body: NOTE }] };
  const accepted = { key: 'accepted', kind: 'BRANCH', delayMinutes: 10_080, condition: 'ACCEPTED' };
  const office = await Office.open(4, [INVITE, accepted, thanks]);
  const [invited, accepting, connected, known] = await office.next(office.from);
  await office.send(invited!.id);
  await office.send(accepting!.id);
  await office.engage(office.from, accepting!.prospect.profileUrl, 'INVITATION_ACCEPTED');
  await office.engage(office.from, connected!.prospect.profileUrl, 'INVITATION_ACCEPTED');
  await office.engage(office.from, known!.prospect.profileUrl, 'INVITATION_ACCEPTED');
  await office.engage(office.to, known!.prospect.profileUrl, 'INVITATION_ACCEPTED');
  expect(await office.reassign()).toEqual({ reassigned: 1, INVITED: 2, CONNECTED: 1 });
  // Connected to the other seat as well: the invitation is passed over there too.
  expect(await office.next(office.to)).toMatchObject([{ step: 'thank', seat: { id: office.to } }]);
});

it('whom a seat that left is connected to stays known, whatever is told of them where it went', async () => {
  const office = await Office.open(3);
  const [connected, , later] = await office.next(office.from);
  const { agency } = office.stage;
  // As an archive tells it.
  await office.stage.rows(
    `INSERT INTO connection (agency_id, seat_id, recipient_id, connected_at, learned_at)
     SELECT p.agency_id, '${fromId('seat', office.from)}', p.recipient_id, 1, ${clocked.now()} FROM prospect p
     WHERE p.agency_id = $1 AND p.profile_url = '${connected!.prospect.profileUrl}'`,
  );
  await clocked.pass(MINUTE);
  const clientAccountId = toId('client', await new Outreach(api, agency).addClientAccount());
  await office.mutate('moveSeat', 'MoveSeatInput', { seatId: office.from, clientAccountId });
  await clocked.pass(MINUTE);
  expect(await office.reassign({ dryRun: true })).toEqual({ reassigned: 2, CONNECTED: 1 });
  for (const touch of [connected, later])
    await office.engage(office.from, touch!.prospect.profileUrl, 'INVITATION_ACCEPTED');
  expect(await office.reassign({ dryRun: true })).toEqual({ reassigned: 2, CONNECTED: 1 });
});

it('gives those alone whose touches are named, and tells what became of the others', async () => {
  const office = await Office.open(3);
  const [one, two] = await office.next(office.from);
  await office.send(two!.id);
  expect(await office.reassign({ touchIds: [one!.id, two!.id] })).toEqual({ reassigned: 1, ELSEWHERE: 1 });
  expect(await office.reassign({ touchIds: [one!.id] })).toEqual({ reassigned: 0, ELSEWHERE: 1 });
  expect((await office.next(office.to)).map(({ id }) => id)).toEqual([one!.id]);
  expect(await office.reassign({ fromSeatId: office.to, toSeatId: office.from })).toEqual({ reassigned: 1 });
  expect(await office.next(office.from)).toHaveLength(2);
});

it('takes them from a seat that has left, and not to one that can’t take over', async () => {
  const office = await Office.open(2);
  await office.seats(office.to);
  expect(await office.reassign({ fromSeatId: office.to, toSeatId: office.from })).toEqual([
    'INVALID toSeatId',
  ]);
  expect(await office.reassign({ toSeatId: office.from })).toEqual(['INVALID toSeatId']);
  await office.restrict(office.to);
  expect(await office.reassign()).toEqual(['WRONG_STATE toSeatId']);
  await office.mutate('removeSeat', 'SeatInput', { seatId: office.to });
  expect(await office.reassign()).toEqual(['WRONG_STATE toSeatId']);
  await office.mutate('restoreSeat', 'SeatInput', { seatId: office.to });
  const lift = `{ seat(id: "${office.to}") { restrictions { id } } }`;
  const [restriction] = (await api.data(office.stage.agency.key, lift, {})).seat.restrictions;
  await office.mutate('liftRestriction', 'LiftRestrictionInput', { restrictionId: restriction.id });
  expect(await office.reassign()).toEqual({ reassigned: 2 });
  expect(await office.next(office.to)).toHaveLength(2);
});

it('refuses what names nothing of the campaign, and whoever may not', async () => {
  const office = await Office.open(1);
  const nobody = toId('seat', randomUUID());
  expect(await office.reassign({ fromSeatId: nobody })).toEqual(['NOT_FOUND fromSeatId']);
  expect(await office.reassign({ toSeatId: nobody })).toEqual(['NOT_FOUND toSeatId']);
  expect(await office.reassign({ touchIds: [toId('touch', randomUUID())] })).toEqual(['NOT_FOUND 0']);
  expect(await office.reassign({ touchIds: [] })).toEqual(['INVALID touchIds']);
  const key = await api.keyOf(office.stage.agency, 'OPERATOR');
  expect(await office.reassign({}, key)).toEqual(['FORBIDDEN_FOR_ROLE ']);
  await office.stage.change('completeCampaign');
  expect(await office.reassign()).toEqual(['WRONG_STATE campaignId']);
});

it('is told by the audit log, with both seats and how many', async () => {
  const office = await Office.open(2);
  await office.reassign({ dryRun: true });
  await office.reassign();
  await office.reassign();
  const query = `query ($id: ID!) { auditLog(subjectId: $id, verbs: ["reassignTouches"]) {
    nodes { verb changes { field old new } } } }`;
  const { auditLog } = await api.data(office.stage.agency.key, query, { id: office.stage.campaign });
  expect(auditLog.nodes).toEqual([
    {
      verb: 'reassignTouches',
      changes: [
        { field: 'people', old: null, new: '2' },
        { field: 'seatId', old: `"${office.from}"`, new: `"${office.to}"` },
      ],
    },
  ]);
});

it('what was sent from the old seat after all is found, and the person goes on', async () => {
  const office = await Office.open(1);
  const [touch] = await office.next(office.from);
  const made = 'decision { reservation { id } }';
  const claim = { touchId: touch!.id, idempotencyKey: randomUUID() };
  const { decision } = await office.mutate('claimTouch', 'ClaimTouchInput', claim, made);
  await clocked.pass(20 * MINUTE);
  expect(await office.reassign()).toEqual({ reassigned: 1 });
  const recipient = { profileUrl: touch!.prospect.profileUrl };
  const sent = { seatId: office.from, action: 'CONNECTION_REQUEST', withNote: true, recipient };
  const told = { occurredAt: new Date(clocked.now()).toISOString(), reservationId: decision.reservation.id };
  const record = 'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }';
  const inputs = [{ ...sent, ...told, idempotencyKey: randomUUID() }];
  expect((await api.data(office.stage.agency.key, record, { inputs })).recordActivities.recorded).toBe(1);
  expect(await office.claim(touch!.id)).toMatchObject({ touch: { state: 'DONE' }, decision: null });
});
