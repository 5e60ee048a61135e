import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { done, newSeat, servicesOn } from '../support/agency.js';
import { ClockedApi } from '../support/clocked-api.js';
import type { Api, Json } from '../support/api.js';
import { Outreach } from '../support/outreach.js';
import { CampaignStage } from './campaign.support.js';

/** The steps of a campaign say nothing of whom a seat invited, or who answered it, for another client account. */
const MORNING = Date.UTC(2026, 10, 23, 9);
const [MINUTE, DAY] = [60_000, 86_400_000];
const LOOK = { key: 'look', kind: 'ENGAGE', action: 'PROFILE_VIEW' };
const ACCEPTED = [
  {
    key: 'accepted',
    kind: 'BRANCH',
    delayMinutes: 20_160,
    condition: 'ACCEPTED',
    next: 'look',
    otherwise: 'react',
  },
  { ...LOOK, delayMinutes: 0 },
  { key: 'react', kind: 'ENGAGE', action: 'REACTION', delayMinutes: 0 },
];

let clocked: ClockedApi;
let api: Api;

beforeAll(async () => {
  clocked = await ClockedApi.start(MORNING);
  ({ api } = clocked);
});
afterAll(() => clocked.closeAudited());
beforeEach(() => clocked.setClock(MORNING));

type Verb = 'recordActivities' | 'recordEngagement';
const INPUT = { recordActivities: 'ActivityInput', recordEngagement: 'EngagementInput' } as const;

/** A campaign whose people are all at one seat, and a second seat that is another client account's meanwhile. */
class Office {
  readonly people: string[] = [];

  private constructor(
    readonly stage: CampaignStage,
    readonly other: string,
    readonly moving: string,
  ) {}

  /** Whether the second seat was the campaign's client account's before. */
  static async open({ isBack = false, steps = [LOOK] as readonly object[], people = 4 }): Promise<Office> {
    const stage = await CampaignStage.open(api, isBack ? 2 : 1);
    const other = await new Outreach(api, stage.agency).addClientAccount();
    const { seats } = servicesOn(api.dataSource);
    const moving = isBack
      ? stage.seats[1]!
      : toId('seat', done(await seats.addSeat(stage.agency.owner, newSeat(other))).id);
    const office = new Office(stage, other, moving);
    await stage.prepare(people);
    await stage.change('setCampaignSteps', { steps });
    await office.seats(office.own);
    expect((await stage.change('launchCampaign')).errors).toEqual([]);
    await office.next(office.own);
    const listed = `{ prospects(clientAccountId: "${toId('client', stage.agency.clientAccount.id)}") { nodes { profileUrl } } }`;
    const { prospects } = await api.data(stage.agency.key, listed, {});
    office.people.push(...prospects.nodes.map(({ profileUrl }: Json) => profileUrl));
    await clocked.pass(MINUTE);
    return office;
  }

  get own(): string {
    return this.stage.seats[0]!;
  }

  seats(...seatIds: string[]): Promise<Json> {
    return this.stage.change('setCampaignSeats', { seats: seatIds.map((seatId) => ({ seatId })) });
  }

  async move(clientAccountId = this.stage.agency.clientAccount.id): Promise<void> {
    const query = `mutation ($input: MoveSeatInput!) { moveSeat(input: $input) { userErrors { code } } }`;
    const input = { seatId: this.moving, clientAccountId: toId('client', clientAccountId) };
    expect((await api.data(this.stage.agency.key, query, { input })).moveSeat.userErrors).toEqual([]);
    await clocked.pass(MINUTE);
  }

  /** The second seat comes, and is given all people. */
  async take(): Promise<void> {
    await this.move();
    await this.seats(this.own, this.moving);
    const query = `mutation ($input: ReassignTouchesInput!) { reassignTouches(input: $input) { reassigned userErrors { code } } }`;
    const input = { campaignId: this.stage.campaign, fromSeatId: this.own, toSeatId: this.moving };
    const { reassignTouches } = await api.data(this.stage.agency.key, query, { input });
    expect(reassignTouches).toEqual({ reassigned: this.people.length, userErrors: [] });
  }

  /** What an operator of a client account tells of the second seat. */
  async tell(verb: Verb, clientAccountId: string, more: object): Promise<void> {
    const query = `mutation ($inputs: [${INPUT[verb]}!]!) { ${verb}(inputs: $inputs) { userErrors { code message } } }`;
    const at = { occurredAt: new Date(clocked.now()).toISOString(), idempotencyKey: randomUUID() };
    const key = await api.keyOf(this.stage.agency, 'OPERATOR', clientAccountId);
    const told = await api.data(key, query, { inputs: [{ seatId: this.moving, ...at, ...more }] });
    expect(told[verb].userErrors).toEqual([]);
  }

  answer(kind: string, who: number, clientAccountId = this.stage.agency.clientAccount.id): Promise<void> {
    return this.tell('recordEngagement', clientAccountId, { kind, recipientProfileUrl: this.people[who] });
  }

  /** Who is next at a seat: which of them, at which step, since when. */
  async next(seatId = this.moving): Promise<[number, string, number][]> {
    const query = `query ($seatId: ID!) { nextTouches(seatId: $seatId, first: 100) {
      touches { touch { step dueAt prospect { profileUrl } } } } }`;
    const { touches } = (await api.data(this.stage.agency.key, query, { seatId })).nextTouches;
    return touches
      .map(({ touch }: Json) => [
        this.people.indexOf(touch.prospect.profileUrl),
        ...[touch.step, Date.parse(touch.dueAt)],
      ])
      .toSorted();
  }

  async ahead(): Promise<number[]> {
    return (await this.next()).map(([who]) => who);
  }
}

describe.each([
  ['comes', false],
  ['comes back', true],
])('of a seat that %s', (_, isBack) => {
  it('who answered it for another client account goes on, until they answer here', async () => {
    const office = await Office.open({ isBack, people: 5 });
    if (isBack) await office.move(office.other);
    const kinds = ['REPLIED', 'INMAIL_ACCEPTED', 'INMAIL_DECLINED', 'OPTED_OUT'];
    for (const [who, kind] of kinds.entries()) await office.answer(kind, who, office.other);
    await clocked.pass(MINUTE);
    await office.take();
    expect(await office.ahead()).toEqual([0, 1, 2, 3, 4]);
    await office.answer('REPLIED', 0);
    await office.answer('OPTED_OUT', 4);
    await clocked.pass(MINUTE);
    expect(await office.ahead()).toEqual([1, 2, 3]);
  });

  it('whom it invited there in vain waits as everybody does, and who is connected since the seat came', async () => {
    const office = await Office.open({ isBack, steps: ACCEPTED });
    if (isBack) await office.move(office.other);
    const ends = ['INVITATION_WITHDRAWN', 'INVITATION_DECLINED', 'INVITATION_ACCEPTED'];
    for (const [who, kind] of ends.entries()) {
      const recipient = { profileUrl: office.people[who] };
      await office.tell('recordActivities', office.other, { action: 'CONNECTION_REQUEST', recipient });
      await clocked.pass(MINUTE);
      await office.answer(kind, who, office.other);
    }
    await clocked.pass(MINUTE);
    const cameAt = clocked.now();
    await office.take();
    expect(await office.next()).toEqual([[2, 'look', cameAt]]);
    await office.answer('INVITATION_DECLINED', 3);
    const declinedAt = clocked.now();
    await clocked.pass(MINUTE);
    expect(await office.next()).toEqual([
      [2, 'look', cameAt],
      [3, 'react', declinedAt],
    ]);
    await clocked.setClock(MORNING + 14 * DAY);
    expect(await office.next()).toEqual([
      [0, 'react', MORNING + 14 * DAY],
      [1, 'react', MORNING + 14 * DAY],
      [2, 'look', cameAt],
      [3, 'react', declinedAt],
    ]);
  });
});

it('of a seat that comes back what it was answered, and accepted, before it went counts as it did', async () => {
  const office = await Office.open({ isBack: true, steps: ACCEPTED });
  await office.answer('REPLIED', 0);
  await office.answer('INVITATION_DECLINED', 1);
  await office.answer('INVITATION_ACCEPTED', 2);
  const acceptedAt = clocked.now();
  await clocked.pass(MINUTE);
  await office.move(office.other);
  // Told once more there, it is no other acceptance here.
  await office.answer('INVITATION_ACCEPTED', 2, office.other);
  await clocked.pass(MINUTE);
  await office.take();
  expect(await office.next()).toEqual([
    [1, 'react', acceptedAt],
    [2, 'look', acceptedAt],
  ]);
});
