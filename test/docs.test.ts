import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';

/** What the pages of the project say, where a program can tell whether it is so. Examples that are run have tests of their own. */

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file));
}

const PAGES = ['README.md', 'CHANGELOG.md', ...filesBelow('docs', '.md'), ...filesBelow('src', '.md')];
const SCHEMA = buildSchema(readFileSync('schema.graphql', 'utf8'));
const CODE_BLOCK = /^```(\w*)[^\n]*\n([^]*?)^```$/gm;

/** The page without its blocks of code. */
function proseOf(page: string): string {
  return readFileSync(page, 'utf8').replaceAll(CODE_BLOCK, '');
}

/** Of headings as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(PAGES)('%s', (page) => {
  it('has operations alone that the API takes', () => {
    const blocks = [...readFileSync(page, 'utf8').matchAll(CODE_BLOCK)];
    const operations = blocks.filter(([, language]) => language === 'graphql').map(([, , text]) => text!);
    const wrong = operations.flatMap((operation) => validate(SCHEMA, parse(operation)));
    expect(wrong.map(({ message }) => message)).toEqual([]);
  });

  it('has links that lead somewhere', () => {
    const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
    const astray = links
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [path, anchor] = link.split('#');
        const target = path ? join(dirname(page), path) : page;
        return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
      });
    expect(astray).toEqual([]);
  });

  it('names files that are there', () => {
    // What is worth reading is in other projects.
    const [own] = proseOf(page).split('## 10. Worth reading');
    const named = [...own!.matchAll(/`((?:test|src|scripts|bench|migrations)\/[\w./*-]+)`/g)];
    expect(named.map(([, path]) => path!).filter((path) => !isThere(path))).toEqual([]);
  });
});

/** A file, or what a pattern with stars in its last part means. */
function isThere(path: string): boolean {
  if (!path.includes('*')) return existsSync(path);
  const pattern = new RegExp(`^${basename(path).replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  return existsSync(dirname(path)) && readdirSync(dirname(path)).some((name) => pattern.test(name));
}

describe('the promises of docs/design.md', () => {
  const promises = [...readFileSync('docs/design.md', 'utf8').matchAll(/^- \*\*(P\d+) /gm)].map(
    ([, name]) => name!,
  );

  it('are fourteen', () => {
    expect(promises).toEqual(Array.from({ length: 14 }, (_, index) => `P${index + 1}`));
  });

  it('have tests that bear their numbers', () => {
    const titles = filesBelow('test', '.ts').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/['`](P\d+(?:, P\d+)*): /g)].map(([, numbers]) => numbers!),
    );
    const borne = new Set(titles.flatMap((numbers) => numbers.split(', ')));
    expect(promises.filter((name) => !borne.has(name))).toEqual([]);
  });
});

it('`npm run test:deep` names tests that are there', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const [, named = ''] = /npm test -- (.*)$/.exec(scripts['test:deep'] ?? '') ?? [];
  const tests = filesBelow('test', '.test.ts');
  expect(named.split(' ').length).toBeGreaterThan(5);
  expect(named.split(' ').filter((name) => !tests.some((test) => test.startsWith(name)))).toEqual([]);
});

it('the README tells every setting, and none that there isn’t', () => {
  const read = readFileSync('src/config.ts', 'utf8').matchAll(/'(PORT|HOST|[A-Z]+(?:_[A-Z]+)+)'/g);
  const told = proseOf('README.md').matchAll(/^\| `([A-Z_]+)` /gm);
  const namesOf = (found: Iterable<RegExpMatchArray>) =>
    [...new Set([...found].map(([, name]) => name!))].toSorted();
  expect(namesOf(told)).toEqual(namesOf(read));
});
