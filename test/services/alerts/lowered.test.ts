import type { DataSource } from 'typeorm';
import { Ledger } from '../../../src/ledger/ledger.js';
import { audit } from '../../../src/ledger/audit/audit.js';
import { alertInWords } from '../../../src/quota/alert-words.js';
import { alertAbout, type AlertDetail } from '../../../src/ledger/alerts/alerts.js';
import type { AlertKind } from '../../../src/quota/words.js';
import type { LimitInput } from '../../../src/services/agency/limit-terms.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { done, newSeat, seedAgency, servicesOn, type SeededAgency } from '../../support/agency.js';
import { type ClockedDatabase, clockedDatabase } from '../../ledger/fake-clock.js';
import { decisionOf, recordInput, reserveRequest } from '../../ledger/support.js';

/** P10: a limit that is set under what is used already is a crossing, though nobody watched its counter until then. */

let dataSource: DataSource;
let ledger: Ledger;
let services: ReturnType<typeof servicesOn>;
let agency: SeededAgency;
let database: ClockedDatabase;

/** In the middle of a month. */
const NOW = Date.parse('2026-11-18T12:00:00Z');

beforeAll(async () => {
  database = await clockedDatabase();
  await database.setClock(NOW);
  dataSource = await openDataSource(database.appUrl);
  ledger = new Ledger(database.appUrl);
  services = servicesOn(dataSource);
});
afterAll(async () => {
  await ledger.close();
  await dataSource.destroy();
  expect((await audit(database.appUrl)).drift).toEqual([]);
  await database.close();
});
beforeEach(async () => {
  agency = await seedAgency(dataSource);
});

/** What was told: the kind, and the words; the numbers without a gap. */
async function told(): Promise<[AlertKind, string][]> {
  const rows = await inAgency(dataSource, agency, (manager) =>
    manager.query<{ sequence: string; kind: AlertKind; detail: AlertDetail }[]>(
      'SELECT sequence, kind, detail FROM alert WHERE agency_id = $1 ORDER BY sequence',
      [agency.agencyId],
    ),
  );
  expect(rows.map(({ sequence }) => Number(sequence))).toEqual(rows.map((_, index) => index + 1));
  return rows.map(({ kind, detail }) => [kind, alertInWords({ kind, ...alertAbout(detail) })]);
}

function office() {
  const { agencyId, owner: viewer, clientAccount, seat } = agency;
  return { agencyId, viewer, clientAccountId: clientAccount.id, seatIds: [seat.id] };
}

async function hold(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1)
    decisionOf(await ledger.ask(reserveRequest(office(), 'COMMENT')));
}

const week = (max: number): LimitInput => ({
  ...{ actions: ['COMMENT'] as const, onlyWithNote: false },
  ...{ windowKind: 'ROLLING', windowSeconds: 7 * 86_400, max },
});

const scopes = {
  SEAT: () => ({ kind: 'SEAT', id: agency.seat.id }) as const,
  CLIENT_ACCOUNT: () => ({ kind: 'CLIENT_ACCOUNT', id: agency.clientAccount.id }) as const,
  AGENCY: () => ({ kind: 'AGENCY', id: agency.agencyId }) as const,
};

async function setWeek(kind: keyof typeof scopes, max: number): Promise<string> {
  const set = await services.limits.setLimit(agency.owner, { scope: scopes[kind](), limit: week(max) });
  return done(set).id;
}

describe.each(['SEAT', 'CLIENT_ACCOUNT', 'AGENCY'] as const)('a limit at the %s', (kind) => {
  const where = kind.replace('_', ' ').toLowerCase();

  it('that is new and under what is used tells so, once; lowered it tells what it crosses further', async () => {
    await hold(9);
    await setWeek(kind, 20);
    expect(await told()).toEqual([]);
    await setWeek(kind, 11);
    const first = [
      'LIMIT_WARNING',
      `Limits were lowered, and 9 of 11 comments in 7 days are taken at the ${where}: go on more slowly.`,
    ];
    expect(await told()).toEqual([first]);
    await setWeek(kind, 11);
    await setWeek(kind, 4);
    await setWeek(kind, 4);
    expect(decisionOf(await ledger.ask(reserveRequest(office(), 'COMMENT'))).outcome).toBe('DENIED');
    expect(await told()).toEqual([
      first,
      [
        'LIMIT_REACHED',
        `The limit at the ${where} was lowered to 4 comments in 7 days, and 9 are taken: nothing more is allowed for now.`,
      ],
    ]);
  });

  it('whose counter nobody watched tells at once what it is set under', async () => {
    await hold(9);
    await setWeek(kind, 5);
    const reached = [
      'LIMIT_REACHED',
      `There is a limit of 5 comments in 7 days at the ${where} now, and 9 are taken: nothing more is allowed for now.`,
    ];
    expect(await told()).toEqual([reached]);
    // The next request is refused, and rings no second time.
    expect(decisionOf(await ledger.ask(reserveRequest(office(), 'COMMENT'))).outcome).toBe('DENIED');
    expect(await told()).toEqual([reached]);
  });

  it('that is removed and set again is no news; lower than before, it is', async () => {
    await hold(9);
    const id = await setWeek(kind, 10);
    expect(await told()).toHaveLength(1);
    done(await services.limits.removeLimit(agency.owner, id));
    await setWeek(kind, 10);
    expect(await told()).toHaveLength(1);
    done(await services.limits.removeLimit(agency.owner, await setWeek(kind, 10)));
    await setWeek(kind, 3);
    expect((await told()).map(([kindTold]) => kindTold)).toEqual(['LIMIT_WARNING', 'LIMIT_REACHED']);
    // Raised far enough it is armed again.
    await setWeek(kind, 100);
    await setWeek(kind, 3);
    expect((await told()).map(([kindTold]) => kindTold)).toEqual([
      ...['LIMIT_WARNING', 'LIMIT_REACHED'],
      'LIMIT_REACHED',
    ]);
  });

  it('whose change is refused, or that is far above, tells nothing', async () => {
    await hold(9);
    await setWeek(kind, 900);
    const stranger = await seedAgency(dataSource);
    await services.limits.setLimit(stranger.owner, { scope: scopes[kind](), limit: week(1) });
    expect(await told()).toEqual([]);
  });
});

it('a plan that is changed, and another plan, tell of their client account', async () => {
  await hold(9);
  const { owner, plan, clientAccount } = agency;
  done(await services.plans.updatePlan(owner, { planId: plan.id, limits: [week(10)] }));
  const other = done(
    await services.plans.createPlan(owner, { name: 'Other', seatAllowance: 9, limits: [week(9)] }),
  );
  done(
    await services.clientAccounts.updateClientAccount(owner, {
      clientAccountId: clientAccount.id,
      planId: other.id,
    }),
  );
  expect(await told()).toEqual([
    [
      'LIMIT_WARNING',
      'There is a limit of 10 comments in 7 days at the client account now, and 9 are taken: go on more slowly.',
    ],
    [
      'LIMIT_REACHED',
      'The limit at the client account was lowered to 9 comments in 7 days, and 9 are taken: nothing more is allowed for now.',
    ],
  ]);
});

it('another tier tells of the limits that it has and the one before had not', async () => {
  const inputs = [recordInput(office(), 'CONNECTION_REQUEST', NOW - 3_600_000, { noted: true, count: 6 })];
  await ledger.ask({ kind: 'RECORD', viewer: agency.owner, inputs });
  expect(await told()).toEqual([]);
  done(await services.seats.updateSeat(agency.owner, { seatId: agency.seat.id, tier: 'BASIC' }));
  const expected = [
    [
      'LIMIT_REACHED',
      'There is a limit of 5 connection requests with a note in a calendar month at the seat now, and 6 are taken: nothing more is allowed for now.',
    ],
  ];
  expect(await told()).toEqual(expected);
  done(await services.seats.updateSeat(agency.owner, { seatId: agency.seat.id, holderName: 'Another' }));
  expect(await told()).toEqual(expected);
});

it('a seat that is removed tells nothing of its client account’s mode, and once it is restored', async () => {
  for (let index = 0; index < 45; index += 1) {
    const sent = recordInput(office(), 'DIRECT_MESSAGE', NOW - 60_000 - index);
    await ledger.ask({ kind: 'RECORD', viewer: agency.owner, inputs: [sent] });
  }
  const { seatMoves, clientAccounts } = services;
  done(await seatMoves.removeSeat(agency.owner, agency.seat.id));
  const before = await told();
  const strict = { clientAccountId: agency.clientAccount.id, limitMode: 'RECOMMENDED' } as const;
  done(await clientAccounts.updateClientAccount(agency.owner, strict));
  expect(await told()).toEqual(before);
  done(await seatMoves.restoreSeat(agency.owner, agency.seat.id));
  expect((await told()).slice(before.length)).toEqual([
    ['LIMIT_WARNING', expect.stringContaining('45 of 50 direct messages in 24 hours')],
  ]);
});

it('a limit of a plan is told of each client account that has it, however many there are', async () => {
  const { agencyId, owner, plan } = agency;
  const names = Array.from({ length: 60 }, (_, nth) => `Client ${nth}`);
  for (const name of names) {
    const terms = { name, planId: plan.id, timeZone: 'UTC' };
    const { id: clientAccountId } = done(await services.clientAccounts.createClientAccount(owner, terms));
    const seat = done(await services.seats.addSeat(owner, newSeat(clientAccountId)));
    const office = { agencyId, viewer: owner, clientAccountId, seatIds: [seat.id] };
    const inputs = [recordInput(office, 'COMMENT', NOW - 1_000, { count: 9 })];
    await ledger.ask({ kind: 'RECORD', viewer: owner, inputs });
  }
  done(await services.plans.updatePlan(owner, { planId: plan.id, limits: [week(9)] }));
  expect((await told()).filter(([kind]) => kind === 'LIMIT_REACHED')).toHaveLength(names.length);
});
