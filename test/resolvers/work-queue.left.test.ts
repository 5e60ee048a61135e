import { randomUUID } from 'node:crypto';
import { audit } from '../../src/ledger/audit/audit.js';
import { ledgerOn } from '../../src/ledger/books/manager-rows.js';
import { fromId, toId } from '../../src/schema/ids.js';
import { countPeople } from '../../src/services/campaigns/campaign.forecast.people.js';
import { readEnrolled } from '../../src/services/campaigns/enrolment.rows.js';
import { readFacts } from '../../src/services/campaigns/touch.facts.js';
import { inAgency } from '../../src/tenancy/door.js';
import { clockedDatabase, type ClockedDatabase } from '../ledger/fake-clock.js';
import { Api, type Json } from '../support/api.js';
import { Outreach, someone } from '../support/outreach.js';
import { CampaignStage } from './campaign.support.js';

/** A send that is under way while its seat goes to another client account is told by whoever it was held for. */
const MORNING = Date.UTC(2026, 10, 23, 9);
const [MINUTE, DAY] = [60_000, 86_400_000];

let database: ClockedDatabase;
let api: Api;
let stage: CampaignStage;
let other: string;
let seatId: string;
let operator: string;

beforeAll(async () => {
  database = await clockedDatabase();
  await database.setClock(MORNING);
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' }, database);
});
afterAll(async () => {
  await api.close();
  expect((await audit(database.appUrl)).drift).toEqual([]);
  await database.close();
});
beforeEach(async () => {
  await database.setClock(MORNING);
  stage = await CampaignStage.open(api, 2);
  await stage.prepare(1);
  await stage.change('setCampaignSteps', { steps: [{ key: 'invite', kind: 'CONNECT' }] });
  await stage.change('setCampaignSeats', { seats: [{ seatId: stage.seats[0] }] });
  expect((await stage.change('launchCampaign')).errors).toEqual([]);
  other = await new Outreach(api, stage.agency).addClientAccount();
  seatId = stage.seats[0]!;
  operator = await keyOf('OPERATOR');
});

const keyOf = (role: 'OPERATOR' | 'MANAGER', clientAccountId = stage.agency.clientAccount.id) =>
  api.keyOf(stage.agency, role, clientAccountId);

async function move(clientAccountId = other): Promise<void> {
  const query = `mutation ($input: MoveSeatInput!) { moveSeat(input: $input) { userErrors { code } } }`;
  const input = { seatId, clientAccountId: toId('client', clientAccountId) };
  expect((await api.data(stage.agency.key, query, { input })).moveSeat.userErrors).toEqual([]);
}

async function claim(): Promise<{ touchId: string; reservationId: string; profileUrl: string }> {
  const next = 'query ($seatId: ID!) { nextTouches(seatId: $seatId) { touches { touch { id } } } }';
  const touchId = (await api.data(operator, next, { seatId })).nextTouches.touches[0].touch.id;
  const query = `mutation ($input: ClaimTouchInput!) { claimTouch(input: $input) { profileUrl decision { reservation { id } } } }`;
  const input = { touchId, idempotencyKey: randomUUID() };
  const { profileUrl, decision } = (await api.data(operator, query, { input })).claimTouch;
  return { touchId, reservationId: decision.reservation.id, profileUrl };
}

async function end(verb: 'completeTouch' | 'skipTouch', touchId: string, key = operator): Promise<Json> {
  const type = verb === 'completeTouch' ? 'CompleteTouchInput' : 'TouchInput';
  const query = `mutation ($input: ${type}!) { result: ${verb}(input: $input) {
    touch { state seat { id } reservation { status } } userErrors { code } } }`;
  return (await api.data(key, query, { input: { touchId } })).result;
}

async function record(key: string, more: object): Promise<Json> {
  const query = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) {
    recorded alreadyKnown wouldHaveBeenRefused usage { used } userErrors { code field } } }`;
  const occurredAt = new Date(MORNING).toISOString();
  const input = {
    ...{ seatId, action: 'CONNECTION_REQUEST', occurredAt, idempotencyKey: randomUUID(), ...more },
  };
  return (await api.data(key, query, { inputs: [input] })).recordActivities;
}

/** Who would go to the other seat, and who would stay. */
async function wouldGo(): Promise<Json> {
  const query = `mutation ($input: ReassignTouchesInput!) { reassignTouches(input: $input) { reassigned stayed { because people } userErrors { code } } }`;
  const input = { campaignId: stage.campaign, fromSeatId: seatId, toSeatId: stage.seats[1], dryRun: true };
  const { userErrors, ...told } = (await api.data(await keyOf('MANAGER'), query, { input })).reassignTouches;
  expect(userErrors).toEqual([]);
  return told;
}

const DONE = { recorded: 1, alreadyKnown: 0, wouldHaveBeenRefused: 0, usage: [], userErrors: [] };
const noSuch = (field: string) => ({ userErrors: [{ code: 'NOT_FOUND', field: ['inputs', '0', field] }] });
const charges = (): Promise<Json[]> =>
  stage.rows(
    'SELECT client_account_id AS account, campaign_id IS NOT NULL AS "isOfCampaign" FROM charge WHERE agency_id = $1',
  );

it('whoever has claimed the touch completes it, and nobody else of its client account', async () => {
  const { touchId } = await claim();
  await database.setClock(MORNING + MINUTE);
  await move();
  for (const key of [await keyOf('OPERATOR'), await keyOf('OPERATOR', other)]) {
    expect(await end('completeTouch', touchId, key)).toEqual({
      touch: null,
      userErrors: [{ code: 'NOT_FOUND' }],
    });
  }
  expect((await end('skipTouch', touchId)).userErrors).toEqual([{ code: 'NOT_FOUND' }]);
  // The seat is not there for them any more; their touch and their reservation are.
  const done = { touch: { state: 'DONE', seat: null, reservation: { status: 'RELEASED' } }, userErrors: [] };
  expect(await end('completeTouch', touchId)).toEqual(done);
  expect(await end('completeTouch', touchId)).toEqual(done);
  expect(await charges()).toEqual([{ account: stage.agency.clientAccount.id, isOfCampaign: true }]);
});

it('it is recorded with its reservation by whoever sees that, who is told nothing of the seat', async () => {
  const { reservationId, profileUrl } = await claim();
  await move();
  const recipient = { profileUrl };
  expect(await record(operator, { recipient })).toMatchObject(noSuch('seatId'));
  const theirs = await keyOf('OPERATOR', other);
  expect(await record(theirs, { recipient, reservationId })).toMatchObject(noSuch('reservationId'));
  const told = { recipient, reservationId, idempotencyKey: 'once' };
  expect(await record(operator, told)).toEqual(DONE);
  const known = { ...DONE, recorded: 0, alreadyKnown: 1 };
  expect(await record(operator, told)).toEqual(known);
  expect(await record(await keyOf('MANAGER'), { reservationId })).toEqual(known);
  expect(await charges()).toEqual([{ account: stage.agency.clientAccount.id, isOfCampaign: true }]);
});

it('nobody fills up a seat that left by holds of other times, or days later', async () => {
  const desk = new Outreach(api, stage.agency);
  const lapsed = await desk.reserve('FOLLOW', someone(), { holdSeconds: 30 });
  await database.setClock(MORNING + MINUTE);
  const held = await desk.reserve('FOLLOW', someone());
  const late = await desk.reserve('FOLLOW', someone());
  await move();
  const tell = (decision: Json): Promise<Json> =>
    record(operator, { action: 'FOLLOW', reservationId: decision.reservation.id });
  expect(await tell(lapsed)).toMatchObject(noSuch('seatId'));
  await database.setClock(MORNING + MINUTE + DAY);
  expect(await tell(held)).toEqual(DONE);
  await database.setClock(MORNING + MINUTE + DAY + 1);
  expect(await tell(late)).toMatchObject(noSuch('seatId'));
});

it.each([-1, 1])(
  'told to have been sent %s ms beside the move, it keeps the person from other seats',
  async (beside) => {
    const { reservationId } = await claim();
    await database.setClock(MORNING + MINUTE);
    await move();
    await database.setClock(MORNING + 2 * MINUTE);
    const occurredAt = new Date(MORNING + MINUTE + beside).toISOString();
    expect(await record(operator, { reservationId, occurredAt })).toEqual(DONE);
    await stage.change('setCampaignSeats', { seats: [{ seatId: stage.seats[1] }] });
    expect(await wouldGo()).toEqual({ reassigned: 0, stayed: [{ because: 'INVITED', people: 1 }] });
  },
);

it('whom it wrote to for another client account is not told to the one that has it again', async () => {
  const next = `query ($seatId: ID!) { nextTouches(seatId: $seatId) { touches { touch { prospect { profileUrl } } } } }`;
  const { touches } = (await api.data(operator, next, { seatId })).nextTouches;
  const { profileUrl } = touches[0].touch.prospect;
  const desk = new Outreach(api, stage.agency);
  await move();
  await desk.send('DIRECT_MESSAGE', { profileUrl, degree: 'FIRST' });
  await database.setClock(MORNING + MINUTE);
  await move(stage.agency.clientAccount.id);
  await stage.change('setCampaignSeats', { seats: stage.seats.map((one) => ({ seatId: one })) });
  expect(await wouldGo()).toEqual({ reassigned: 1, stayed: [] });
  // Its own is told.
  await desk.send('DIRECT_MESSAGE', { profileUrl, degree: 'FIRST' });
  expect(await wouldGo()).toEqual({ reassigned: 0, stayed: [{ because: 'IN_CONVERSATION', people: 1 }] });
});

/** What a forecast of the campaign rests on. */
async function known(): Promise<{ accepted: number; facts: unknown }> {
  const { owner } = stage.agency;
  const [one] = await stage.rows('SELECT id FROM enrolment WHERE agency_id = $1');
  return inAgency(api.dataSource, owner, async (manager) => {
    const transaction = await ledgerOn(manager);
    const { accepted } = await countPeople(transaction, owner.agencyId, fromId('campaign', stage.campaign)!);
    const people = await readEnrolled(transaction, owner.agencyId, [one!['id']]);
    const facts = await readFacts(transaction, owner.agencyId, people, MORNING + DAY);
    return { accepted, facts: [...facts.values()] };
  });
}

it.each([false, true])(
  'who accepted its invitation, or answered, there is told by no forecast; what was told before is (%s)',
  async (isTold) => {
    const { touchId, profileUrl } = await claim();
    expect((await end('completeTouch', touchId)).userErrors).toEqual([]);
    const desk = new Outreach(api, stage.agency);
    await database.setClock(MORNING + MINUTE);
    const answer = async (kind: string, minutes: number): Promise<void> => {
      const occurredAt = new Date(MORNING + minutes * MINUTE).toISOString();
      await desk.engage(desk.engagement(kind, { profileUrl }, { occurredAt }));
    };
    if (isTold) await answer('INVITATION_ACCEPTED', 1);
    const before = await known();
    expect(before.accepted).toBe(isTold ? 1 : 0);
    await database.setClock(MORNING + 2 * MINUTE);
    await move();
    await database.setClock(MORNING + 20 * MINUTE);
    for (const kind of ['INVITATION_ACCEPTED', 'REPLIED']) await answer(kind, 20);
    expect(await known()).toEqual(before);
  },
);
