import { randomUUID } from 'node:crypto';
import { Api } from '../support/api.js';
import { ProspectDesk } from './prospect-desk.js';

/** Whom a segment means, where somebody is known by two addresses, with a history by each. */
let api: Api;
let desk: ProspectDesk;

const SLUG = { profileUrl: 'https://www.linkedin.com/in/ada', degree: 'FIRST' };
const LEAD = { profileUrl: 'https://www.linkedin.com/sales/lead/ACwAAAabcDEF', degree: 'FIRST' };
const DAY = 86_400_000;

beforeAll(async () => {
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' });
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = new ProspectDesk(api, await api.seed());
  for (const address of [SLUG, LEAD]) await desk.send('FOLLOW', address);
});

async function meant(filter: object): Promise<number> {
  const query = `query ($id: ID!, $filter: ProspectFilter) { prospects(clientAccountId: $id, filter: $filter) { totalCount nodes { id } } }`;
  const { prospects } = await api.data(desk.agency.key, query, { id: desk.client, filter });
  expect(prospects.nodes).toHaveLength(prospects.totalCount);
  return prospects.totalCount;
}

const join = async (): Promise<void> => {
  const { results } = await desk.add([{ ...addressOf(SLUG), salesNavigatorUrl: LEAD.profileUrl }]);
  expect(results[0].userErrors).toEqual([]);
};
const addressOf = ({ profileUrl }: { profileUrl: string }): { profileUrl: string } => ({ profileUrl });

async function wroteAgo(address: { profileUrl: string }, days: number): Promise<void> {
  const query = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }`;
  const occurredAt = new Date(Date.now() - days * DAY).toISOString();
  const input = { seatId: desk.seat, action: 'DIRECT_MESSAGE', occurredAt, recipient: addressOf(address) };
  const told = await api.data(desk.agency.key, query, {
    inputs: [{ ...input, idempotencyKey: randomUUID() }],
  });
  expect(told.recordActivities).toEqual({ recorded: 1 });
}

describe.each([
  ['the address of the site', SLUG, LEAD],
  ['that of Sales Navigator', LEAD, SLUG],
])('what was done by %s', (_, one, other) => {
  it('is of the person, whichever address the list has them by', async () => {
    await desk.send('DIRECT_MESSAGE', one);
    await desk.engage(desk.engagement('REPLIED', one), desk.engagement('INVITATION_ACCEPTED', one));
    await join();
    const degree = (...degrees: string[]) => ({ degree: { seatId: desk.seat, in: degrees } });
    const asked: readonly [object, number][] = [
      [{ isContacted: true }, 1],
      [{ isContacted: false }, 0],
      [{ hasReplied: true }, 1],
      [{ hasReplied: false }, 0],
      [{ lastContactedAt: { lastDays: 1 } }, 1],
      [degree('FIRST'), 1],
      [degree('UNKNOWN'), 0],
    ];
    for (const [filter, count] of asked) expect([filter, await meant(filter)]).toEqual([filter, count]);
  });

  it('counts with what was done by the other where it is asked when the last of it was', async () => {
    await wroteAgo(one, 9);
    await wroteAgo(other, 2);
    await join();
    const days = (count: number): string => new Date(Date.now() - count * DAY).toISOString();
    expect(await meant({ lastContactedAt: { before: days(5) } })).toBe(0);
    expect(await meant({ lastContactedAt: { from: days(5) } })).toBe(1);
    expect(await meant({ lastContactedAt: { before: days(1) } })).toBe(1);
  });
});
