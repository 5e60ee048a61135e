import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Temporal } from 'temporal-polyfill';
import { zoneNamed } from '../../src/quota/zone-names.js';

let lookUps: jest.SpyInstance;
beforeEach(() => {
  lookUps = jest.spyOn(Temporal.Instant, 'fromEpochMilliseconds');
});
afterEach(() => jest.restoreAllMocks());

describe('a zone by its name', () => {
  it.each([
    ['Europe/Madrid', 'Europe/Madrid'],
    // Links are none of those that Intl lists.
    ['asia/kolkata', 'Asia/Kolkata'],
    ['EUROPE/KYIV', 'Europe/Kyiv'],
    ['us/pacific', 'US/Pacific'],
    ['utc', 'UTC'],
    ['Mars/Olympus', null],
    ['+01:00', null],
    ['Asia/\u212Aolkata', null],
    ['Europe/Madrid\n', null],
    ['', null],
    ['x'.repeat(100_000), null],
  ])('%j is %s', (text, zone) => {
    expect(zoneNamed(text)).toBe(zone);
  });

  // What was looked up by another file stays: these are asked for here alone.
  it.each(['Antarctica/Troll', 'Mars/Utopia'])('is looked up once, in whichever letters: %s', (name) => {
    for (const text of [name, name.toLowerCase(), name.toUpperCase(), name]) zoneNamed(text);
    expect(lookUps).toHaveBeenCalledTimes(1);
  });

  it('keeps nothing of the text that it stood in', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let number = 100; number < 200; number += 1) {
      const document = `{ zone(name: "mars/dune_of_${number}") }${' '.repeat(500_000)}${number}`
        .split('')
        .join('');
      zoneNamed(document.slice(14, 30));
    }
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20e6);
  });

  it('of those that there are none of no more are kept than a table has lines', () => {
    for (let number = 0; number < 2_001; number += 1) zoneNamed(`Mars/Dune_${number}`);
    lookUps.mockClear();
    zoneNamed('Mars/Dune_2000');
    expect(lookUps).not.toHaveBeenCalled();
    zoneNamed('Mars/Dune_0');
    expect(lookUps).toHaveBeenCalledTimes(1);
  });
});
