import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { openingCharges, type OpeningUse } from '../../src/ledger/opening-use.js';
import { DAY } from '../../src/quota/window.js';
import { ACTIONS } from '../../src/quota/words.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { inAgency } from '../../src/tenancy/door.js';
import { instantOf } from '../../src/tenancy/uuid.js';
import { done, newSeat, seedAgency, servicesOn } from '../support/agency.js';
import { testDatabase } from '../support/database.js';

describe('openingCharges', () => {
  it('count each send at (i - 1/2) x days / count days before, floored, to the last bit', () => {
    const use = fc.record({
      action: fc.constantFrom(...ACTIONS),
      days: fc.integer({ min: 1, max: 400 }),
      count: fc.integer({ min: 1, max: 100_000 }),
    });
    const addedAt = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(
        use,
        addedAt,
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ action, days, count }, at, share) => {
          const charges = openingCharges([{ action, days, count }], at);
          expect(charges).toHaveLength(count);
          const index = Math.floor(share * (count - 1));
          const halves = BigInt(2 * index + 1) * BigInt(days * DAY);
          const exact = (BigInt(at) * BigInt(2 * count) - halves) / BigInt(2 * count);
          expect(charges[index]).toEqual({ action, at: Number(exact) });
        },
      ),
      {
        numRuns: 100,
        examples: [[{ action: 'FOLLOW', days: 400, count: 100_000 }, Date.UTC(2026, 10, 24, 9), 1]],
      },
    );
  });

  it('are all within the days, the newest first, and none for a count of 0', () => {
    const uses: OpeningUse[] = [
      { action: 'FOLLOW', days: 3, count: 0 },
      { action: 'COMMENT', days: 1, count: 7 },
    ];
    const instants = openingCharges(uses, 10 * DAY).map(({ at }) => at);
    expect(instants).toEqual([...instants].sort((one, other) => other - one));
    expect(instants.every((at) => at > 9 * DAY && at < 10 * DAY)).toBe(true);
    expect(instants).toHaveLength(7);
  });
});

describe('writeOpeningUse', () => {
  let dataSource: DataSource;
  beforeAll(async () => {
    dataSource = await openDataSource((await testDatabase()).appUrl);
  });
  afterAll(() => dataSource.destroy());

  it('P11: counters that are kept already hold it too, as plain counting of the ledger does', async () => {
    const { owner, agencyId, clientAccount } = await seedAgency(dataSource);
    const now = Date.now();
    // As a decision leaves them: nothing used by now, and noted invitations of their own.
    const counters = {
      '*@604800': [0, now - 7 * DAY, null],
      'DIRECT_MESSAGE@86400': [0, now - DAY, null],
      'CONNECTION_REQUEST!@604800': [0, now - 7 * DAY, null],
      'DIRECT_MESSAGE@CALENDAR_WEEK': [0, now - 3 * DAY, now + 4 * DAY],
    };
    for (const [kind, id] of [
      ['AGENCY', agencyId],
      ['CLIENT_ACCOUNT', clientAccount.id],
    ] as const) {
      await inAgency(dataSource, owner, (manager) =>
        manager.query('INSERT INTO scope_state VALUES ($1, $2, $3, $4)', [
          ...[agencyId, kind, id],
          JSON.stringify({ v: 1, counters }),
        ]),
      );
    }
    const openingUse: OpeningUse[] = [
      { action: 'DIRECT_MESSAGE', days: 10, count: 50 },
      { action: 'CONNECTION_REQUEST', days: 3, count: 9 },
    ];
    const opened = newSeat(clientAccount.id, { history: 'DECLARED', openingUse });
    done(await servicesOn(dataSource).seats.addSeat(owner, opened));
    const [charges, states] = await inAgency(dataSource, owner, async (manager) => [
      await manager.query<{ id: string; at: number; action: string }[]>(
        'SELECT id, effective_at::float8 AS at, action FROM charge WHERE agency_id = $1',
        [agencyId],
      ),
      await manager.query<{ state: { counters: Record<string, number[]> } }[]>(
        'SELECT state FROM scope_state WHERE agency_id = $1',
        [agencyId],
      ),
    ]);
    expect(charges.every(({ id, at }) => instantOf(id) === at)).toBe(true);
    const ofMessages = charges.filter(({ action }) => action === 'DIRECT_MESSAGE').map(({ at }) => at);
    const all = charges.map(({ at }) => at);
    const after = (instants: number[], tail: number) => instants.filter((at) => at > tail);
    const [week, day, calendarWeek] = [
      after(all, now - 7 * DAY),
      after(ofMessages, now - DAY),
      after(ofMessages, now - 3 * DAY - 1),
    ];
    expect([week.length, day.length, calendarWeek.length]).not.toContain(0);
    expect(states).toHaveLength(2);
    for (const { state } of states) {
      expect(state.counters).toEqual({
        '*@604800': [week.length, now - 7 * DAY, Math.min(...week)],
        'DIRECT_MESSAGE@86400': [day.length, now - DAY, Math.min(...day)],
        'CONNECTION_REQUEST!@604800': [0, now - 7 * DAY, null],
        'DIRECT_MESSAGE@CALENDAR_WEEK': [calendarWeek.length, now - 3 * DAY, now + 4 * DAY],
      });
    }
  });
});
