import { readSeatTable, SEAT_COLUMNS } from '../../src/imports/seat-table.js';

const HEADER = 'holderName,profileUrl,tier,timeZone';

describe('readSeatTable', () => {
  it.each([
    ['commas', 'Name,LinkedIn URL,Tier,Time Zone,Ref\nAda,in/ada,BASIC,UTC,7\n'],
    [
      'semicolons, as some countries have them',
      'name;profile;subscription;tz;external_ref\r\nAda;in/ada;BASIC;UTC;7\r\n',
    ],
    [
      'tabs, a mark of UTF-8 and blank lines',
      '\ufeffHolder\tProfile-URL\tTIER\tzone\tid\n\n , \nAda\tin/ada\tBASIC\tUTC\t7',
    ],
  ])('reads a table between %s', (_, text) => {
    const { rows, problems } = readSeatTable(text.replace(' , \n', '\t\t\t\t\n'));
    expect(problems).toEqual([]);
    expect(rows.map(({ cells }) => Object.fromEntries(cells))).toEqual([
      { holderName: 'Ada', profileUrl: 'in/ada', tier: 'BASIC', timeZone: 'UTC', externalRef: '7' },
    ]);
  });

  it('knows the line that each row starts on, behind quoted line breaks and blank lines', () => {
    const { rows } = readSeatTable(`${HEADER}\n"Ada\nLovelace",in/ada,BASIC,UTC\n\nBea,in/bea,BASIC,UTC\n`);
    expect(rows.map(({ line, cells }) => [line, cells.get('holderName')])).toEqual([
      [2, 'Ada\nLovelace'],
      [5, 'Bea'],
    ]);
  });

  it('tells all that is wrong with its form at once, each with its line and column', () => {
    const text = `Name,Favourite colour,Tier,holder,Shoe size\nAda,red,BASIC,x,y\nBea,BASIC\n`;
    expect(readSeatTable(text).problems).toEqual([
      {
        line: 1,
        column: 'Favourite colour',
        message: expect.stringContaining('no column "Favourite colour"'),
      },
      { line: 1, column: 'holder', message: 'The column holderName is there twice.' },
      { line: 1, column: 'Shoe size', message: expect.stringContaining('no column "Shoe size"') },
      { line: 1, column: 'profileUrl', message: 'The column profileUrl is missing.' },
      { line: 1, column: 'timeZone', message: 'The column timeZone is missing.' },
      { line: 3, column: null, message: 'The line has 2 fields, the header has 5.' },
    ]);
  });

  it('says where a quote is opened that is never closed, and reads what comes before', () => {
    const { rows, problems } = readSeatTable(
      `${HEADER}\nAda,in/ada,BASIC,UTC\n"Bea,in/bea,BASIC,UTC\nCleo,x,y,z\n`,
    );
    expect(rows).toHaveLength(1);
    expect(problems).toEqual([
      { line: 3, column: null, message: 'A quote is opened here and never closed.' },
    ]);
    expect(readSeatTable('').problems).toEqual([{ line: 1, column: null, message: 'There is no header.' }]);
    expect(readSeatTable(`${HEADER}\n,,,\n`).problems).toEqual([
      { line: 1, column: null, message: 'There is no seat below the header.' },
    ]);
  });

  it.each([
    ['lines', `${HEADER}\n${'a\n'.repeat(300_000)}`, 2_001],
    ['columns', `${HEADER},${','.repeat(450_000)}`, 0],
    ['fields in a line', `${HEADER}\n${','.repeat(450_000)}`, 0],
  ])('reads no further where there are too many %s', (_, text, problemsMax) => {
    const before = process.cpuUsage();
    const { rows, problems } = readSeatTable(text);
    expect(rows).toEqual([]);
    expect(problems.length).toBeLessThanOrEqual(problemsMax + 5);
    expect(problems.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/(lines|fields) at most/),
    );
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
  });

  it.each([
    ['blank', '\n', [1]],
    ['ragged', 'a\n', [2, 3, 4]],
  ])('makes no error inside for each of two thousand %s lines', (_, line, first) => {
    const made = jest.spyOn(Error, 'captureStackTrace');
    try {
      const { rows, problems } = readSeatTable(`${HEADER}\n${line.repeat(2_000)}`);
      expect([rows, problems.slice(0, 3).map((problem) => problem.line)]).toEqual([[], first]);
      expect(made).not.toHaveBeenCalled();
    } finally {
      made.mockRestore();
    }
  });

  it('says what a stray quote is, and where', () => {
    for (const line of ['A"da,in/ada,BASIC,UTC', '"Ada"s,in/ada,BASIC,UTC']) {
      const { rows, problems } = readSeatTable(`${HEADER}\n\n${line}\n`);
      expect(rows).toEqual([]);
      expect(problems).toEqual([
        { line: 3, column: null, message: expect.stringMatching(/no CSV: a quote/) },
      ]);
    }
  });

  it('counts lines by their line feeds, also inside of quotes', () => {
    const { rows } = readSeatTable(`${HEADER}\r\n"Ada\r\nL",in/ada,BASIC,UTC\r\nBea,in/bea,BASIC,UTC`);
    expect(rows.map(({ line }) => line)).toEqual([2, 4]);
  });

  it('has no heading that two columns share', () => {
    const folded = Object.entries(SEAT_COLUMNS).flatMap(([column, others]) =>
      [column, ...others].map((heading) => heading.toLowerCase().replace(/[\s_-]+/g, '')),
    );
    expect(new Set(folded).size).toBe(folded.length);
  });
});
