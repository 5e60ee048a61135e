import { randomUUID } from 'node:crypto';
import { getNamedType, type GraphQLSchema } from 'graphql';
import { ID_KINDS, type IdKind, toId } from '../../src/schema/ids.js';
import type { Api, Json } from '../support/api.js';
import { type Asked, type Place, placesOf, selectionOf } from './places.js';
import type { Territory } from './territory.js';
import { Filler } from './values.js';

/** Asks operations that are made from the schema, and tells answers apart. */

/** What is sent: the arguments of the field, and of the root that leads to it. */
export interface Sent {
  readonly asked: Asked;
  readonly values: Json;
  readonly root: Json;
  /** How deep the answer goes. */
  readonly levels?: number;
}

const LEVELS = 2;
/** As many as a mutation may have. */
const MUTATIONS_AT_ONCE = 25;

/** As much of an answer as says what is in the books. */
export interface Answer {
  readonly status: number;
  readonly data: Json;
  readonly errors: Json;
}

export class Walker {
  private readonly selections = new Map<string, string>();

  constructor(
    private readonly api: Api,
    private readonly schema: GraphQLSchema,
  ) {}

  /** What the owner of a territory may send to a field, `also` given. */
  async sentBy(territory: Territory, asked: Asked, also: readonly Place[] = []): Promise<Sent> {
    const root = asked.steps.length > 1 ? await this.rootOf(territory, asked) : {};
    return { asked, root, values: await new Filler(territory, asked, also).all() };
  }

  /** The object that a way begins at is named by its id. */
  private rootOf(territory: Territory, { operation, steps }: Asked): Promise<Json> {
    const [first] = steps;
    if (!first) throw new Error('A way has a first step.');
    const root: Asked = { operation, name: first.name, steps: [first] };
    const named = placesOf(root).filter(({ name }) => name === `${first.name}.id`);
    return new Filler(territory, root, named).all();
  }

  async ask(key: string, sent: Sent): Promise<Answer> {
    const [answer] = await this.askTogether(key, [sent]);
    if (!answer) throw new Error('One question has one answer.');
    return answer;
  }

  /** Several questions of one field in one operation, each answered as if it were asked alone. */
  async askMany(key: string, sents: readonly Sent[]): Promise<Answer[]> {
    const isMutation = sents[0]?.asked.operation === 'mutation';
    if (isMutation && sents.length > MUTATIONS_AT_ONCE) {
      const first = await this.askMany(key, sents.slice(0, MUTATIONS_AT_ONCE));
      return [...first, ...(await this.askMany(key, sents.slice(MUTATIONS_AT_ONCE)))];
    }
    const answers = await this.askTogether(key, sents);
    // What may not be null takes all the others with it when it fails.
    if (sents.length === 1 || answers.every(({ data }) => data !== null)) return answers;
    return Promise.all(sents.map((sent) => this.ask(key, sent)));
  }

  private async askTogether(key: string, sents: readonly Sent[]): Promise<Answer[]> {
    const declared: string[] = [];
    const fragments: string[] = [];
    const variables: Record<string, unknown> = {};
    const fields = sents.map((sent, index) => {
      const { text, given, fragment } = this.written(sent, `a${index}_`);
      fragments.push(fragment);
      declared.push(...given.map(({ name, type }) => `$${name}: ${type}`));
      for (const { name, value } of given) variables[name] = value;
      return `a${index}: ${text}`;
    });
    const operation = sents[0]?.asked.operation ?? 'query';
    const head = declared.length > 0 ? `(${declared.join(', ')})` : '';
    const query = [`${operation} ${head} { ${fields.join(' ')} }`, ...new Set(fragments)].join(' ');
    const { status, data, errors } = await this.api.ask(key, query, variables);
    return sents.map((_, index) => ({
      status,
      data: data ? data[`a${index}`] : null,
      errors: (errors ?? [])
        .filter(({ path }: Json) => !path || path[0] === `a${index}`)
        .map(({ message, path, extensions: { code } }: Json) => ({ message, path: path?.slice(1), code })),
    }));
  }

  /** A field with its arguments as variables, and all that leads to it. */
  private written({ asked, values, root, levels = LEVELS }: Sent, prefix: string) {
    const given: { name: string; type: string; value: unknown }[] = [];
    const { steps } = asked;
    const fields = steps.map((field, index) => {
      const [part, said] = index === steps.length - 1 ? ['own', values] : ['root', index === 0 ? root : {}];
      const args = field.args.filter(({ name }) => name in said);
      const names = args.map(({ name, type }) => {
        const variable = `${prefix}${part}_${name}`;
        given.push({ name: variable, type: String(type), value: said[name] });
        return `${name}: $${variable}`;
      });
      return names.length > 0 ? `${field.name}(${names.join(', ')})` : field.name;
    });
    const type = getNamedType(steps.at(-1)!.type).name;
    const [outermost, ...inner] = fields;
    // Written once for all that ask for it: a long operation takes long to be checked.
    const selection = this.selectionOf(type, levels);
    const [name, spread] = [`${type}_${levels}`, selection && `{ ...${type}_${levels} }`];
    const body = inner.reduceRight((below, field) => `{ ${field} ${below} }`, spread);
    const fragment = selection && `fragment ${name} on ${type} ${selection}`;
    return { text: `${outermost} ${body}`, given, fragment };
  }

  private selectionOf(type: string, levels: number): string {
    const name = `${type} ${levels}`;
    const made = this.selections.get(name) ?? selectionOf(this.schema, type, levels);
    this.selections.set(name, made);
    return made;
  }
}

const TYPE_ID = new RegExp(`\\b(${ID_KINDS.join('|')})_[0-7][0-9a-hjkmnp-tv-z]{25}\\b`, 'g');
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const CURSOR = /"(cursor|startCursor|endCursor|alertCursor)":"[\w-]+"/g;
const SECRET = /hr_(live|link|inbound)_\w+|whsec_[\w+/=]+/g;
const HOLDER_LINK = /\/holder[/#?][\w.=-]+/g;
/** A text of a territory's own, whole: one is the beginning of another. */
export const OWN_WORD = /canary[0-9a-f]{12}x\d+/g;

/** An answer without what differs from one caller and one moment to the next; `said` is what the caller had said. */
export function plain({ status, data, errors }: Answer, said: readonly string[] = []): string {
  const text = said.reduce(
    (rest, one) => rest.replaceAll(one, 'SAID'),
    JSON.stringify({ status, data, errors }),
  );
  return text
    .replace(TYPE_ID, '$1_ID')
    .replace(INSTANT, 'INSTANT')
    .replace(CURSOR, '"$1":"CURSOR"')
    .replace(SECRET, 'SECRET')
    .replace(HOLDER_LINK, '/holder/SECRET')
    .replace(OWN_WORD, 'WORD');
}

/** The same without numbers: they tell how much the caller's own agency did meanwhile. */
export function withoutNumbers(text: string): string {
  return text.replace(/:\d+/g, ':0');
}

export function idsIn(value: unknown): Set<string> {
  return new Set(JSON.stringify(value)?.match(TYPE_ID) ?? []);
}

/** The same values, with ids that nobody has. */
export function withNobodysIds(values: Json): Json {
  return JSON.parse(JSON.stringify(values).replace(TYPE_ID, (_, kind: IdKind) => toId(kind, randomUUID())));
}

/** Whether a mutation did what it was asked, or a query answered with something. */
export function isDone({ asked }: Sent, { data, errors }: Answer): boolean {
  if (errors.length > 0 || data === null) return false;
  return asked.operation === 'query' || !/"userErrors":\[\{/.test(JSON.stringify(data));
}
