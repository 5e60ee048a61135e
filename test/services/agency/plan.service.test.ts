import type { DataSource } from 'typeorm';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { done, newSeat, refused, seedAgency, servicesOn, viewerAs } from '../../support/agency.js';
import { testDatabase } from '../../support/database.js';

let dataSource: DataSource;
let services: ReturnType<typeof servicesOn>;

beforeAll(async () => {
  dataSource = await openDataSource((await testDatabase()).appUrl);
  services = servicesOn(dataSource);
});
afterAll(() => dataSource.destroy());

const FIFTY_A_DAY = {
  actions: ['DIRECT_MESSAGE'],
  windowKind: 'ROLLING',
  windowSeconds: 86_400,
  max: 50,
} as const;
const FIRST_PAGE = { rows: 20, after: null };

describe('createPlan', () => {
  it('keeps a plan with its limits', async () => {
    const { owner } = await seedAgency(dataSource);
    const limits = [FIFTY_A_DAY, { actions: ['FOLLOW'], windowKind: 'CALENDAR_MONTH', max: 0 } as const];
    const plan = done(await services.plans.createPlan(owner, { name: 'Big', seatAllowance: 3, limits }));
    expect((await services.plans.byIds(owner, [plan.id])).get(plan.id)).toEqual(plan);
    const kept = await services.limits.limitsOfScope(owner, { kind: 'PLAN', id: plan.id });
    expect(kept.map(({ counter, max }) => `${counter.key}=${max}`).sort()).toEqual([
      'DIRECT_MESSAGE@86400=50',
      'FOLLOW@CALENDAR_MONTH=0',
    ]);
  });

  it.each([
    ['a blank name', { name: ' ' }, 'INVALID input.name'],
    ['a name of 201 characters', { name: 'x'.repeat(201) }, 'INVALID input.name'],
    ['a NUL byte', { name: 'a\0b' }, 'INVALID input.name'],
    ['half of a surrogate pair', { name: 'a\ud83d' }, 'INVALID input.name'],
    ['a negative allowance', { seatAllowance: -1 }, 'INVALID input.seatAllowance'],
    ['an allowance over the bound', { seatAllowance: 100_001 }, 'INVALID input.seatAllowance'],
    ['no action', { limits: [{ ...FIFTY_A_DAY, actions: [] }] }, 'INVALID input.limits.0.actions'],
    ['a maximum below 0', { limits: [{ ...FIFTY_A_DAY, max: -1 }] }, 'INVALID input.limits.0.max'],
    [
      'a window of no length',
      { limits: [FIFTY_A_DAY, { ...FIFTY_A_DAY, windowSeconds: 0 }] },
      'INVALID input.limits.1.windowSeconds',
    ],
    ['two limits on one counter', { limits: [FIFTY_A_DAY, FIFTY_A_DAY] }, 'INVALID input.limits.1'],
  ])('refuses %s', async (_what, wrong, answer) => {
    const { owner } = await seedAgency(dataSource);
    const input = { name: 'Big', seatAllowance: 3, ...wrong };
    expect(refused(await services.plans.createPlan(owner, input))).toBe(answer);
  });

  it('takes names of 200 characters, whatever their length in UTF-16', async () => {
    const { owner } = await seedAgency(dataSource);
    const name = '😀'.repeat(200);
    expect(done(await services.plans.createPlan(owner, { name, seatAllowance: 1 })).name).toBe(name);
  });

  it('refuses a name that another plan has, of this agency alone', async () => {
    const [one, other] = [await seedAgency(dataSource), await seedAgency(dataSource)];
    const input = { name: 'Big', seatAllowance: 3 };
    done(await services.plans.createPlan(one.owner, input));
    expect(refused(await services.plans.createPlan(one.owner, input))).toBe('TAKEN input.name');
    done(await services.plans.createPlan(other.owner, input));
  });

  it('is for OWNER and ADMIN of the whole agency', async () => {
    const { owner, clientAccount } = await seedAgency(dataSource);
    const input = { name: 'Big', seatAllowance: 3 };
    for (const role of ['MANAGER', 'OPERATOR', 'ANALYST', 'CLIENT'] as const) {
      expect(refused(await services.plans.createPlan(viewerAs(owner, role), input))).toBe(
        'FORBIDDEN_FOR_ROLE',
      );
    }
    const ofClientAccount = viewerAs(owner, 'ADMIN', clientAccount.id);
    expect(refused(await services.plans.createPlan(ofClientAccount, input))).toBe('FORBIDDEN_FOR_ROLE');
    done(await services.plans.createPlan(viewerAs(owner, 'ADMIN'), input));
  });
});

describe('updatePlan', () => {
  it('changes what is given and leaves the rest; limits are replaced as a whole', async () => {
    const { owner, plan } = await seedAgency(dataSource, { plan: { limits: [FIFTY_A_DAY] } });
    const planId = plan.id;
    const ofPlan = { kind: 'PLAN', id: planId } as const;
    expect(done(await services.plans.updatePlan(owner, { planId, name: 'New' }))).toEqual({
      ...plan,
      name: 'New',
    });
    expect(await services.limits.limitsOfScope(owner, ofPlan)).toHaveLength(1);
    const limits = [
      { ...FIFTY_A_DAY, max: 9 },
      { ...FIFTY_A_DAY, windowSeconds: 60 },
    ];
    done(await services.plans.updatePlan(owner, { planId, limits }));
    const kept = await services.limits.limitsOfScope(owner, ofPlan);
    expect(kept.map(({ max }) => max).sort()).toEqual([50, 9]);
    done(await services.plans.updatePlan(owner, { planId, limits: null }));
    expect(await services.limits.limitsOfScope(owner, ofPlan)).toEqual([]);
  });

  it('refuses null for what can’t be empty, a name that is taken, and a plan of nobody or of another agency', async () => {
    const { owner, plan } = await seedAgency(dataSource);
    const stranger = await seedAgency(dataSource);
    done(await services.plans.createPlan(owner, { name: 'Other', seatAllowance: 1 }));
    const update = (input: object) => services.plans.updatePlan(owner, { planId: plan.id, ...input });
    expect(refused(await update({ name: null }))).toBe('INVALID input.name');
    expect(refused(await update({ seatAllowance: null }))).toBe('INVALID input.seatAllowance');
    expect(refused(await update({ name: 'Other' }))).toBe('TAKEN input.name');
    done(await update({ name: plan.name }));
    expect(refused(await update({ planId: stranger.plan.id, name: 'x' }))).toBe('NOT_FOUND input.planId');
  });

  it('never allows fewer seats than a client account that has it uses', async () => {
    const { owner, plan, clientAccount } = await seedAgency(dataSource);
    done(await services.seats.addSeat(owner, newSeat(clientAccount.id)));
    const update = (seatAllowance: number) =>
      services.plans.updatePlan(owner, { planId: plan.id, seatAllowance });
    const tooFew = await update(1);
    expect(refused(tooFew)).toBe('SEAT_ALLOWANCE_REACHED input.seatAllowance');
    expect(tooFew).toMatchObject({
      message: expect.stringContaining('The client account “Client” has this plan and uses 2 seats:'),
    });
    done(await update(2));
  });
});

describe('plans', () => {
  it('come in order of name, page by page, without a gap or a double', async () => {
    const { owner } = await seedAgency(dataSource, { plan: { name: 'P3' } });
    for (const name of ['P5', 'P1', 'P4', 'P2']) {
      done(await services.plans.createPlan(owner, { name, seatAllowance: 1 }));
    }
    const first = await services.plans.plans(owner, { rows: 2, after: null });
    const second = await services.plans.plans(owner, { rows: 2, after: first.rows.at(-1)!.position });
    const third = await services.plans.plans(owner, { rows: 2, after: second.rows.at(-1)!.position });
    const names = [first, second, third].map((page) => page.rows.map(({ node }) => node.name));
    expect(names).toEqual([['P1', 'P2'], ['P3', 'P4'], ['P5']]);
    expect([first, second, third].map((page) => page.hasNextPage)).toEqual([true, true, false]);
    expect([first, second, third].map((page) => page.hasPreviousPage)).toEqual([false, true, true]);
    expect(await services.plans.countPlans(owner)).toBe(5);
  });

  it('are its own alone for a viewer of one client account', async () => {
    const { owner, plan, clientAccount } = await seedAgency(dataSource);
    const other = done(
      await services.plans.createPlan(owner, { name: 'Other', seatAllowance: 1, limits: [FIFTY_A_DAY] }),
    );
    const client = viewerAs(owner, 'CLIENT', clientAccount.id);
    const page = await services.plans.plans(client, FIRST_PAGE);
    expect(page.rows.map(({ node }) => node.id)).toEqual([plan.id]);
    expect(await services.plans.countPlans(client)).toBe(1);
    expect([...(await services.plans.byIds(client, [plan.id, other.id])).keys()]).toEqual([plan.id]);
    expect(await services.limits.limitsOfScope(client, { kind: 'PLAN', id: other.id })).toEqual([]);
  });

  it('take no cursor of another list', async () => {
    const { owner } = await seedAgency(dataSource);
    await expect(services.plans.plans(owner, { rows: 2, after: ['x'] })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });
});
