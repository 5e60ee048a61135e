import { FilterError, readFilter } from '../../src/outreach/segment-reading.js';
import { conditionOf, seatsIn } from '../../src/outreach/segment.js';

const LONG = 'x'.repeat(201);
const nested = (depth: number): object => (depth === 1 ? { isContacted: true } : { not: nested(depth - 1) });
const leaves = (count: number): object => ({
  or: Array.from({ length: count }, () => ({ isContacted: true })),
});
const empties = (count: number): object => ({ or: Array.from({ length: count }, () => ({})) });

describe('a filter', () => {
  it('is read without what was left out', () => {
    const said = {
      ...{ and: null, company: { equals: 'Acme', in: null, isSet: undefined }, tags: { any: ['vip'] } },
      not: { customField: { name: ' Region ', isSet: true } },
    };
    expect(readFilter(said)).toEqual({
      ...{ company: { equals: 'Acme' }, tags: { any: ['vip'] } },
      not: { customField: { name: 'Region', isSet: true } },
    });
    expect(readFilter({})).toEqual({});
  });

  it.each<[string, object, string[]]>([
    ['filters lie too deep', nested(9), ['not', 'not', 'not', 'not', 'not', 'not', 'not', 'not']],
    ['more is asked than may be', leaves(51), []],
    ['more is asked in comparators than may be', { or: [leaves(30), leaves(21)] }, []],
    [
      'there are more filters than may be, though they ask nothing',
      { and: [empties(100), empties(100)] },
      [],
    ],
    ['no filter is in a list of them', { and: [{ or: [] }] }, ['and', '0', 'or']],
    [
      'more values than may be',
      { company: { in: Array.from({ length: 101 }, () => 'x') } },
      ['company', 'in'],
    ],
    ['a list is empty', { tags: { none: [] } }, ['tags', 'none']],
    ['nothing is compared', { or: [{}, { position: {} }] }, ['or', '1', 'position']],
    ['a field is named and not compared', { customField: { name: 'region' } }, ['customField']],
    ['a text is blank', { company: { in: ['a', ' '] } }, ['company', 'in', '1']],
    ['a text is of accents alone', { company: { contains: '\u0301' } }, ['company', 'contains']],
    ['a text is too long', { industry: { equals: LONG } }, ['industry', 'equals']],
    ['a text can not be kept', { location: { startsWith: 'a\0' } }, ['location', 'startsWith']],
    ['a text is half a pair', { location: { startsWith: '\ud800' } }, ['location', 'startsWith']],
    ['days are none', { addedAt: { lastDays: 0 } }, ['addedAt', 'lastDays']],
    ['days are too many', { lastContactedAt: { lastDays: 3651 } }, ['lastContactedAt', 'lastDays']],
    ['a time ends before it begins', { addedAt: { from: 5, before: 5 } }, ['addedAt', 'before']],
    ['a degree that nobody knows', { degree: { seatId: 's', in: ['FIRST', 'SECOND'] } }, ['degree', 'in']],
  ])('is refused where %s', (_, said, path) => {
    let wrong: unknown = null;
    try {
      readFilter(said);
    } catch (error) {
      wrong = error;
    }
    expect(wrong).toBeInstanceOf(FilterError);
    expect((wrong as FilterError).path).toEqual(path);
  });

  it('is read at its bounds', () => {
    expect(readFilter(nested(8))).toEqual(nested(8));
    expect(readFilter(leaves(50))).toEqual(leaves(50));
    expect(readFilter({ and: [empties(100), empties(96)] })).toMatchObject({ and: [{}, {}] });
    const values = Array.from({ length: 100 }, () => 'x'.repeat(200));
    expect(readFilter({ company: { in: values } })).toEqual({ company: { in: values } });
  });

  it('tells the seats that it asks about, however deep', () => {
    const degree = (seatId: string) => ({ degree: { seatId, in: ['UNKNOWN' as const, 'FIRST' as const] } });
    const filter = { or: [degree('one'), { not: { and: [degree('two'), { isContacted: false }] } }] };
    expect([...new Set(seatsIn(conditionOf(filter)))]).toEqual(['one', 'two']);
  });
});
