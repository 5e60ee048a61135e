import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every statement of the project's code: its template texts, and where they stand. */
function statements(): { readonly file: string; readonly text: string }[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('database'))
    .flatMap((file) => {
      const code = readFileSync(join('src', file), 'utf8').replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '');
      return [...code.matchAll(/`[^`]*`|'[^'\n]*'/g)].map(([text]) => ({ file, text }));
    });
}

const found = (pattern: RegExp) =>
  statements()
    .filter(({ text }) => pattern.test(text))
    .map(({ file }) => file);

describe('SQL that also runs on Citus', () => {
  it('is looked at', () => {
    expect(found(/\bSELECT\b/).length).toBeGreaterThan(30);
  });

  it('writes FROM unnest() in one place alone', () => {
    const writes = /\b(INSERT INTO|UPDATE|DELETE FROM)\s[^]*\b(unnest|USING)\b/;
    expect([...new Set(found(writes))]).toEqual(['ledger/books/rows.ts']);
  });

  it('reads the clock by itself: neither beside a table nor in what is written', () => {
    expect(found(/\b(see_clock|clock_timestamp)\(\)[^]*\bFROM\s+[a-z_]/)).toEqual([]);
    expect(
      found(/\b(UPDATE|INSERT|DELETE)\b[^]*\b(clock_timestamp|see_clock|now|random|gen_random_uuid)\(\)/),
    ).toEqual([]);
  });
});
