import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { instantsOfEach, openingCharges, type OpeningUse } from '../../src/ledger/opening-use.js';
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
          const charges = openingCharges([{ action, days, count }], at, 100_000);
          expect(charges).toHaveLength(count);
          const index = Math.floor(share * (count - 1));
          const halves = BigInt(2 * index + 1) * BigInt(days * DAY);
          const exact = (BigInt(at) * BigInt(2 * count) - halves) / BigInt(2 * count);
          expect(charges[index]).toEqual({ action, at: Number(exact), count: 1 });
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
    const instants = openingCharges(uses, 10 * DAY, 100).map(({ at }) => at);
    expect(instants).toEqual([...instants].sort((one, other) => other - one));
    expect(instants.every((at) => at > 9 * DAY && at < 10 * DAY)).toBe(true);
    expect(instants).toHaveLength(7);
  });

  it('beyond so many instants count several at the middle of theirs, none of them lost', () => {
    const use = fc.record({
      action: fc.constantFrom(...ACTIONS),
      days: fc.integer({ min: 1, max: 400 }),
      count: fc.integer({ min: 0, max: 4_000 }),
    });
    const uses = fc.array(use, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(uses, fc.integer({ min: 5, max: 1_000 }), (some, instantsMax) => {
        const at = Date.UTC(2026, 10, 24, 9);
        const charges = openingCharges(some, at, instantsMax);
        expect(charges.length).toBeLessThanOrEqual(instantsMax);
        const single = openingCharges(some, at, 100_000 * some.length);
        let taken = 0;
        for (const { action, at: middle, count } of charges) {
          const those = single.slice(taken, taken + count);
          expect(new Set(those.map((one) => one.action))).toEqual(new Set([action]));
          const mean = (those[0]!.at + those.at(-1)!.at) / 2;
          expect(Math.abs(mean - middle)).toBeLessThanOrEqual(1);
          taken += count;
        }
        expect(taken).toBe(single.length);
      }),
      { numRuns: 100 },
    );
  });

  it('of few sends, and of many seats with what is usual, each counts at an instant of its own', () => {
    const usual: OpeningUse[] = [
      { action: 'CONNECTION_REQUEST', days: 7, count: 80 },
      { action: 'DIRECT_MESSAGE', days: 1, count: 20 },
      { action: 'PROFILE_VIEW', days: 1, count: 70 },
    ];
    expect(openingCharges(usual, DAY, instantsOfEach(41))).toHaveLength(170);
    expect(
      openingCharges([{ action: 'FOLLOW', days: 400, count: 1_000 }], DAY, instantsOfEach(1)),
    ).toHaveLength(1_000);
  });
});

describe('writeOpeningUse', () => {
  let dataSource: DataSource;
  beforeAll(async () => {
    dataSource = await openDataSource((await testDatabase()).appUrl);
  });
  afterAll(() => dataSource.destroy());

  it('100,000 sends are a thousand rows, and all of them count', async () => {
    const { owner, agencyId, clientAccount } = await seedAgency(dataSource);
    const openingUse: OpeningUse[] = [{ action: 'PROFILE_VIEW', days: 400, count: 100_000 }];
    const opened = newSeat(clientAccount.id, { history: 'DECLARED', openingUse });
    done(await servicesOn(dataSource).seats.addSeat(owner, opened));
    const counted = await inAgency(dataSource, owner, (manager) =>
      manager.query(
        'SELECT count(*)::int AS rows, sum(count)::int AS sends FROM charge WHERE agency_id = $1',
        [agencyId],
      ),
    );
    expect(counted).toEqual([{ rows: 1_000, sends: 100_000 }]);
  });

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
      { action: 'DIRECT_MESSAGE', days: 10, count: 1_250 },
      { action: 'CONNECTION_REQUEST', days: 3, count: 9 },
    ];
    const opened = newSeat(clientAccount.id, { history: 'DECLARED', openingUse });
    done(await servicesOn(dataSource).seats.addSeat(owner, opened));
    const [charges, states] = await inAgency(dataSource, owner, async (manager) => [
      await manager.query<{ id: string; at: number; action: string; count: number }[]>(
        'SELECT id, effective_at::float8 AS at, action, count FROM charge WHERE agency_id = $1',
        [agencyId],
      ),
      await manager.query<{ state: { counters: Record<string, number[]> } }[]>(
        'SELECT state FROM scope_state WHERE agency_id = $1',
        [agencyId],
      ),
    ]);
    expect(charges.every(({ id, at }) => instantOf(id) === at)).toBe(true);
    const ofMessages = charges.filter(({ action }) => action === 'DIRECT_MESSAGE');
    // Several count at one instant.
    expect(ofMessages.some(({ count }) => count === 3)).toBe(true);
    const after = (some: typeof charges, tail: number) =>
      some.filter(({ at }) => at > tail).flatMap(({ at, count }) => Array.from({ length: count }, () => at));
    const [week, day, calendarWeek] = [
      after(charges, now - 7 * DAY),
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
