import { readFileSync } from 'node:fs';
import { Kind, parse, print } from 'graphql';
import type { Json } from '../support/api.js';

/** The example of a page: what it shows is what runs, and what it says that comes of it is what comes. */
export interface Example {
  /** By their names. */
  readonly requests: ReadonlyMap<string, string>;
  /** Of requests, by their names. */
  readonly answers: ReadonlyMap<string, Json>;
}

/** Of the section below a heading: operations in blocks of `graphql`, answers in blocks of `json` with the operation's name. */
export function exampleOf(path: string, heading: string): Example {
  const [, section] = readFileSync(path, 'utf8').split(`\n## ${heading}\n`);
  if (section === undefined) throw new Error(`${path} has no section "${heading}".`);
  const [own = ''] = section.split('\n## ');
  const requests = new Map<string, string>();
  for (const [, text = ''] of own.matchAll(/```graphql\n([^]*?)```/g)) {
    for (const definition of parse(text).definitions) {
      if (definition.kind === Kind.OPERATION_DEFINITION && definition.name) {
        requests.set(definition.name.value, print(definition));
      }
    }
  }
  const answers = [...own.matchAll(/```json (\w+)\n([^]*?)```/g)];
  return {
    requests,
    answers: new Map(answers.map(([, name = '', text = '']) => [name, JSON.parse(text)])),
  };
}
