import type { DataSource } from 'typeorm';
import { ScopeZoneEntity } from '../../../src/entities/scope-zone.entity.js';
import { followZone } from '../../../src/services/seats/scope-zones.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { done, newSeat, refused, seedAgency, servicesOn, viewerAs } from '../../support/agency.js';
import { testDatabase } from '../../support/database.js';

let dataSource: DataSource;
let services: ReturnType<typeof servicesOn>;

beforeAll(async () => {
  dataSource = await openDataSource((await testDatabase()).appUrl);
  services = servicesOn(dataSource);
});
afterAll(() => dataSource.destroy());

function zonesOf(viewer: Viewer, scopeId: string): Promise<ScopeZoneEntity[]> {
  const where = { agencyId: viewer.agencyId, scopeId };
  return inAgency(dataSource, viewer, (manager) =>
    manager.find(ScopeZoneEntity, { where, order: { fromAt: 'ASC' } }),
  );
}

describe('createClientAccount', () => {
  it('keeps it, active, with its zone from now on', async () => {
    const { owner, plan } = await seedAgency(dataSource);
    const input = { name: 'Acme', planId: plan.id, timeZone: 'Europe/Madrid', externalRef: 'A-1' };
    const account = done(await services.clientAccounts.createClientAccount(owner, input));
    expect(account).toMatchObject({ ...input, status: 'ACTIVE', limitMode: 'CEILING' });
    expect((await services.clientAccounts.byIds(owner, [account.id])).get(account.id)).toEqual(account);
    expect(await services.clientAccounts.byExternalRef(owner, 'A-1')).toEqual(account);
    expect(await zonesOf(owner, account.id)).toMatchObject([
      { scopeKind: 'CLIENT_ACCOUNT', timeZone: 'Europe/Madrid', fromAt: account.createdAt },
    ]);
  });

  it.each([
    ['a blank name', { name: '' }, 'INVALID input.name'],
    ['no zone', { timeZone: 'Europe/Nowhere' }, 'INVALID input.timeZone'],
    ['an offset for a zone', { timeZone: '+02:00' }, 'INVALID input.timeZone'],
    ['a blank reference', { externalRef: '' }, 'INVALID input.externalRef'],
    ['a reference that is too long', { externalRef: 'x'.repeat(201) }, 'INVALID input.externalRef'],
    ['the plan of nobody', { planId: '00000000-0000-0000-0000-000000000000' }, 'NOT_FOUND input.planId'],
  ])('refuses %s', async (_what, wrong, answer) => {
    const { owner, plan } = await seedAgency(dataSource);
    const input = { name: 'Acme', planId: plan.id, timeZone: 'UTC', ...wrong };
    expect(refused(await services.clientAccounts.createClientAccount(owner, input))).toBe(answer);
  });

  it('refuses a reference that another one of the agency has, and the plan of another agency', async () => {
    const { owner, plan } = await seedAgency(dataSource, { clientAccount: { externalRef: 'A-1' } });
    const stranger = await seedAgency(dataSource, { clientAccount: { externalRef: 'A-2' } });
    const create = (input: object) =>
      services.clientAccounts.createClientAccount(owner, {
        ...{ name: 'Acme', planId: plan.id, timeZone: 'UTC' },
        ...input,
      });
    expect(refused(await create({ externalRef: 'A-1' }))).toBe('TAKEN input.externalRef');
    expect(refused(await create({ planId: stranger.plan.id }))).toBe('NOT_FOUND input.planId');
    done(await create({ externalRef: 'A-2' }));
  });
});

describe('updateClientAccount', () => {
  it('changes what is given and leaves the rest; null clears the reference', async () => {
    const { owner, clientAccount } = await seedAgency(dataSource, { clientAccount: { externalRef: 'A-1' } });
    const clientAccountId = clientAccount.id;
    const changes = { name: 'New', status: 'PAUSED', limitMode: 'RECOMMENDED' } as const;
    const changed = done(
      await services.clientAccounts.updateClientAccount(owner, { clientAccountId, ...changes }),
    );
    expect(changed).toEqual({ ...clientAccount, ...changes });
    const cleared = done(
      await services.clientAccounts.updateClientAccount(owner, { clientAccountId, externalRef: null }),
    );
    expect(cleared).toEqual({ ...changed, externalRef: null });
    expect((await services.clientAccounts.byIds(owner, [clientAccountId])).get(clientAccountId)).toEqual(
      cleared,
    );
  });

  it.each(['name', 'planId', 'timeZone', 'status', 'limitMode'])('refuses null for %s', async (field) => {
    const { owner, clientAccount } = await seedAgency(dataSource);
    const input = { clientAccountId: clientAccount.id, [field]: null };
    expect(refused(await services.clientAccounts.updateClientAccount(owner, input))).toBe(
      `INVALID input.${field}`,
    );
  });

  it('P12: keeps from when on each zone held', async () => {
    const { owner, clientAccount } = await seedAgency(dataSource);
    const zones = ['Asia/Tokyo', 'Europe/Kyiv', 'UTC'];
    for (const timeZone of [...zones, 'UTC']) {
      const input = { clientAccountId: clientAccount.id, timeZone };
      done(await services.clientAccounts.updateClientAccount(owner, input));
    }
    expect((await zonesOf(owner, clientAccount.id)).map(({ timeZone }) => timeZone)).toEqual([
      'UTC',
      ...zones,
    ]);
  });

  it('P12: keeps two changes of one instant in their order', async () => {
    const { owner, agencyId, clientAccount } = await seedAgency(dataSource);
    const scope = { agencyId, scopeKind: 'CLIENT_ACCOUNT', scopeId: clientAccount.id } as const;
    const at = clientAccount.createdAt;
    await inAgency(dataSource, owner, async (manager) => {
      await followZone(manager, scope, 'Asia/Tokyo', at);
      await followZone(manager, scope, 'Europe/Kyiv', at);
    });
    expect(
      (await zonesOf(owner, clientAccount.id)).map(({ timeZone, fromAt }) => [timeZone, fromAt - at]),
    ).toEqual([
      ['UTC', 0],
      ['Asia/Tokyo', 1],
      ['Europe/Kyiv', 2],
    ]);
  });

  it('takes another zone so many times in 30 days', async () => {
    const { owner, clientAccount } = await seedAgency(dataSource);
    const update = (timeZone: string) =>
      services.clientAccounts.updateClientAccount(owner, { clientAccountId: clientAccount.id, timeZone });
    for (let change = 1; change < 30; change += 1) done(await update(change % 2 ? 'Asia/Tokyo' : 'UTC'));
    expect(refused(await update('UTC'))).toBe('WRONG_STATE input.timeZone');
    expect(await zonesOf(owner, clientAccount.id)).toHaveLength(30);
  });

  it('refuses a plan of fewer seats than are taken', async () => {
    const { owner, clientAccount } = await seedAgency(dataSource);
    done(await services.seats.addSeat(owner, newSeat(clientAccount.id)));
    const small = done(await services.plans.createPlan(owner, { name: 'Small', seatAllowance: 1 }));
    const enough = done(await services.plans.createPlan(owner, { name: 'Enough', seatAllowance: 2 }));
    const take = (planId: string) =>
      services.clientAccounts.updateClientAccount(owner, { clientAccountId: clientAccount.id, planId });
    expect(refused(await take(small.id))).toBe('SEAT_ALLOWANCE_REACHED input.planId');
    expect(done(await take(enough.id)).planId).toBe(enough.id);
  });

  it('keeps to its own client account for a viewer of one: others and other plans are not found', async () => {
    const { owner, plan, clientAccount } = await seedAgency(dataSource);
    const other = done(
      await services.clientAccounts.createClientAccount(owner, {
        ...{ name: 'Other', planId: plan.id, timeZone: 'UTC' },
      }),
    );
    const otherPlan = done(await services.plans.createPlan(owner, { name: 'Other', seatAllowance: 9 }));
    const admin = viewerAs(owner, 'ADMIN', clientAccount.id);
    const update = (input: { clientAccountId: string; planId?: string; name?: string }) =>
      services.clientAccounts.updateClientAccount(admin, input);
    expect(refused(await update({ clientAccountId: other.id, name: 'x' }))).toBe(
      'NOT_FOUND input.clientAccountId',
    );
    expect(refused(await update({ clientAccountId: clientAccount.id, planId: otherPlan.id }))).toBe(
      'NOT_FOUND input.planId',
    );
    done(await update({ clientAccountId: clientAccount.id, name: 'x' }));
  });
});

describe('clientAccounts', () => {
  it('come in order of name, those of equal names too, and are found by a part of name or reference', async () => {
    const { owner, plan, clientAccount } = await seedAgency(dataSource, { clientAccount: { name: 'Beta' } });
    for (const [name, externalRef] of [
      ['Alpha', 'one'],
      ['Beta', 'two'],
      ['50% off_', 'three'],
    ] as const) {
      const input = { name, planId: plan.id, timeZone: 'UTC', externalRef };
      done(await services.clientAccounts.createClientAccount(owner, input));
    }
    const names: string[] = [];
    let after: readonly (string | number | null)[] | null = null;
    do {
      const page = await services.clientAccounts.clientAccounts(owner, null, { rows: 1, after });
      names.push(...page.rows.map(({ node }) => node.name));
      after = page.hasNextPage ? page.rows[0]!.position : null;
    } while (after);
    expect(names).toEqual(['50% off_', 'Alpha', 'Beta', 'Beta']);
    const find = async (search: string) =>
      (await services.clientAccounts.clientAccounts(owner, search, { rows: 9, after: null })).rows.length;
    expect(await find('ALP')).toBe(1);
    expect(await find('TW')).toBe(1);
    expect(await find('%')).toBe(1);
    expect(await find('f_')).toBe(1);
    expect(await find('\\')).toBe(0);
    expect(await services.clientAccounts.countClientAccounts(owner, 'beta')).toBe(2);
    const client = viewerAs(owner, 'CLIENT', clientAccount.id);
    expect(await services.clientAccounts.countClientAccounts(client, null)).toBe(1);
    await expect(async () => find('a\0')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('tell the seats that are taken, removed ones not among them', async () => {
    const { owner, agencyId, plan, clientAccount, seat } = await seedAgency(dataSource);
    const empty = done(
      await services.clientAccounts.createClientAccount(owner, {
        name: 'E',
        planId: plan.id,
        timeZone: 'UTC',
      }),
    );
    done(await services.seats.addSeat(owner, newSeat(clientAccount.id)));
    const taken = () =>
      services.clientAccounts.seatsTakenByClientAccountIds(owner, [clientAccount.id, empty.id]);
    expect([...(await taken()).values()]).toEqual([2, 0]);
    await inAgency(dataSource, owner, (manager) =>
      manager.query(`UPDATE seat SET status = 'REMOVED' WHERE agency_id = $1 AND id = $2`, [
        agencyId,
        seat.id,
      ]),
    );
    expect([...(await taken()).values()]).toEqual([1, 0]);
  });
});
