import { MemoryBuckets } from '../../../src/http/bounds/buckets.js';
import { CostLimit } from '../../../src/http/bounds/cost-limit.js';
import { ROLES } from '../../../src/quota/words.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api, type Json } from '../../support/api.js';

const SMALL = { atOnce: 100, aSecond: 10 };

describe('what a role of an agency may ask for', () => {
  const owner = { agencyId: 'a', role: 'OWNER' } as const;

  it('is its own: neither another agency nor another role takes of it', async () => {
    const budgets = {
      OWNER: SMALL,
      ADMIN: SMALL,
      MANAGER: SMALL,
      OPERATOR: SMALL,
      ANALYST: SMALL,
      CLIENT: SMALL,
    };
    const limit = new CostLimit(new MemoryBuckets(() => 0), budgets);
    await limit.take(owner, 100);
    expect((await limit.take({ ...owner, role: 'CLIENT' }, 100)).retryAfterMs).toBe(0);
    expect((await limit.take({ ...owner, agencyId: 'b' }, 100)).retryAfterMs).toBe(0);
    expect(await limit.take(owner, 1)).toMatchObject({ retryAfterMs: 100, budget: SMALL });
  });

  it('is of one client account where it is a client’s: another one takes nothing of it', async () => {
    const limit = new CostLimit(new MemoryBuckets(() => 0));
    const of = (...clientAccountIds: string[]) => ({
      ...({
        agencyId: 'a',
        role: 'CLIENT',
        reach: { clientAccountIds, seatIds: [], seatAccountIds: [] },
      } as const),
      credential: { kind: 'MEMBER', id: clientAccountIds.join(), rights: 1 } as const,
    });
    expect((await limit.take(of('x'), 2_000_000)).retryAfterMs).toBe(0);
    expect((await limit.take({ ...of('x'), credential: null }, 1)).retryAfterMs).toBeGreaterThan(0);
    expect(await limit.take(of('y'), 2_000_000)).toMatchObject({ retryAfterMs: 0, remaining: 0 });
    // Whoever sees both takes of neither.
    expect((await limit.take(of('x', 'y'), 2_000_000)).retryAfterMs).toBe(0);
  });

  it('is bounded for all clients of an agency together, and what does not fit there takes nothing', async () => {
    let now = 0;
    const limit = new CostLimit(new MemoryBuckets(() => now));
    const of = (id: number, agencyId = 'a') => ({
      ...({ agencyId, role: 'CLIENT', credential: null } as const),
      reach: { clientAccountIds: [String(id)], seatIds: [], seatAccountIds: [] },
    });
    for (let id = 0; id < 5; id += 1) expect((await limit.take(of(id), 2_000_000)).retryAfterMs).toBe(0);
    expect(await limit.take(of(5), 1_000_000)).toMatchObject({ remaining: 2_000_000, retryAfterMs: 5_000 });
    expect((await limit.take(of(5, 'b'), 2_000_000)).retryAfterMs).toBe(0);
    now = 10_000;
    expect(await limit.take(of(5), 2_000_000)).toMatchObject({ remaining: 0, retryAfterMs: 0 });
  });

  it('is not used up by those who see a part of the agency, nor what is theirs by those of one client account', async () => {
    const limit = new CostLimit(new MemoryBuckets(() => 0));
    const of = (...clientAccountIds: string[]) => ({
      ...({ agencyId: 'a', role: 'OPERATOR', credential: null, actor: clientAccountIds.join() } as const),
      reach: { clientAccountIds, seatIds: [], seatAccountIds: [] },
    });
    const own = { atOnce: 5_000_000, aSecond: 100_000 };
    expect(await limit.take(of('x'), 5_000_000)).toMatchObject({ retryAfterMs: 0, budget: own });
    // Whoever sees several is reckoned to the first of them.
    expect((await limit.take(of('y', 'x'), 1)).retryAfterMs).toBeGreaterThan(0);
    expect((await limit.take(of('y'), 4_000_000)).retryAfterMs).toBe(0);
    expect((await limit.take(of('z'), 1_000_000)).retryAfterMs).toBe(0);
    // All of those together have what the role has.
    expect(await limit.take(of('z'), 1_000_000)).toMatchObject({ retryAfterMs: 5_000, remaining: 4_000_000 });
    expect((await limit.take({ agencyId: 'a', role: 'OPERATOR' }, 10_000_000)).retryAfterMs).toBe(0);
    await limit.pay(of('z'), 4_000_000);
    expect((await limit.take(of('z'), 1)).retryAfterMs).toBeGreaterThan(0);
  });

  it('tells whoever sees a part what is left besides what they took themselves', async () => {
    const limit = new CostLimit(new MemoryBuckets(() => 0));
    const of = (actor: string) => ({
      ...({ agencyId: 'a', role: 'MANAGER', actor } as const),
      reach: { clientAccountIds: ['x'], seatIds: [], seatAccountIds: [] },
    });
    await limit.take(of('one'), 3_000_000);
    expect(await limit.take(of('other'), 1_000_000)).toMatchObject({ remaining: 4_000_000 });
  });

  it('is owed where it was used up and is not there: nothing more is let in until it is paid, and that is not for ever', async () => {
    let now = 0;
    const limit = new CostLimit(
      new MemoryBuckets(() => now),
      Object.assign({}, ...ROLES.map((role) => ({ [role]: SMALL }))),
    );
    await limit.take(owner, 70);
    await limit.pay(owner, 20);
    expect(await limit.take(owner, 1)).toMatchObject({ retryAfterMs: 0, remaining: 9 });
    for (let times = 0; times < 100; times += 1) await limit.pay(owner, 40);
    // Half of the budget at most, of which nine are there.
    expect(await limit.take(owner, 1)).toMatchObject({ retryAfterMs: 4_100 });
    expect((await limit.take({ ...owner, agencyId: 'b' }, 100)).retryAfterMs).toBe(0);
    now = 4_100;
    expect(await limit.take(owner, 1)).toMatchObject({ retryAfterMs: 100 });
    now = 4_200;
    expect(await limit.take(owner, 1)).toMatchObject({ retryAfterMs: 0, remaining: 0 });
  });

  it('is more than one operation may cost, for every role', async () => {
    for (const role of ROLES) {
      const limit = new CostLimit(new MemoryBuckets());
      expect((await limit.take({ agencyId: 'a', role }, 50_000)).retryAfterMs).toBe(0);
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
