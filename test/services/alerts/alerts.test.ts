import type { DataSource } from 'typeorm';
import { audit } from '../../../src/ledger/audit/audit.js';
import { Ledger } from '../../../src/ledger/ledger.js';
import type { Action } from '../../../src/quota/words.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { SEE_AGENCIES } from '../../../src/tenancy/door.js';
import { done, newSeat, seedAgency, servicesOn, type SeededAgency } from '../../support/agency.js';
import { ownDatabase } from '../../support/database.js';
import { decisionOf, recordInput, reserveRequest } from '../../ledger/support.js';

let dataSource: DataSource;
let ledger: Ledger;
let services: ReturnType<typeof servicesOn>;
let agency: SeededAgency;
let appUrl: string;

beforeAll(async () => {
  ({ appUrl } = await ownDatabase());
  dataSource = await openDataSource(appUrl);
  ledger = new Ledger(appUrl);
  services = servicesOn(dataSource);
});
afterAll(async () => {
  await ledger.close();
  await dataSource.destroy();
  expect((await audit(appUrl)).drift).toEqual([]);
});
beforeEach(async () => {
  agency = await seedAgency(dataSource);
});

async function told(): Promise<string[]> {
  return dataSource.transaction(async (manager) => {
    await manager.query(SEE_AGENCIES, [[agency.agencyId]]);
    const rows = await manager.query<{ kind: string; scope: string | null }[]>(
      `SELECT kind, detail->'usage'->0->>0 AS scope FROM alert WHERE agency_id = $1 ORDER BY sequence`,
      [agency.agencyId],
    );
    return rows.map(({ kind, scope }) => (scope === null ? kind : `${kind} ${scope}`));
  });
}

function office() {
  const { agencyId, owner: viewer, clientAccount, seat } = agency;
  return { agencyId, viewer, clientAccountId: clientAccount.id, seatIds: [seat.id] };
}

async function hold(count: number, action: Action = 'COMMENT'): Promise<void> {
  for (let index = 0; index < count; index += 1)
    decisionOf(await ledger.ask(reserveRequest(office(), action)));
}

const COMMENTS = {
  actions: ['COMMENT'],
  onlyWithNote: false,
  windowKind: 'ROLLING',
  windowSeconds: 86_400,
} as const;

describe('P10: a maximum that falls', () => {
  const seatScope = () => ({ kind: 'SEAT', id: agency.seat.id }) as const;
  const accountScope = () => ({ kind: 'CLIENT_ACCOUNT', id: agency.clientAccount.id }) as const;

  it('tells what it crosses with the change, and never a breach', async () => {
    await hold(10);
    done(
      await services.limits.setLimit(agency.owner, { scope: seatScope(), limit: { ...COMMENTS, max: 12 } }),
    );
    expect(await told()).toEqual(['LIMIT_WARNING SEAT']);
    done(
      await services.limits.setLimit(agency.owner, { scope: seatScope(), limit: { ...COMMENTS, max: 6 } }),
    );
    expect(await told()).toEqual(['LIMIT_WARNING SEAT', 'LIMIT_REACHED SEAT']);
  });

  it('a limit that is removed and set again does not ring twice; one that was raised in between does', async () => {
    const set = async (max: number) =>
      done(
        await services.limits.setLimit(agency.owner, { scope: accountScope(), limit: { ...COMMENTS, max } }),
      );
    const limit = await set(10);
    await hold(9);
    expect(await told()).toEqual(['LIMIT_WARNING CLIENT_ACCOUNT']);
    done(await services.limits.removeLimit(agency.owner, limit.id));
    await hold(1, 'FOLLOW');
    await set(10);
    await hold(1, 'FOLLOW');
    expect(await told()).toEqual(['LIMIT_WARNING CLIENT_ACCOUNT']);
    await hold(1);
    expect(await told()).toEqual(['LIMIT_WARNING CLIENT_ACCOUNT', 'LIMIT_REACHED CLIENT_ACCOUNT']);
    await set(100);
    await set(10);
    expect((await told()).slice(2)).toEqual(['LIMIT_REACHED CLIENT_ACCOUNT']);
  });

  it('of a plan is told for its client accounts, and a recommended number for its seats', async () => {
    const limits = (max: number) => [{ ...COMMENTS, max }];
    done(await services.plans.updatePlan(agency.owner, { planId: agency.plan.id, limits: limits(100) }));
    await hold(12);
    done(await services.plans.updatePlan(agency.owner, { planId: agency.plan.id, limits: limits(14) }));
    expect(await told()).toEqual(['LIMIT_WARNING CLIENT_ACCOUNT']);
    const clientAccountId = agency.clientAccount.id;
    done(
      await services.clientAccounts.updateClientAccount(agency.owner, {
        clientAccountId,
        limitMode: 'RECOMMENDED',
      }),
    );
    expect(await told()).toEqual(['LIMIT_WARNING CLIENT_ACCOUNT', 'LIMIT_REACHED SEAT']);
  });

  it('of an agency is told of the agency alone', async () => {
    done(
      await services.limits.setLimit(agency.owner, {
        scope: { kind: 'AGENCY', id: agency.agencyId },
        limit: { ...COMMENTS, max: 2 },
      }),
    );
    await hold(2);
    expect(await told()).toEqual(['LIMIT_REACHED AGENCY']);
  });

  it('is rolled back with a change that is refused', async () => {
    await hold(10);
    const limit = { ...COMMENTS, max: 1_000 };
    await services.limits.setLimit(agency.owner, { scope: seatScope(), limit });
    expect(await told()).toEqual([]);
  });
});

describe('P10: alerts of seats that come', () => {
  it('HISTORY_UNKNOWN and SEAT_ALLOWANCE_REACHED, each with the seat that causes it', async () => {
    const add = async (more: object) =>
      done(await services.seats.addSeat(agency.owner, newSeat(agency.clientAccount.id, more)));
    done(await services.plans.updatePlan(agency.owner, { planId: agency.plan.id, seatAllowance: 3 }));
    await add({ history: 'UNKNOWN' });
    expect(await told()).toEqual(['HISTORY_UNKNOWN']);
    await add({ history: 'NONE' });
    expect(await told()).toEqual(['HISTORY_UNKNOWN', 'SEAT_ALLOWANCE_REACHED']);
    await services.seats.addSeat(agency.owner, newSeat(agency.clientAccount.id));
    expect(await told()).toHaveLength(2);
  });

  it('share one row of numbers with those of batches', async () => {
    const inputs = [recordInput(office(), 'COMMENT', Date.now(), { count: 16 })];
    await ledger.ask({ kind: 'RECORD', viewer: agency.owner, inputs });
    done(
      await services.seats.addSeat(agency.owner, newSeat(agency.clientAccount.id, { history: 'UNKNOWN' })),
    );
    await hold(13, 'REACTION');
    expect(await told()).toEqual(['LIMIT_BREACHED SEAT', 'HISTORY_UNKNOWN']);
    await hold(12, 'REACTION');
    expect((await told()).slice(2)).toEqual(['LIMIT_WARNING SEAT']);
  });
});

describe('P10: what somebody tells', () => {
  it('of credits: fewer than there were, and few', async () => {
    const { id: seatId } = done(
      await services.seats.addSeat(
        agency.owner,
        newSeat(agency.clientAccount.id, { tier: 'SALES_NAVIGATOR', openingCredits: 50 }),
      ),
    );
    const tell = async (available: number) =>
      done(await services.seats.setCredits(agency.owner, { seatId, available }));
    await tell(11);
    expect(await told()).toEqual([]);
    await tell(10);
    await tell(9);
    expect(await told()).toEqual(['CREDITS_LOW']);
    await tell(13);
    await tell(2);
    expect(await told()).toEqual(['CREDITS_LOW', 'CREDITS_LOW']);
  });

  it('of what is done elsewhere: room that is set aside crosses, and never breaches', async () => {
    await hold(4);
    const from = new Date().toISOString().slice(0, 10);
    done(
      await services.outsideUses.declareOutsideUse(agency.owner, {
        ...{ seatId: agency.seat.id, action: 'COMMENT', perDay: 100, from },
      }),
    );
    expect(await told()).toEqual(['LIMIT_REACHED SEAT']);
  });
});

it('P8, P10: a clock behind the books is told once, by services as by batches', async () => {
  const ahead = Date.now() + 60_000;
  await dataSource.transaction(async (manager) => {
    await manager.query(SEE_AGENCIES, [[agency.agencyId]]);
    await manager.query('UPDATE agency_book SET last_at = $2 WHERE agency_id = $1', [agency.agencyId, ahead]);
  });
  for (let times = 0; times < 2; times += 1) {
    const adding = services.seats.addSeat(agency.owner, newSeat(agency.clientAccount.id));
    await expect(adding).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  }
  expect(await told()).toEqual(['CLOCK_BEHIND']);
  await expect(ledger.ask(reserveRequest(office(), 'COMMENT'))).rejects.toMatchObject({
    code: 'UNAVAILABLE',
  });
  expect(await told()).toEqual(['CLOCK_BEHIND']);
});
