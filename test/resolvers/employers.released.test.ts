import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { Api, type Json } from '../support/api.js';
import { codesOf } from '../support/outreach.js';
import { ProspectDesk } from './prospect-desk.js';

let api: Api;
let desk: ProspectDesk;
/** Another seat of the client account, another client account, and a seat of that. */
let colleague: string;
let other: string;
let elsewhere: string;

beforeAll(async () => {
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off' });
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = new ProspectDesk(api, await api.seed());
  colleague = await desk.addSeat();
  const account = await desk.addClientAccount();
  [other, elsewhere] = [toId('client', account), await desk.addSeat(account)];
});

const profileUrl = 'https://www.linkedin.com/in/ada';
const company = 'ACME gmbh';
const occurredAt = () => new Date().toISOString();
const GIVEN_BACK = ['RELEASED', 'DO_NOT_CONTACT'];

const mark = (input: object) => desk.mutate('addDoNotContact', 'DoNotContactInput', input, 'changed');

/** Asks several things in one request. */
async function reserveMany(...inputs: object[]): Promise<Json[]> {
  const query = `mutation ($inputs: [ReserveInput!]!) { reserveMany(inputs: $inputs) {
    decision { outcome reasons { code } reservation { id } } } }`;
  const asked = inputs.map((input) => ({ idempotencyKey: randomUUID(), ...input }));
  const { reserveMany } = await api.data(desk.agency.key, query, { inputs: asked });
  return reserveMany.map(({ decision }: Json) => decision);
}

const TOLD: Record<string, () => Promise<unknown>> = {
  'a request that is refused': () =>
    desk.reserve('PROFILE_VIEW', { profileUrl, company }, { seatId: colleague }),
  'a record': () =>
    desk.record({
      seatId: colleague,
      action: 'PROFILE_VIEW',
      occurredAt: occurredAt(),
      recipient: { profileUrl, company },
    }),
  'a record that is refused for what comes behind it': async () => {
    const view = { seatId: colleague, action: 'PROFILE_VIEW', recipient: { profileUrl, company } };
    const late = { ...view, occurredAt: new Date(Date.now() + 3_600_000).toISOString() };
    const { userErrors } = await desk.record({ ...view, occurredAt: occurredAt() }, late);
    expect(userErrors).toMatchObject([{ code: 'INVALID' }]);
  },
};

describe.each(Object.keys(TOLD))('P13: an employer that is marked, by the word of %s', (told) => {
  it.each(['agency', 'client account'])(
    'gives back what is held for the client account, by a mark of the %s',
    async (scope) => {
      await mark({ company: 'Acme GmbH', ...(scope === 'agency' ? {} : { clientAccountId: desk.client }) });
      const { reservation: mine } = await desk.reserve('FOLLOW', { profileUrl });
      const { reservation: theirs } = await desk.reserve('FOLLOW', { profileUrl }, { seatId: elsewhere });
      const { reservation: another } = await desk.reserve('FOLLOW', { profileUrl: `${profileUrl}-else` });
      await TOLD[told]!();
      expect(await desk.became(mine.id)).toEqual(GIVEN_BACK);
      expect(await desk.became(theirs.id)).toEqual(['HELD', null]);
      expect(await desk.became(another.id)).toEqual(['HELD', null]);
      const query =
        'mutation ($id: ID!) { commitReservation(input: { reservationId: $id }) { userErrors { code } } }';
      const { commitReservation } = await api.data(desk.agency.key, query, { id: mine.id });
      expect(commitReservation.userErrors).toEqual([{ code: 'RESERVATION_RESOLVED' }]);
    },
  );

  it('gives nothing back where another client account’s mark is on it', async () => {
    await mark({ company, clientAccountId: other });
    const { reservation } = await desk.reserve('FOLLOW', { profileUrl });
    await TOLD[told]!();
    expect(await desk.became(reservation.id)).toEqual(['HELD', null]);
  });
});

it('P13: what one of several requests tells binds those of them behind it, and gives back what is held before', async () => {
  await mark({ company });
  const follow = { seatId: desk.seat, action: 'FOLLOW', recipient: { profileUrl } };
  const told = { seatId: colleague, action: 'PROFILE_VIEW', recipient: { profileUrl, company } };
  const [before, refused, behind, theirs] = await reserveMany(
    follow,
    told,
    { ...follow, action: 'COMMENT' },
    { ...follow, seatId: elsewhere },
  );
  expect(before.outcome).toBe('ALLOWED');
  expect(await desk.became(before.reservation.id)).toEqual(GIVEN_BACK);
  expect([codesOf(refused), codesOf(behind)]).toEqual([['DO_NOT_CONTACT'], ['DO_NOT_CONTACT']]);
  expect(theirs.outcome).toBe('ALLOWED');
});

it('P13: what is held by another address of the person is given back', async () => {
  const lead = 'https://www.linkedin.com/sales/lead/ACwAAABcdEF';
  await mark({ company });
  const { reservation } = await desk.reserve('FOLLOW', { profileUrl: lead });
  await desk.add([{ profileUrl, salesNavigatorUrl: lead }]);
  await desk.reserve('PROFILE_VIEW', { profileUrl, company }, { seatId: colleague });
  expect(await desk.became(reservation.id)).toEqual(GIVEN_BACK);
});

it('a preview that tells of it gives nothing back', async () => {
  await mark({ company });
  const { reservation } = await desk.reserve('FOLLOW', { profileUrl });
  const query = 'query ($input: DecisionInput!) { previewDecision(input: $input) { reasons { code } } }';
  const input = { seatId: colleague, action: 'PROFILE_VIEW', recipient: { profileUrl, company } };
  expect(codesOf((await api.data(desk.agency.key, query, { input })).previewDecision)).toEqual([
    'DO_NOT_CONTACT',
  ]);
  expect(await desk.became(reservation.id)).toEqual(['HELD', null]);
});

describe('P13: an employer that is marked, by the word of a list that goes on showing another one', () => {
  const list = (...prospects: object[]) => desk.add(prospects);
  it.each<[string, () => Promise<unknown>]>([
    ['a list that fills gaps alone', () => list({ profileUrl, company })],
    ['its domain', () => list({ profileUrl, company: 'First', companyDomain: 'acme.example' })],
    ['a second row of the same person', () => list({ profileUrl }, { profileUrl, company })],
  ])('binds the person, and gives back what is held for them: %s', async (_, tell) => {
    await mark({ company: 'Acme GmbH' });
    await mark({ domain: 'acme.example' });
    await list({ profileUrl, company: 'First', companyDomain: 'first.example' });
    const held = [
      await desk.reserve('FOLLOW', { profileUrl }),
      await desk.reserve('FOLLOW', { profileUrl }, { seatId: elsewhere }),
    ];
    await tell();
    for (const { reservation } of held) expect(await desk.became(reservation.id)).toEqual(GIVEN_BACK);
    const { nodes } = await desk.list({ clientAccountId: desk.client });
    expect(nodes).toMatchObject([{ company: 'First', doNotContact: true }]);
    expect(codesOf(await desk.reserve('FOLLOW', { profileUrl }))).toEqual(['DO_NOT_CONTACT']);
  });
});

describe('a domain of which a request tells', () => {
  it.each(['jobs@acme.example', '//acme.example', 'my_shop.acme.example', 'acme.example,'])(
    'binds by the one that is plainly meant: %s',
    async (companyDomain) => {
      await mark({ domain: 'acme.example' });
      expect(codesOf(await desk.reserve('FOLLOW', { profileUrl, companyDomain }))).toEqual([
        'DO_NOT_CONTACT',
      ]);
    },
  );

  it('is one, or the request is refused, as a change by hand is', async () => {
    const recipient = { profileUrl, companyDomain: 'acme example' };
    const wrong = { code: 'INVALID', field: ['input', 'recipient', 'companyDomain'] };
    const reserve = `mutation ($input: ReserveInput!) { reserve(input: $input) { userErrors { code field message } } }`;
    const input = { seatId: desk.seat, action: 'FOLLOW', recipient, idempotencyKey: randomUUID() };
    const { userErrors } = (await api.data(desk.agency.key, reserve, { input })).reserve;
    expect(userErrors).toMatchObject([wrong]);
    expect(userErrors[0].message).toBe('companyDomain is no domain, such as example.com (10 parts at most).');
    const record = { action: 'PROFILE_VIEW', occurredAt: occurredAt(), recipient };
    expect((await desk.record(record)).userErrors).toMatchObject([{ code: 'INVALID' }]);
    const preview = 'query ($input: DecisionInput!) { previewDecision(input: $input) { outcome } }';
    const asked = { seatId: desk.seat, action: 'FOLLOW', recipient };
    const { errors } = await api.ask(desk.agency.key, preview, { input: asked });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

it('what one of many requests tells shows in the answer to the one before it', async () => {
  await mark({ company });
  const person = { action: 'PROFILE_VIEW', recipient: { profileUrl } };
  const query = `mutation ($inputs: [ReserveInput!]!) { reserveMany(inputs: $inputs) {
    decision { outcome reservation { status releasedBecause } } } }`;
  const inputs = [
    { ...person, seatId: colleague, idempotencyKey: randomUUID() },
    { ...person, seatId: desk.seat, recipient: { profileUrl, company }, idempotencyKey: randomUUID() },
  ];
  const { reserveMany: told } = await api.data(desk.agency.key, query, { inputs });
  expect(told.map(({ decision }: Json) => decision)).toEqual([
    { outcome: 'ALLOWED', reservation: { status: 'RELEASED', releasedBecause: 'DO_NOT_CONTACT' } },
    { outcome: 'DENIED', reservation: null },
  ]);
});

it('a record of the time before a move tells of its person for the client account that it counts for', async () => {
  await mark({ company });
  const before = occurredAt();
  const move = 'mutation ($input: MoveSeatInput!) { moveSeat(input: $input) { userErrors { code } } }';
  await api.data(desk.agency.key, move, { input: { seatId: colleague, clientAccountId: other } });
  const held = await desk.reserve('FOLLOW', { profileUrl });
  const theirs = await desk.reserve('FOLLOW', { profileUrl }, { seatId: elsewhere });
  await desk.record({
    ...{ seatId: colleague, action: 'PROFILE_VIEW', occurredAt: before },
    recipient: { profileUrl, company },
  });
  expect(await desk.became(held.reservation.id)).toEqual(GIVEN_BACK);
  expect(await desk.became(theirs.reservation.id)).toEqual(['HELD', null]);
});
