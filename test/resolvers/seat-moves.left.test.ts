import { randomUUID } from 'node:crypto';
import { audit } from '../../src/ledger/audit/audit.js';
import { Api, type Json } from '../support/api.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { codesOf, someone } from '../support/outreach.js';
import { RawSocket } from '../support/raw-socket.js';
import { SeatDesk } from './seat-moves.support.js';

/** What a seat did for the client account that it left is nobody's to learn there, and no more to be changed from here. */
let api: Api;
let database: TestDatabase;
let desk: SeatDesk;

const VOID = `mutation ($ids: [ID!]!) { voidActivities(input: { activityIds: $ids, reason: "wrong" }) {
  voided userErrors { code field message } } }`;
const PREVIEW = `query ($input: DecisionInput!) { previewDecision(input: $input) {
  outcome reasons { code } warnings { code message } } }`;
const BODY =
  'Hi Ada, we help teams of your size to find out early which of their customers are about to leave them.';

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

async function previewed(key: string, more: object): Promise<Json> {
  const input = { seatId: desk.seat, action: 'DIRECT_MESSAGE', ...more };
  return (await api.data(key, PREVIEW, { input })).previewDecision;
}

it('records of before a move are taken out by whoever sees the seat as it stands, and by nobody who sees its past alone', async () => {
  const invited = someone({ degree: 'SECOND' });
  const occurredAt = new Date(Date.now() - 86_400_000).toISOString();
  await desk.record({ action: 'CONNECTION_REQUEST', recipient: invited, occurredAt });
  const before = await api.keyOf(desk.agency, 'OPERATOR', desk.agency.clientAccount.id);
  const now = await api.keyOf(desk.agency, 'OPERATOR', desk.otherUuid);
  await desk.move();
  const { activities } = await api.data(before, '{ activities { nodes { id } } }');
  const ids = activities.nodes.map(({ id }: Json) => id);
  const input = { action: 'CONNECTION_REQUEST', recipient: invited };
  const refused = (await api.data(before, VOID, { ids })).voidActivities;
  expect(refused).toMatchObject({
    voided: 0,
    userErrors: [{ code: 'WRONG_STATE', field: ['input', 'activityIds', '0'] }],
  });
  expect((await api.data(now, VOID, { ids })).voidActivities.userErrors).toMatchObject([
    { code: 'NOT_FOUND' },
  ]);
  expect(codesOf(await previewed(now, input))).toEqual(['ALREADY_INVITED']);
  expect((await api.data(desk.agency.key, VOID, { ids })).voidActivities.voided).toBe(1);
  expect((await previewed(now, input)).outcome).toBe('ALLOWED');
});

it('what a seat wrote for another client account is not told by asking about a text like it, and counts again once it is back', async () => {
  const message = { body: BODY, variables: ['Ada'] };
  for (let sent = 0; sent < 12; sent += 1)
    await desk.send('DIRECT_MESSAGE', someone({ degree: 'FIRST' }), { message });
  const like = { message, recipient: someone({ degree: 'FIRST' }) };
  const warned = async (key: string): Promise<string[]> =>
    (await previewed(key, like)).warnings.map(({ code }: Json) => code);
  expect(await warned(desk.agency.key)).toContain('REPEATED_TEXT');
  await desk.move();
  const now = await api.keyOf(desk.agency, 'OPERATOR', desk.otherUuid);
  for (const key of [now, desk.agency.key]) expect(await warned(key)).not.toContain('REPEATED_TEXT');
  await desk.move(desk.client);
  expect(await warned(desk.agency.key)).toContain('REPEATED_TEXT');
});

it('of a text that it repeats each client account is told, whatever the one before did', async () => {
  const message = { body: BODY, variables: ['Ada'] };
  const told = async (): Promise<number> =>
    (await api.data(desk.agency.key, '{ alerts { nodes { kind } } }')).alerts.nodes.filter(
      ({ kind }: Json) => kind === 'REPEATED_TEXT',
    ).length;
  for (const alerts of [1, 2]) {
    for (let sent = 0; sent < 10; sent += 1)
      await desk.reserve('DIRECT_MESSAGE', someone({ degree: 'FIRST' }), { message });
    expect(await told()).toBe(alerts);
    await desk.move();
  }
});

it('the cursors of a stream say nothing of what others of the agency do at that moment', async () => {
  const key = await api.keyOf(desk.agency, 'CLIENT', desk.otherUuid);
  const socket = await RawSocket.begin(api.url, key);
  await desk.reserve('DIRECT_MESSAGE', someone({ degree: 'FIRST' }));
  for (const id of ['one', 'two']) {
    socket.subscribe(id, 'subscription { reservationChanged { ... on ReservationsHeld { cursor } } }');
    await socket.until(() => socket.of(id).length > 0);
  }
  const [one, two] = ['one', 'two'].map((id) => socket.of(id)[0].payload.data.reservationChanged.cursor);
  expect(one).not.toBe(two);
  const since = `subscription ($since: String!) { reservationChanged(since: $since) {
    ... on ReservationChanged { reservation { status } } } }`;
  socket.subscribe('since', since, { since: one });
  await desk.move();
  await api.data(
    desk.agency.key,
    'mutation ($input: ReserveInput!) { reserve(input: $input) { userErrors { code } } }',
    {
      input: {
        seatId: desk.seat,
        action: 'DIRECT_MESSAGE',
        recipient: someone({ degree: 'FIRST' }),
        idempotencyKey: 'x',
      },
    },
  );
  await socket.until(() => socket.of('since').length > 0);
  expect(socket.of('since')[0].payload.data.reservationChanged).toEqual({ reservation: { status: 'HELD' } });
  socket.end();
});

const addressOfSite = () => `https://www.linkedin.com/in/${randomUUID()}`;
const addressOfLead = () => `https://www.linkedin.com/sales/lead/ACwAA${randomUUID().replaceAll('-', '')}`;

it.each([
  ['by both, is told of by Sales Navigator', (site: string, lead: string) => [[site, lead]], 'LEAD'],
  ['by Sales Navigator, and then by both', (site: string, lead: string) => [[lead], [site, lead]], 'SITE'],
  [
    'by two of the site',
    (site: string, lead: string) => [
      [addressOfSite(), lead],
      [site, lead],
    ],
    'SITE',
  ],
] as const)(
  'whom the list of another client account knows %s: the address that was told, and none of that list',
  async (_, listedAs, toldAs) => {
    const [site, lead] = [addressOfSite(), addressOfLead()];
    const add = `mutation ($input: AddProspectsInput!) { addProspects(input: $input) { userErrors { code field } } }`;
    for (const [profileUrl, salesNavigatorUrl] of listedAs(site, lead)) {
      const input = { clientAccountId: desk.client, prospects: [{ profileUrl, salesNavigatorUrl }] };
      const { addProspects } = await api.data(desk.agency.key, add, { input });
      expect(addProspects).toEqual({ userErrors: [] });
    }
    await desk.move();
    const key = await api.keyOf(desk.agency, 'OPERATOR', desk.otherUuid);
    const told = toldAs === 'LEAD' ? lead : site;
    await desk.reserve('PROFILE_VIEW', { profileUrl: told });
    const { decisions } = await api.data(key, '{ decisions { nodes { recipientProfileUrl } } }');
    expect(decisions.nodes).toEqual([{ recipientProfileUrl: told }]);
  },
);
