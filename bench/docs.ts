import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';

const DOCS = resolve('docs/benchmarks.md');

/** Puts what a command of the bench found into docs/benchmarks.md, in the place of what it had found before. */
export async function writeDocs(command: string, markdown: string): Promise<void> {
  const begin = `<!-- What follows is written by \`npm run bench -- ${command} --write\`. -->`;
  const end = `<!-- Here ${command} ends. -->`;
  const text = await readFile(DOCS, 'utf8');
  const [before, rest = ''] = text.split(begin);
  const [, after] = rest.split(end);
  if (before === undefined || after === undefined) throw new Error(`${DOCS} has no place for "${command}".`);
  const written = `${before}${begin}\n\n${markdown}\n\n${end}${after}`;
  const style = await resolveConfig(DOCS);
  await writeFile(DOCS, await format(written, { ...style, parser: 'markdown' }));
}
