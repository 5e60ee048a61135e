import { toId } from '../../src/schema/ids.js';
import { newSeat, type SeededAgency, servicesOn } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

let api: Api;
let agency: SeededAgency;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
});

const CREATE = `mutation ($input: CreateClientAccountInput!) { createClientAccount(input: $input) {
  clientAccount { id name externalRef timeZone status limitMode seatAllowance seatsTaken plan { id name } }
  userErrors { code field message } } }`;

const UPDATE = `mutation ($input: UpdateClientAccountInput!) { updateClientAccount(input: $input) {
  clientAccount { id name externalRef timeZone status limitMode plan { id } } userErrors { code field } } }`;

async function create(input: object): Promise<Json> {
  const planId = toId('plan', agency.plan.id);
  const whole = { name: 'Acme', planId, timeZone: 'Asia/Tokyo', ...input };
  return (await api.data(agency.key, CREATE, { input: whole })).createClientAccount;
}

describe('createClientAccount', () => {
  it('makes one with its plan, and answers with it', async () => {
    const { clientAccount, userErrors } = await create({ externalRef: 'crm-1' });
    expect(userErrors).toEqual([]);
    expect(clientAccount).toMatchObject({
      name: 'Acme',
      externalRef: 'crm-1',
      timeZone: 'Asia/Tokyo',
      status: 'ACTIVE',
      limitMode: 'CEILING',
      seatAllowance: 10,
      seatsTaken: 0,
      plan: { id: toId('plan', agency.plan.id), name: 'Plan' },
    });
    const found = `query ($id: ID, $ref: String) { clientAccount(id: $id, externalRef: $ref) { name } }`;
    expect(await api.data(agency.key, found, { id: clientAccount.id })).toEqual({
      clientAccount: { name: 'Acme' },
    });
    expect(await api.data(agency.key, found, { ref: 'crm-1' })).toEqual({ clientAccount: { name: 'Acme' } });
  });

  it.each([
    [
      'a plan that nobody has',
      { planId: toId('plan', '00000000-0000-4000-8000-000000000000') },
      'NOT_FOUND',
      'planId',
    ],
    [
      'the id of something else',
      { planId: toId('seat', '00000000-0000-4000-8000-000000000000') },
      'NOT_FOUND',
      'planId',
    ],
    ['an id that is none', { planId: 'plan_!' }, 'NOT_FOUND', 'planId'],
    ['a blank name', { name: ' ' }, 'INVALID', 'name'],
  ])('refuses %s by a userError that says where', async (_, input, code, field) => {
    expect(await create(input)).toMatchObject({
      clientAccount: null,
      userErrors: [{ code, field: ['input', field] }],
    });
  });
});

describe('updateClientAccount', () => {
  const update = async (input: object): Promise<Json> => {
    const clientAccountId = toId('client', agency.clientAccount.id);
    return (await api.data(agency.key, UPDATE, { input: { clientAccountId, ...input } })).updateClientAccount;
  };

  it('changes what is given, leaves what is left out, and clears what is null', async () => {
    expect(await update({ externalRef: 'crm-2', status: 'PAUSED' })).toMatchObject({
      clientAccount: {
        name: 'Client',
        externalRef: 'crm-2',
        status: 'PAUSED',
        plan: { id: toId('plan', agency.plan.id) },
      },
      userErrors: [],
    });
    expect(await update({ externalRef: null })).toMatchObject({
      clientAccount: { externalRef: null, status: 'PAUSED' },
    });
  });

  it('refuses null for what cannot be empty', async () => {
    expect(await update({ planId: null })).toMatchObject({
      clientAccount: null,
      userErrors: [{ code: 'INVALID', field: ['input', 'planId'] }],
    });
  });
});

describe('clientAccounts', () => {
  const LIST = `query ($first: Int, $after: String, $search: String) {
    clientAccounts(first: $first, after: $after, search: $search) {
      totalCount nodes { name } edges { cursor node { name } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const list = async (variables: object): Promise<Json> =>
    (await api.data(agency.key, LIST, variables)).clientAccounts;
  const namesOf = ({ nodes }: Json): string[] => nodes.map(({ name }: Json) => name);

  beforeEach(async () => {
    for (const name of ['Delta', 'Alpha', 'Bravo']) await create({ name });
  });

  it('pages through in order of name, each row once', async () => {
    const first = await list({ first: 2 });
    expect(namesOf(first)).toEqual(['Alpha', 'Bravo']);
    expect(first.totalCount).toBe(4);
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(first.pageInfo.endCursor).toBe(first.edges[1].cursor);
    const second = await list({ first: 2, after: first.pageInfo.endCursor });
    expect(namesOf(second)).toEqual(['Client', 'Delta']);
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect(namesOf(await list({ after: first.edges[0].cursor }))).toEqual(['Bravo', 'Client', 'Delta']);
  });

  it('searches, and counts what it finds', async () => {
    const found = await list({ search: 'RAV' });
    expect(namesOf(found)).toEqual(['Bravo']);
    expect(found.totalCount).toBe(1);
  });

  it.each([[0], [-1], [101]])('refuses a page of %i rows', async (first) => {
    expect(await api.code(agency.key, LIST, { first })).toBe('BAD_USER_INPUT');
  });

  it('refuses a cursor of another list, of another agency, and one that is made up', async () => {
    const seats = await api.data(agency.key, '{ seats { edges { cursor } } }');
    const other = await api.seed();
    const foreign = await api.data(other.key, '{ clientAccounts { edges { cursor } } }');
    const cursors = [seats.seats.edges[0].cursor, foreign.clientAccounts.edges[0].cursor, 'AQIDBA', ''];
    for (const after of cursors) expect(await api.code(agency.key, LIST, { after })).toBe('BAD_USER_INPUT');
  });
});

describe('what a client account leads to', () => {
  it('is its seats and campaigns, in pages of their own', async () => {
    const { seats } = servicesOn(api.dataSource);
    for (const holderName of ['Zoe', 'Ada']) {
      await seats.addSeat(agency.owner, newSeat(agency.clientAccount.id, { holderName }));
    }
    const campaign = {
      clientAccountId: toId('client', agency.clientAccount.id),
      name: 'Spring',
      seatIds: [],
    };
    await api.data(
      agency.key,
      'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { userErrors { code } } }',
      { input: campaign },
    );
    const query = `query ($after: String) { clientAccounts { nodes { seatsTaken
      seats(first: 2, after: $after) { totalCount nodes { holderName } pageInfo { hasNextPage endCursor } }
      campaigns { totalCount nodes { name clientAccount { name } } } } } }`;
    const first = (await api.data(agency.key, query)).clientAccounts.nodes[0];
    expect(first).toMatchObject({
      seatsTaken: 3,
      seats: {
        totalCount: 3,
        nodes: [{ holderName: 'Ada' }, { holderName: 'Holder' }],
        pageInfo: { hasNextPage: true },
      },
      campaigns: { totalCount: 1, nodes: [{ name: 'Spring', clientAccount: { name: 'Client' } }] },
    });
    const after = first.seats.pageInfo.endCursor;
    const second = (await api.data(agency.key, query, { after })).clientAccounts.nodes[0];
    expect(second.seats).toMatchObject({ nodes: [{ holderName: 'Zoe' }], pageInfo: { hasNextPage: false } });
  });

  it('is the usage of its plan’s and its own limits', async () => {
    const limited = await api.seed({
      plan: { limits: [{ actions: ['DIRECT_MESSAGE'], windowKind: 'ROLLING', windowSeconds: 3600, max: 9 }] },
    });
    const query = `{ clientAccounts { nodes { usage { remaining limit { id origin scopeKind scopeId } }
      plan { limits { id origin scopeKind scopeId max window { kind seconds timeZone } } } } } }`;
    const [account] = (await api.data(limited.key, query)).clientAccounts.nodes;
    const [limit] = account.plan.limits;
    expect(limit).toMatchObject({
      origin: 'PLAN',
      scopeKind: 'CLIENT_ACCOUNT',
      scopeId: toId('plan', limited.plan.id),
      max: 9,
      window: { kind: 'ROLLING', seconds: 3600, timeZone: null },
    });
    expect(account.usage).toEqual([
      {
        remaining: 9,
        limit: {
          id: limit.id,
          origin: 'PLAN',
          scopeKind: 'CLIENT_ACCOUNT',
          scopeId: toId('client', limited.clientAccount.id),
        },
      },
    ]);
  });
});

describe('clientAccount', () => {
  it('is asked for by exactly one of id and reference', async () => {
    expect(await api.code(agency.key, '{ clientAccount { id } }')).toBe('BAD_USER_INPUT');
    expect(await api.code(agency.key, '{ clientAccount(id: "x", externalRef: "y") { id } }')).toBe(
      'BAD_USER_INPUT',
    );
  });

  it('is null for an id that nobody has', async () => {
    expect(await api.data(agency.key, '{ clientAccount(id: "client_x") { id } }')).toEqual({
      clientAccount: null,
    });
  });
});
