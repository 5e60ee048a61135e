import type { DataSource } from 'typeorm';
import type { LimitInput } from '../../../src/services/agency/limit-terms.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { done, refused, seedAgency, servicesOn, viewerAs, type SeededAgency } from '../../support/agency.js';
import { testDatabase } from '../../support/database.js';

let dataSource: DataSource;
let services: ReturnType<typeof servicesOn>;

beforeAll(async () => {
  dataSource = await openDataSource((await testDatabase()).appUrl);
  services = servicesOn(dataSource);
});
afterAll(() => dataSource.destroy());

const MESSAGES_A_DAY = {
  actions: ['DIRECT_MESSAGE'],
  windowKind: 'ROLLING',
  windowSeconds: 86_400,
  max: 40,
} as const satisfies LimitInput;

async function scopesOf({ owner, agencyId, clientAccount, seat }: SeededAgency) {
  const input = { clientAccountId: clientAccount.id, name: 'Spring', seatIds: [seat.id] };
  const campaign = done(await services.campaigns.createCampaign(owner, input));
  return [
    { kind: 'AGENCY', id: agencyId },
    { kind: 'CLIENT_ACCOUNT', id: clientAccount.id },
    { kind: 'CAMPAIGN', id: campaign.id },
    { kind: 'SEAT', id: seat.id },
  ] as const;
}

describe('setLimit', () => {
  it('sets a limit at each kind of scope', async () => {
    const agency = await seedAgency(dataSource);
    for (const scope of await scopesOf(agency)) {
      const limit = done(await services.limits.setLimit(agency.owner, { scope, limit: MESSAGES_A_DAY }));
      expect(limit).toMatchObject({ ...MESSAGES_A_DAY, scopeKind: scope.kind, scopeId: scope.id });
      const kept = await services.limits.limitsOfScope(agency.owner, scope);
      expect(kept).toMatchObject([{ id: limit.id, max: 40, counter: { key: 'DIRECT_MESSAGE@86400' } }]);
    }
  });

  it('replaces the one with the same actions, note flag and window, however the actions are written', async () => {
    const { owner, agencyId } = await seedAgency(dataSource);
    const scope = { kind: 'AGENCY', id: agencyId } as const;
    const set = async (limit: LimitInput) => done(await services.limits.setLimit(owner, { scope, limit }));
    const both = { ...MESSAGES_A_DAY, actions: ['INMAIL', 'CONNECTION_REQUEST'] } as const;
    const first = await set(both);
    const again = await set({ ...both, actions: ['CONNECTION_REQUEST', 'INMAIL', 'INMAIL'], max: 7 });
    expect(again).toEqual({ ...first, max: 7 });
    await set({ ...both, onlyWithNote: true });
    await set({ ...both, windowSeconds: 60 });
    await set({ ...both, windowKind: 'CALENDAR_DAY', windowSeconds: null });
    expect((await services.limits.limitsOfScope(owner, scope)).map(({ max }) => max)).toEqual([
      7, 40, 40, 40,
    ]);
  });

  it.each([
    ['no action', { actions: [] }, 'INVALID input.limit.actions'],
    ['a note flag without an invitation', { onlyWithNote: true }, 'INVALID input.limit.onlyWithNote'],
    ['a rolling window without a length', { windowSeconds: null }, 'INVALID input.limit.windowSeconds'],
    ['a window of 0 seconds', { windowSeconds: 0 }, 'INVALID input.limit.windowSeconds'],
    ['a window over 400 days', { windowSeconds: 34_560_001 }, 'INVALID input.limit.windowSeconds'],
    ['a calendar window with a length', { windowKind: 'CALENDAR_DAY' }, 'INVALID input.limit.windowSeconds'],
    ['a maximum below 0', { max: -1 }, 'INVALID input.limit.max'],
    ['a maximum over 1,000,000', { max: 1_000_001 }, 'INVALID input.limit.max'],
  ] as const)('refuses %s', async (_what, wrong, answer) => {
    const { owner, agencyId } = await seedAgency(dataSource);
    const request = {
      scope: { kind: 'AGENCY', id: agencyId },
      limit: { ...MESSAGES_A_DAY, ...wrong },
    } as const;
    expect(refused(await services.limits.setLimit(owner, request))).toBe(answer);
  });

  it('goes up to the ceiling of the policy at a seat, and over it anywhere else', async () => {
    const agency = await seedAgency(dataSource);
    const [agencyScope, , , seatScope] = await scopesOf(agency);
    const set = (scope: typeof agencyScope | typeof seatScope, limit: object) =>
      services.limits.setLimit(agency.owner, { scope, limit: { ...MESSAGES_A_DAY, ...limit } });
    done(await set(seatScope, { max: 150 }));
    expect(refused(await set(seatScope, { max: 151 }))).toBe('ABOVE_CEILING input.limit.max');
    done(await set(agencyScope, { max: 151 }));
    // The policy has no number for half a day.
    done(await set(seatScope, { max: 151, windowSeconds: 43_200 }));
  });

  it('finds no scope of another agency, nor one that a viewer of one client account doesn’t see', async () => {
    const [agency, stranger] = [await seedAgency(dataSource), await seedAgency(dataSource)];
    for (const scope of await scopesOf(stranger)) {
      const outcome = await services.limits.setLimit(agency.owner, { scope, limit: MESSAGES_A_DAY });
      expect(refused(outcome)).toBe('NOT_FOUND input.scopeId');
    }
    const admin = viewerAs(agency.owner, 'ADMIN', agency.clientAccount.id);
    const [agencyScope, ...own] = await scopesOf(agency);
    const outcome = await services.limits.setLimit(admin, { scope: agencyScope, limit: MESSAGES_A_DAY });
    expect(refused(outcome)).toBe('NOT_FOUND input.scopeId');
    for (const scope of own) done(await services.limits.setLimit(admin, { scope, limit: MESSAGES_A_DAY }));
  });
});

describe('removeLimit', () => {
  it('removes a custom limit once; a plan’s is the plan’s', async () => {
    const { owner, agencyId, plan } = await seedAgency(dataSource, { plan: { limits: [MESSAGES_A_DAY] } });
    const request = { scope: { kind: 'AGENCY', id: agencyId }, limit: MESSAGES_A_DAY } as const;
    const limit = done(await services.limits.setLimit(owner, request));
    expect(done(await services.limits.removeLimit(owner, limit.id))).toEqual(limit);
    expect(refused(await services.limits.removeLimit(owner, limit.id))).toBe('NOT_FOUND input.limitId');
    const [ofPlan] = await services.limits.limitsOfScope(owner, { kind: 'PLAN', id: plan.id });
    expect(refused(await services.limits.removeLimit(owner, ofPlan!.id))).toBe('INVALID input.limitId');
  });

  it('finds none that the viewer doesn’t see, nor for a role that may not', async () => {
    const { owner, agencyId, clientAccount } = await seedAgency(dataSource);
    const stranger = await seedAgency(dataSource);
    const request = { scope: { kind: 'AGENCY', id: agencyId }, limit: MESSAGES_A_DAY } as const;
    const limit = done(await services.limits.setLimit(owner, request));
    const limited = viewerAs(owner, 'ADMIN', clientAccount.id);
    expect(refused(await services.limits.removeLimit(stranger.owner, limit.id))).toBe(
      'NOT_FOUND input.limitId',
    );
    expect(refused(await services.limits.removeLimit(limited, limit.id))).toBe('NOT_FOUND input.limitId');
    expect(await services.limits.limitsOfScope(limited, request.scope)).toEqual([]);
    expect(refused(await services.limits.removeLimit(viewerAs(owner, 'MANAGER'), limit.id))).toBe(
      'FORBIDDEN_FOR_ROLE',
    );
  });
});
