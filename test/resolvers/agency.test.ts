import { toId } from '../../src/schema/ids.js';
import type { SeededAgency } from '../support/agency.js';
import { Api } from '../support/api.js';

let api: Api;
let agency: SeededAgency;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed({ timeZone: 'Europe/Madrid' });
});

const VIEWER =
  '{ viewer { role agency { id name timeZone createdAt usage { used } } clientAccount { id name } } }';

describe('viewer', () => {
  it('is the agency and the role of the key', async () => {
    const { viewer } = await api.data(agency.key, VIEWER);
    expect(viewer).toMatchObject({
      role: 'OWNER',
      agency: { id: toId('agency', agency.agencyId), name: 'Agency', timeZone: 'Europe/Madrid', usage: [] },
      clientAccount: null,
    });
    expect(viewer.agency.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('has the client account of a key that sees one alone', async () => {
    const key = await api.keyOf(agency, 'ANALYST', agency.clientAccount.id);
    const { viewer } = await api.data(key, VIEWER);
    expect(viewer).toMatchObject({
      role: 'ANALYST',
      clientAccount: { id: toId('client', agency.clientAccount.id), name: 'Client' },
    });
  });
});

describe('a mutation', () => {
  it('tells all that is wrong with its input', async () => {
    const create = `mutation { createPlan(input: { name: " ", seatAllowance: -1 }) {
      plan { id } userErrors { code field } } }`;
    const { createPlan } = await api.data(agency.key, create);
    expect(createPlan).toEqual({
      plan: null,
      userErrors: [
        { code: 'INVALID', field: ['input', 'name'] },
        { code: 'INVALID', field: ['input', 'seatAllowance'] },
      ],
    });
  });
});

describe('Agency.usage', () => {
  it('is of the limits set at the agency, and empty for a viewer of one client account', async () => {
    const limit = { actions: ['DIRECT_MESSAGE'], windowKind: 'CALENDAR_DAY', max: 7 };
    await api.data(
      agency.key,
      'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }',
      { input: { scopeId: toId('agency', agency.agencyId), limit } },
    );
    const query = `{ viewer { agency { usage { used remaining level
      limit { scopeKind scopeId max origin window { kind timeZone } } } } } }`;
    const { viewer } = await api.data(agency.key, query);
    expect(viewer.agency.usage).toEqual([
      {
        used: 0,
        remaining: 7,
        level: 'OK',
        limit: {
          scopeKind: 'AGENCY',
          scopeId: toId('agency', agency.agencyId),
          max: 7,
          origin: 'CUSTOM',
          window: { kind: 'CALENDAR_DAY', timeZone: 'Europe/Madrid' },
        },
      },
    ]);
    const client = await api.keyOf(agency, 'CLIENT', agency.clientAccount.id);
    expect((await api.data(client, query)).viewer.agency.usage).toEqual([]);
  });
});
