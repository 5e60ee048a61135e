import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The project's code without its comments, and where it stands. */
function sources(): { readonly file: string; readonly code: string }[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('database'))
    .map((file) => {
      const code = readFileSync(join('src', file), 'utf8').replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '');
      return { file, code };
    });
}

/** Every statement of it: its template texts. */
function statements(): { readonly file: string; readonly text: string }[] {
  return sources().flatMap(({ file, code }) =>
    [...code.matchAll(/`[^`]*`|'[^'\n]*'/g)].map(([text]) => ({ file, text })),
  );
}

/** The names of statements that are prepared, of the seam's and those of one that is made for each kind of scope among them. */
function names(): string[] {
  const named =
    /\bname: '([a-z_]+)',\s+(?:text|table):|\bforEachKind\([^;]*?'([a-z]+(?:_[a-z]+)+)',?\s*\);/gm;
  return sources().flatMap(({ code }) => [...code.matchAll(named)].map(([, one, ofKind]) => one ?? ofKind!));
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

describe('the name of a statement', () => {
  it('is found for all of them', () => {
    expect(names()).toEqual(expect.arrayContaining(['read_clock', 'read_entries', 'send_texts']));
  });

  it('is of that one alone: a connection that is sent both refuses the second', () => {
    const all = names();
    expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
  });
});
