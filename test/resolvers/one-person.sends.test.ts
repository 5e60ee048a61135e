import { audit } from '../../src/ledger/audit/audit.js';
import { ledgerOn } from '../../src/ledger/books/manager-rows.js';
import { readResponses, type ResponsesRead } from '../../src/ledger/invitations/response-reading.js';
import { inAgency } from '../../src/tenancy/door.js';
import { Api, type Json } from '../support/api.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { ProspectDesk } from './prospect-desk.js';

/** What is sent to somebody by one address, and told, withdrawn, answered and looked for by the other. */

const MINUTE = 60_000;
const SLUG = { profileUrl: 'https://www.linkedin.com/in/ada' };
const LEAD = { profileUrl: 'https://www.linkedin.com/sales/lead/ACwAAAabcDEF' };

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
  // Known by both, with a history by each: neither is given up.
  for (const address of [SLUG, LEAD]) await desk.send('FOLLOW', address);
  const { results } = await desk.add([{ ...SLUG, salesNavigatorUrl: LEAD.profileUrl }]);
  expect(results[0].userErrors).toEqual([]);
});

const ago = (minutes: number): string => new Date(Date.now() - minutes * MINUTE).toISOString();

async function pending(): Promise<number> {
  const query = 'query ($id: ID!) { seat(id: $id) { pendingInvitations } }';
  return (await api.data(desk.agency.key, query, { id: desk.seat })).seat.pendingInvitations;
}

describe.each([
  ['the address of the site', SLUG, LEAD],
  ['that of Sales Navigator', LEAD, SLUG],
])('of one person, what was sent by %s', (_, one, other) => {
  it('is one send with what a tool tells by the other, each of its own once', async () => {
    await desk.send('CONNECTION_REQUEST', one);
    const same = { action: 'CONNECTION_REQUEST', recipient: other, occurredAt: ago(0) };
    expect(await desk.record(same)).toMatchObject({ recorded: 0, alreadyKnown: 1 });
    expect(await pending()).toBe(1);
    await desk.record({ action: 'DIRECT_MESSAGE', recipient: one, occurredAt: ago(60) });
    const both = [one, other].map((recipient) => ({
      ...{ action: 'DIRECT_MESSAGE', recipient, occurredAt: ago(60) },
    }));
    expect(await desk.record(...both)).toMatchObject({ recorded: 1, alreadyKnown: 1 });
  });

  it('is pending once, the newest, where they were invited by both', async () => {
    await desk.record({ action: 'CONNECTION_REQUEST', recipient: one, occurredAt: ago(60) });
    await desk.record({ action: 'CONNECTION_REQUEST', recipient: other, occurredAt: ago(30) });
    expect(await pending()).toBe(1);
    await desk.send('INVITATION_WITHDRAWAL', one);
    expect(await pending()).toBe(0);
  });

  it('is withdrawn by the other', async () => {
    await desk.send('CONNECTION_REQUEST', one);
    expect(await pending()).toBe(1);
    await desk.send('INVITATION_WITHDRAWAL', other);
    expect(await pending()).toBe(0);
  });

  it('is withdrawn by the other, where both are told', async () => {
    await desk.record({ action: 'CONNECTION_REQUEST', recipient: one, occurredAt: ago(60) });
    expect(await pending()).toBe(1);
    await desk.record({ action: 'INVITATION_WITHDRAWAL', recipient: other, occurredAt: ago(30) });
    expect(await pending()).toBe(0);
  });

  it('is told late by the other, with its reservation', async () => {
    const { reservation } = await desk.reserve('PROFILE_VIEW', one);
    const release = { reservationId: reservation.id, because: 'NOT_SENT' };
    await desk.mutate('releaseReservation', 'ReleaseReservationInput', release, 'reservation { id }');
    const late = { action: 'PROFILE_VIEW', reservationId: reservation.id, occurredAt: ago(0) };
    const refused = await desk.record({
      ...late,
      recipient: { profileUrl: 'https://www.linkedin.com/in/bea' },
    });
    expect(refused.userErrors).toMatchObject([{ code: 'INVALID' }]);
    expect(await desk.record({ ...late, recipient: other })).toMatchObject({ recorded: 1, userErrors: [] });
  });

  it('was decided about, whichever of them is asked for', async () => {
    const query = 'query ($url: String!) { decisions(recipientProfileUrl: $url) { nodes { action } } }';
    await desk.send('PROFILE_VIEW', one);
    const asked = async (url: string): Promise<string[]> =>
      (await api.data(desk.agency.key, query, { url })).decisions.nodes.map(({ action }: Json) => action);
    expect(await asked(other.profileUrl)).toEqual(['PROFILE_VIEW', 'FOLLOW', 'FOLLOW']);
    expect(await asked(one.profileUrl)).toEqual(['PROFILE_VIEW', 'FOLLOW', 'FOLLOW']);
  });

  it('is answered by the other, once, also in rates', async () => {
    await desk.record({ action: 'DIRECT_MESSAGE', recipient: other, occurredAt: ago(60) });
    await desk.send('INMAIL', one);
    expect((await desk.engage(desk.engagement('REPLIED', other))).creditsReturned).toBe(1);
    expect(await replies()).toEqual([{ sent: 1, answered: 1 }]);
    expect(await replies({ isContacted: true })).toEqual([{ sent: 1, answered: 1 }]);
    const read = await responses();
    expect(read.answers.map(({ recipientId }) => recipientId)).toEqual([read.sent[0]!.recipientId]);
  });
});

/** What became of what was written, of some people or of all. */
async function replies(filter?: object): Promise<Json[]> {
  const query = `query ($id: ID!, $client: ID, $segment: ID) { engagementRates(by: SEAT, seatId: $id, clientAccountId: $client, segmentId: $segment) {
    nodes { reply { sent answered } } } }`;
  let segment: string | null = null;
  if (filter) {
    const input = { clientAccountId: desk.client, name: 'Some', filter };
    segment = (await desk.mutate('createSegment', 'CreateSegmentInput', input, 'segment { id }')).segment.id;
  }
  const asked = { id: desk.seat, ...(segment && { client: desk.client, segment }) };
  const { engagementRates } = await api.data(desk.agency.key, query, asked);
  return engagementRates.nodes.map(({ reply }: Json) => reply);
}

/** As the response rate of a seat is judged by. */
function responses(): Promise<ResponsesRead> {
  const { agencyId, owner, seat } = desk.agency;
  return inAgency(api.dataSource, owner, async (manager) => {
    const read = new Map<string, ResponsesRead>();
    const asked = [{ agencyId, seatId: seat.id, since: 0 }];
    await readResponses(await ledgerOn(manager), asked, () => ({ responses: read }));
    return read.get(seat.id)!;
  });
}

it('leaves nothing in the books that counting finds otherwise', async () => {
  expect((await audit(database.appUrl)).drift).toEqual([]);
});
