import { randomUUID } from 'node:crypto';
import { audit } from '../../src/ledger/audit/audit.js';
import { Api, type Json } from '../support/api.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { codesOf, someone } from '../support/outreach.js';
import { ProspectDesk } from './prospect-desk.js';

let api: Api;
let database: TestDatabase;
let desk: ProspectDesk;

beforeAll(async () => {
  database = await ownDatabase();
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' }, database);
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = new ProspectDesk(api, await api.seed({ seat: { openingCredits: 50 } }));
});

const SLUG = { profileUrl: 'https://www.linkedin.com/in/ada' };
const LEAD = { profileUrl: 'https://www.linkedin.com/sales/lead/ACwAAAabcDEF' };

/** A list that tells both addresses. */
async function join(): Promise<void> {
  const { results } = await desk.add([{ ...SLUG, salesNavigatorUrl: LEAD.profileUrl }]);
  expect(results[0].userErrors).toEqual([]);
}

/** Somebody who is known by both, with a history by each: neither is given up. */
async function meet(): Promise<void> {
  for (const address of [SLUG, LEAD]) await desk.send('FOLLOW', address);
}

async function doNotContact(verb: 'addDoNotContact' | 'removeDoNotContact', input: object): Promise<number> {
  const query = `mutation ($input: DoNotContactInput!) { ${verb}(input: $input) { changed userErrors { code } } }`;
  const answer = (await api.data(desk.agency.key, query, { input }))[verb];
  expect(answer.userErrors).toEqual([]);
  return answer.changed;
}

const engage = async (kind: string, address: { profileUrl: string }): Promise<Json> => {
  const answer = await desk.engage(desk.engagement(kind, address));
  expect(answer.userErrors).toEqual([]);
  return answer;
};

async function previewed(action: string, recipient: { profileUrl: string }): Promise<string[]> {
  const query = 'query ($input: DecisionInput!) { previewDecision(input: $input) { reasons { code } } }';
  const input = { seatId: desk.seat, action, recipient };
  return codesOf((await api.data(desk.agency.key, query, { input })).previewDecision);
}

const FACTS: Record<string, (address: { profileUrl: string }) => Promise<unknown>> = {
  'a mark': ({ profileUrl }) => doNotContact('addDoNotContact', { profileUrl }),
  'a mark of a client account': ({ profileUrl }) =>
    doNotContact('addDoNotContact', { profileUrl, clientAccountId: desk.client }),
  'a mark on their company': async (address) => {
    await desk.send('FOLLOW', { ...address, company: 'Engines' });
    await doNotContact('addDoNotContact', { company: 'Engines' });
  },
  'an opt-out': (address) => engage('OPTED_OUT', address),
  'a withdrawn invitation': async (address) => {
    await desk.send('CONNECTION_REQUEST', address);
    await engage('INVITATION_WITHDRAWN', address);
  },
  'a pending invitation': (address) => desk.send('CONNECTION_REQUEST', address),
  'an invitation that is held': (address) => desk.reserve('CONNECTION_REQUEST', address),
  'a connection': async (address) => {
    await desk.send('CONNECTION_REQUEST', address);
    await engage('INVITATION_ACCEPTED', address);
  },
  'an InMail whose answer is awaited': (address) => desk.send('INMAIL', address),
};
const REFUSED = [
  ['a mark', 'FOLLOW', 'DO_NOT_CONTACT'],
  ['a mark of a client account', 'FOLLOW', 'DO_NOT_CONTACT'],
  ['a mark on their company', 'FOLLOW', 'DO_NOT_CONTACT'],
  ['an opt-out', 'FOLLOW', 'DO_NOT_CONTACT'],
  ['a withdrawn invitation', 'CONNECTION_REQUEST', 'REINVITE_EMBARGO'],
  ['a pending invitation', 'CONNECTION_REQUEST', 'ALREADY_INVITED'],
  ['an invitation that is held', 'CONNECTION_REQUEST', 'ALREADY_INVITED'],
  ['a connection', 'CONNECTION_REQUEST', 'ALREADY_CONNECTED'],
  ['an InMail whose answer is awaited', 'INMAIL', 'AWAITING_REPLY'],
] as const;

describe.each([
  ['the address of the site', SLUG, LEAD],
  ['that of Sales Navigator', LEAD, SLUG],
])('of one person, what is known by %s', (_, one, other) => {
  it.each(REFUSED)(
    '%s before they are joined: refuses %s by the other with %s',
    async (fact, action, code) => {
      await meet();
      await FACTS[fact]!(one);
      expect(await previewed(action, other)).not.toContain(code);
      await join();
      expect(await previewed(action, other)).toContain(code);
      expect(codesOf(await desk.reserve(action, other))).toContain(code);
      expect(codesOf(await desk.reserve(action, someone()))).not.toContain(code);
    },
  );

  it.each(REFUSED)(
    '%s after they are joined: refuses %s by the other with %s',
    async (fact, action, code) => {
      await meet();
      await join();
      expect(codesOf(await desk.reserve('FOLLOW', other))).toEqual([]);
      await FACTS[fact]!(one);
      expect(codesOf(await desk.reserve(action, other))).toContain(code);
    },
  );

  it('a connection lets messages go out by the other', async () => {
    await meet();
    await join();
    expect(codesOf(await desk.reserve('DIRECT_MESSAGE', other))).toEqual(['DEGREE_UNKNOWN']);
    await FACTS['a connection']!(one);
    expect((await desk.reserve('DIRECT_MESSAGE', other)).outcome).toBe('ALLOWED');
  });

  it('an answer by the other ends the wait, and gives the credit back', async () => {
    await meet();
    await join();
    await desk.send('INMAIL', one);
    expect(await engage('REPLIED', other)).toMatchObject({
      ...{ creditsReturned: 1, results: [{ matched: true, alreadyKnown: false }] },
    });
    expect(await engage('REPLIED', one)).toMatchObject({
      creditsReturned: 0,
      results: [{ alreadyKnown: true }],
    });
    expect(codesOf(await desk.reserve('INMAIL', other))).not.toContain('AWAITING_REPLY');
  });

  it('P14: a send by the one that is told by the other is the same send, and is told once', async () => {
    await meet();
    await join();
    await desk.send('CONNECTION_REQUEST', one);
    const query = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded alreadyKnown } }`;
    const tell = async (...addresses: { profileUrl: string }[]): Promise<Json> => {
      const inputs = addresses.map((recipient) => ({
        ...{ seatId: desk.seat, action: 'CONNECTION_REQUEST', recipient, idempotencyKey: randomUUID() },
        occurredAt: new Date().toISOString(),
      }));
      return (await api.data(desk.agency.key, query, { inputs })).recordActivities;
    };
    expect(await tell(other)).toEqual({ recorded: 0, alreadyKnown: 1 });
    expect(await tell(one)).toEqual({ recorded: 1, alreadyKnown: 0 });
    // Those of one call never match each other, nor the same send.
    expect(await tell(other, one)).toEqual({ recorded: 1, alreadyKnown: 1 });
  });

  it('an answer by the other ends the invitation, also where it is counted', async () => {
    await meet();
    await join();
    await desk.send('CONNECTION_REQUEST', one);
    await engage('INVITATION_ACCEPTED', other);
    const query = `query ($id: ID!) { seat(id: $id) { pendingInvitations } }`;
    expect((await api.data(desk.agency.key, query, { id: desk.seat })).seat.pendingInvitations).toBe(0);
  });

  it.each(['a mark', 'a mark of a client account', 'an opt-out'])(
    '%s gives back at once what is held by the other, and what was held when they are joined',
    async (fact) => {
      await meet();
      const before = await desk.reserve('FOLLOW', other);
      await FACTS[fact]!(one);
      expect(await desk.became(before.reservation.id)).toEqual(['HELD', null]);
      await join();
      expect(await desk.became(before.reservation.id)).toEqual(['RELEASED', 'DO_NOT_CONTACT']);
      desk = new ProspectDesk(api, await api.seed({ seat: { openingCredits: 50 } }));
      await meet();
      await join();
      const after = await desk.reserve('FOLLOW', other);
      await FACTS[fact]!(one);
      expect(await desk.became(after.reservation.id)).toEqual(['RELEASED', 'DO_NOT_CONTACT']);
    },
  );

  it('a mark is shown on both, and is taken back by the other', async () => {
    await meet();
    await desk.add([SLUG, LEAD]);
    await join();
    const shown = async () => (await desk.list()).nodes.map((row: Json) => row.doNotContact);
    expect(await shown()).toEqual([false, false]);
    await FACTS['a mark']!(one);
    expect(await shown()).toEqual([true, true]);
    expect(await doNotContact('removeDoNotContact', other)).toBe(1);
    expect(await shown()).toEqual([false, false]);
    expect(await doNotContact('removeDoNotContact', one)).toBe(0);
    expect((await desk.reserve('FOLLOW', one)).outcome).toBe('ALLOWED');
  });
});

it('requests of one batch know of each other', async () => {
  await meet();
  await join();
  const inputs = [SLUG, LEAD].map((recipient, index) => ({
    ...{ seatId: desk.seat, action: 'CONNECTION_REQUEST', recipient, idempotencyKey: `batch ${index}` },
  }));
  const query =
    'mutation ($inputs: [ReserveInput!]!) { reserveMany(inputs: $inputs) { decision { outcome reasons { code } } } }';
  const answers = (await api.data(desk.agency.key, query, { inputs })).reserveMany;
  expect(answers.map(({ decision }: Json) => [decision.outcome, ...codesOf(decision)])).toEqual([
    ['ALLOWED'],
    ['DENIED', 'ALREADY_INVITED'],
  ]);
});

it('three addresses are one person, in whatever order they are joined', async () => {
  const third = { profileUrl: 'https://www.linkedin.com/in/ada-lovelace' };
  await meet();
  await desk.send('FOLLOW', third);
  await desk.add([{ ...third, salesNavigatorUrl: LEAD.profileUrl }]);
  await join();
  await FACTS['a mark']!(third);
  for (const address of [SLUG, LEAD, third]) {
    expect(codesOf(await desk.reserve('FOLLOW', address))).toEqual(['DO_NOT_CONTACT']);
  }
});

it('leaves nothing in the books that counting finds otherwise', async () => {
  expect((await audit(database.appUrl)).drift).toEqual([]);
});
