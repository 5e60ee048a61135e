import { toId } from '../../src/schema/ids.js';
import { Api, type Json } from '../support/api.js';
import { Outreach, someone } from '../support/outreach.js';
import type { SeededAgency } from '../support/agency.js';

let api: Api;
let agency: SeededAgency;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
});

const PUBLISH = `mutation ($input: PublishPolicyInput!, $first: Int, $after: String) { publishPolicy(input: $input) {
  policy { id version builtIn effectiveFrom basedOn source publishedAt newerBuiltIn staleFrom
    rules { kind description recommended ceiling source checkedOn staleFrom } creditRules { tier perMonth } }
  effect { seats seatsLosing seatsGaining changes(first: $first, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { seat { id } action roomNow roomThen } } }
  userErrors { code field message } } }`;
const VIEWS = { actions: ['PROFILE_VIEW'], windowSeconds: 86_400 };
const SOURCE = 'A letter of LinkedIn';

async function publish(input: object, more: object = {}, key = agency.key): Promise<Json> {
  return (await api.data(key, PUBLISH, { input: { source: SOURCE, ...input }, ...more })).publishPolicy;
}

describe('publishPolicy', () => {
  it('publishes a version that is in force at once, and is found by every way to it', async () => {
    const { policy, effect, userErrors } = await publish({
      changes: [{ ...VIEWS, recommended: 10, ceiling: 20 }],
      creditChanges: [{ tier: 'SALES_NAVIGATOR', perMonth: 40 }],
      checkedOn: '2026-11-20',
    });
    expect([effect, userErrors]).toEqual([null, []]);
    expect(policy).toMatchObject({
      version: '2026-11.1',
      builtIn: false,
      basedOn: '2026-11',
      source: SOURCE,
      newerBuiltIn: null,
    });
    expect(policy.rules).toContainEqual(
      expect.objectContaining({
        ...{ description: 'Profile views in 24 hours', recommended: 10, ceiling: 20, source: SOURCE },
        ...{ checkedOn: '2026-11-20', staleFrom: '2027-05-20T00:00:00.000Z' },
      }),
    );
    expect(policy.staleFrom).toBe('2027-05-20T00:00:00.000Z');
    expect(policy.creditRules).toContainEqual({ tier: 'SALES_NAVIGATOR', perMonth: 40 });
    const query = `query ($id: ID!, $seat: ID!) { policy { id } policies { nodes { version builtIn } }
      node(id: $id) { ... on Policy { version } } limits(scopeId: $seat) { actions max } }`;
    const seat = toId('seat', agency.seat.id);
    const found = await api.data(agency.key, query, { id: policy.id, seat });
    expect(found).toMatchObject({
      policy: { id: policy.id },
      policies: {
        nodes: [
          { version: '2026-11.1', builtIn: false },
          { version: '2026-11', builtIn: true },
        ],
      },
      node: { version: '2026-11.1' },
    });
    expect(found.limits).toContainEqual({ actions: ['PROFILE_VIEW'], max: 20 });
    const { policy: before } = await api.data(
      agency.key,
      `{ policy(at: "2026-11-01T00:00:00Z") { version } }`,
    );
    expect(before.version).toBe('2026-11');
  });

  it('names in a refusal what is wrong, down to the change', async () => {
    const errors = async (input: object) => (await publish(input)).userErrors;
    expect(await errors({ changes: [{ ...VIEWS, ceiling: 1 }] })).toMatchObject([
      { code: 'INVALID', field: ['input', 'changes', '0', 'recommended'] },
    ]);
    expect(await errors({ source: '', changes: [{ ...VIEWS, ceiling: 70 }] })).toMatchObject([
      { code: 'INVALID', field: ['input', 'source'] },
    ]);
    expect(await errors({ creditChanges: [{ tier: 'RECRUITER_LITE', keep: 1 }] })).toMatchObject([
      { code: 'INVALID', field: ['input', 'creditChanges', '0', 'keep'] },
    ]);
    expect(await errors({})).toMatchObject([{ code: 'INVALID', field: ['input', 'changes'] }]);
    expect((await api.data(agency.key, '{ policies { nodes { version } } }')).policies.nodes).toHaveLength(1);
  });

  it('bounds custom limits of seats by the version in force', async () => {
    await publish({ changes: [{ ...VIEWS, recommended: 10, ceiling: 20 }] });
    const set = `mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }`;
    const limit = { actions: ['PROFILE_VIEW'], windowKind: 'ROLLING', windowSeconds: 86_400, max: 21 };
    const input = { scopeId: toId('seat', agency.seat.id), limit };
    expect((await api.data(agency.key, set, { input })).setLimit.userErrors).toMatchObject([
      { code: 'ABOVE_CEILING' },
    ]);
  });

  it('tells with a decision the version that it was made under', async () => {
    const desk = new Outreach(api, agency);
    const versionOf = async () => {
      const { id } = await desk.reserve('PROFILE_VIEW', someone());
      const query = `query ($id: ID!) { node(id: $id) { ... on Decision { policyVersion outcome } } }`;
      return (await api.data(agency.key, query, { id })).node;
    };
    expect(await versionOf()).toEqual({ policyVersion: '2026-11', outcome: 'ALLOWED' });
    await publish({ changes: [{ ...VIEWS, recommended: 0, ceiling: 0 }] });
    expect(await versionOf()).toEqual({ policyVersion: '2026-11.1', outcome: 'DENIED' });
  });
});

describe('a dry run', () => {
  it('tells page by page what would be otherwise for which seat, and publishes nothing', async () => {
    const desk = new Outreach(api, agency);
    const seats = [desk.seat, await desk.addSeat(), await desk.addSeat()];
    const input = {
      changes: [
        { ...VIEWS, recommended: 10, ceiling: 20 },
        { actions: ['FOLLOW'], windowSeconds: 86_400, ceiling: 55 },
      ],
      dryRun: true,
    };
    const first = await publish(input, { first: 4 });
    expect(first.effect).toMatchObject({ seats: 3, seatsLosing: 3, seatsGaining: 3 });
    const { changes } = first.effect;
    expect(changes).toMatchObject({ pageInfo: { hasNextPage: true } });
    const rest = await publish(input, { first: 4, after: changes.pageInfo.endCursor });
    const nodes = [...changes.nodes, ...rest.effect.changes.nodes];
    expect(rest.effect.changes.pageInfo.hasNextPage).toBe(false);
    expect(nodes.map(({ seat }) => seat.id).toSorted()).toEqual([...seats, ...seats].toSorted());
    expect(nodes).toContainEqual({
      seat: { id: desk.seat },
      action: 'PROFILE_VIEW',
      roomNow: 80,
      roomThen: 20,
    });
    expect(nodes).toContainEqual({ seat: { id: desk.seat }, action: 'FOLLOW', roomNow: 50, roomThen: 55 });
    expect((await api.data(agency.key, '{ policies { nodes { version } } }')).policies.nodes).toHaveLength(1);
  });
});
