import { DAY, type Instant } from '../../../src/quota/window.js';
import { refuseOften } from '../../../src/services/seats/changes-of-late.js';

const NOW = Date.UTC(2026, 10, 24, 10);
const WHAT = { what: 'A time zone', field: 'timeZone', at: NOW };

/** What is refused behind changes at some instants, to whoever has had it since one. */
async function refused(changes: readonly Instant[], heldFrom?: Instant): Promise<string | undefined> {
  const countFrom = (from: Instant) => Promise.resolve(changes.filter((at) => at >= from).length);
  return (await refuseOften({ ...WHAT, heldFrom }, countFrom))?.message;
}

/** Of which the last are `daysAgo`, a second apart. */
function changes(count: number, daysAgo: number): Instant[] {
  return Array.from({ length: count }, (_, index) => NOW - daysAgo * DAY - index * 1_000);
}

const IN_A_MONTH = 'A time zone changes 30 times in 30 days at most.';

it('thirty changes in thirty days, and a hundred in four hundred, are as many as there may be', async () => {
  expect(await refused(changes(29, 1))).toBeUndefined();
  expect(await refused(changes(30, 1))).toBe(IN_A_MONTH);
  expect(await refused(changes(30, 30))).toBeUndefined();
  expect(await refused(changes(99, 31))).toBeUndefined();
  expect(await refused(changes(100, 31))).toBe('A time zone changes 100 times in 400 days at most.');
  expect(await refused(changes(100, 400))).toBeUndefined();
});

it('whoever has had it since has as many, and is told where all who had it have had theirs', async () => {
  const since = NOW - DAY;
  expect(await refused(changes(59, 2), since)).toBeUndefined();
  expect(await refused(changes(30, 0.5), since)).toBe(IN_A_MONTH);
  expect(await refused(changes(60, 2), since)).toBe(
    'A time zone changes 60 times in 30 days at most, by all client accounts that had the seat.',
  );
  expect(await refused(changes(200, 31), since)).toBe(
    'A time zone changes 200 times in 400 days at most, by all client accounts that had the seat.',
  );
  // Whoever had it all the time has what is theirs alone.
  expect(await refused(changes(60, 2), NOW - 31 * DAY)).toBe(IN_A_MONTH);
});
