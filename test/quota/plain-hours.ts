import type { HoursFacts } from '../../src/quota/seat-facts.js';

const WEEK = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const clocks = new Map<string, Intl.DateTimeFormat>();

/**
 * Whether a seat works at an instant, by the clock on the wall alone: a day's hours begin when the clock first shows
 * their beginning, and are over for good once it showed their end. Shares nothing with the rule but its facts.
 */
export function isOpenAt({ week, daysOff, zones }: HoursFacts, at: number): boolean {
  const [first] = zones;
  const shown = wallClock(first!.timeZone, at);
  if (!week.days.includes(WEEK.indexOf(shown.weekday) + 1) || daysOff.includes(shown.date)) return false;
  // Where the clock goes back, what it showed before on this day counts: looked for as far back as it ever goes.
  const since = Array.from({ length: 9 }, (_, quarters) =>
    wallClock(first!.timeZone, at - quarters * 900_000),
  );
  const latest = since
    .filter(({ date }) => date === shown.date)
    .map(({ time }) => time)
    .toSorted()
    .at(-1)!;
  return latest >= week.from && latest < week.to;
}

function wallClock(timeZone: string, at: number): { date: string; time: string; weekday: string } {
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', weekday: 'short' },
    });
  clocks.set(timeZone, clock);
  const parts = new Map(clock.formatToParts(at).map(({ type, value }) => [type, value]));
  const of = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type)!;
  return {
    date: `${of('year')}-${of('month')}-${of('day')}`,
    time: `${of('hour')}:${of('minute')}`,
    weekday: of('weekday'),
  };
}
