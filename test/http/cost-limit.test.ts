import { CostLimit } from '../../src/http/cost-limit.js';
import { ROLES } from '../../src/quota/words.js';
import type { SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

const SMALL = { atOnce: 100, aSecond: 10 };
const limitOf = (budget = SMALL) =>
  new CostLimit({
    OWNER: budget,
    ADMIN: budget,
    MANAGER: budget,
    OPERATOR: budget,
    ANALYST: budget,
    CLIENT: budget,
  });

describe('what a role of an agency may ask for', () => {
  const owner = { agencyId: 'a', role: 'OWNER' } as const;

  it('is taken out by its cost, fills up steadily, and is exact in when it is there again', () => {
    const limit = limitOf();
    expect(limit.take(owner, 70, 0)).toMatchObject({ remaining: 30, retryAfterMs: 0 });
    expect(limit.take(owner, 40, 0)).toMatchObject({ remaining: 30, retryAfterMs: 1_000 });
    expect(limit.take(owner, 40, 999)).toMatchObject({ retryAfterMs: 1 });
    expect(limit.take(owner, 40, 1_000)).toMatchObject({ remaining: 0, retryAfterMs: 0 });
    expect(limit.take(owner, 0, 1_000_000)).toMatchObject({ remaining: 100 });
  });

  it('is its own: neither another agency nor another role takes of it', () => {
    const limit = limitOf();
    limit.take(owner, 100, 0);
    expect(limit.take({ ...owner, role: 'CLIENT' }, 100, 0).retryAfterMs).toBe(0);
    expect(limit.take({ ...owner, agencyId: 'b' }, 100, 0).retryAfterMs).toBe(0);
    expect(limit.take(owner, 1, 0).retryAfterMs).toBeGreaterThan(0);
  });

  it('is remembered of as many as a process can bear', () => {
    const limit = limitOf();
    limit.take(owner, 100, 0);
    for (let index = 0; index < 10_000; index += 1) limit.take({ ...owner, agencyId: String(index) }, 1, 0);
    expect(limit.take(owner, 100, 0).retryAfterMs).toBe(0);
  });

  it('is more than one operation may cost, for every role', () => {
    for (const role of ROLES) {
      expect(new CostLimit().take({ agencyId: 'a', role }, 50_000, 0).retryAfterMs).toBe(0);
    }
  });
});

describe('on the server', () => {
  let api: Api;
  let agency: SeededAgency;

  beforeAll(async () => {
    api = await Api.start();
    agency = await api.seed();
  });
  afterAll(() => api.close());

  const costOf = async (key: string | null, query: string) => {
    const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
    const { extensions }: Json = await response.json();
    return extensions.cost;
  };

  it('every answer tells what it cost, and what is left', async () => {
    expect(await costOf(agency.key, '{ seats(first: 7) { nodes { id } } }')).toEqual({
      ...{ requested: 108, max: 50_000 },
      budget: { remaining: expect.any(Number), max: 10_000_000, restoredPerSecond: 200_000 },
    });
    const client = await api.keyOf(agency, 'CLIENT', agency.clientAccount.id);
    expect((await costOf(client, '{ viewer { role } }')).budget.max).toBe(2_000_000);
    const refused = { requested: 0, max: 50_000, budget: null };
    expect(await costOf(agency.key, '{ nothing }')).toEqual(refused);
    expect(await costOf(null, '{ viewer { role } }')).toEqual(refused);
    expect(await costOf(null, '{ __schema { queryType { name } } }')).toEqual({ ...refused, requested: 1 });
  });
});
