import { randomUUID } from 'node:crypto';
import { audit } from '../../src/ledger/audit/audit.js';
import { Api, type Json } from '../support/api.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { codesOf, Outreach, someone } from '../support/outreach.js';

const DAY = 86_400_000;

let api: Api;
let database: TestDatabase;
let desk: Outreach;

beforeAll(async () => {
  database = await ownDatabase();
  api = await Api.start({}, database);
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = new Outreach(api, await api.seed({ seat: { openingPendingInvitations: 20 } }));
});

const RECORD = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded userErrors { code } } }`;

async function record(...inputs: object[]): Promise<void> {
  const told = inputs.map((input) => ({
    seatId: desk.seat,
    action: 'CONNECTION_REQUEST',
    idempotencyKey: randomUUID(),
    ...input,
  }));
  const { recordActivities } = await api.data(desk.agency.key, RECORD, { inputs: told });
  expect(recordActivities).toEqual({ recorded: inputs.length, userErrors: [] });
}

async function seat(fields: string): Promise<Json> {
  const query = `query ($id: ID!) { seat(id: $id) { ${fields} } }`;
  return (await api.data(desk.agency.key, query, { id: desk.seat })).seat;
}

const daysAgo = (days: number): string => new Date(Date.now() - days * DAY).toISOString();

async function audited(): Promise<unknown> {
  const { agencyId } = desk.agency.owner;
  const { drift } = await audit(database.appUrl);
  return drift.filter((one) => one.agencyId === agencyId);
}

it('are told, refused at 700, and allowed again once one is answered', async () => {
  const person = someone();
  await desk.send('CONNECTION_REQUEST', person);
  await record({ count: 679, occurredAt: daysAgo(10) });
  expect(
    await seat('pendingInvitations room(actions: [CONNECTION_REQUEST]) { remaining binding { code } }'),
  ).toEqual({
    pendingInvitations: 700,
    room: [{ remaining: 0, binding: { code: 'TOO_MANY_PENDING_INVITATIONS' } }],
  });
  const refused = await desk.reserve('CONNECTION_REQUEST', someone());
  const pending = refused.reasons.find(({ code }: Json) => code === 'TOO_MANY_PENDING_INVITATIONS');
  expect(pending).toMatchObject({
    message: '700 invitations are pending or held; 700 are the most.',
    remedy: expect.stringContaining('Withdraw'),
  });
  // Those of nobody in particular lapse first.
  expect(Date.parse(pending.retryAt) / DAY).toBeCloseTo(Date.now() / DAY + 170, 1);
  await desk.engage(desk.engagement('INVITATION_ACCEPTED', person));
  expect(await seat('pendingInvitations')).toEqual({ pendingInvitations: 699 });
  const now = codesOf(await desk.reserve('CONNECTION_REQUEST', someone()));
  expect(now).not.toContain('TOO_MANY_PENDING_INVITATIONS');
  expect(await audited()).toEqual([]);
});

it('are refused while hardly anybody accepts them, and allowed after enough acceptances', async () => {
  const people = Array.from({ length: 50 }, () => someone());
  await record(...people.map((recipient) => ({ recipient, occurredAt: daysAgo(33) })));
  await desk.engage(desk.engagement('INVITATION_DECLINED', people[0]!));
  const refused = await desk.reserve('CONNECTION_REQUEST', someone());
  expect(codesOf(refused)).toEqual(['LOW_ACCEPTANCE']);
  expect(refused.reasons[0].message).toBe('Of 50 invitations that were judged, 0 were accepted.');
  const { usage } = await seat(
    'usage(actions: [CONNECTION_REQUEST]) { remaining limit { max origin window { seconds } } }',
  );
  expect(usage.find(({ limit }: Json) => limit.window.seconds === 86_400)).toEqual({
    remaining: 0,
    limit: { max: 0, origin: 'HEALTH', window: { seconds: 86_400 } },
  });
  const accepted = people.slice(1, 11).map((person) => desk.engagement('INVITATION_ACCEPTED', person));
  await desk.engage(...accepted);
  expect((await desk.reserve('CONNECTION_REQUEST', someone())).outcome).toBe('ALLOWED');
  expect(await audited()).toEqual([]);
});
