import { setImmediate } from 'node:timers/promises';
import { buildSchema, Kind, parse } from 'graphql';
import { FIELDS_AT_ONCE } from '../../../src/http/cost/answer-pace.js';
import { costOf } from '../../../src/http/cost/cost.js';
import { countFieldsOfRows } from '../../../src/http/cost/fields-of-rows.js';
import { type AssumedLists, UnderWay } from '../../../src/http/cost/under-way.js';

const SCHEMA = buildSchema(`
  type Query { page(first: Int): Page! }
  type Page { nodes: [Row!]! }
  type Row { id: Int! one: Row! rows: [Row!]! }
`);
const FEW = '{ page { nodes { id } } }';
const MANY = `{ page(first: 100) { nodes { id one { id ...F } rows { id } } } }
  fragment F on Row { ${Array.from({ length: 46 }, (_, index) => `i${index}: id`).join(' ')} }`;

function listsOf(query: string): AssumedLists {
  const document = parse(query);
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)!;
  const lists: AssumedLists = new Map();
  countFieldsOfRows(document, costOf({ schema: SCHEMA, document, operation, variables: {} }, lists), lists);
  return lists;
}

it('of each row its fields are counted, and those of objects in it, without those of lists', () => {
  const lists = [...listsOf(MANY)].map(([{ name }, { fieldsOfRow }]) => [name.value, fieldsOfRow]);
  expect(Object.fromEntries(lists)).toEqual({ nodes: 50, rows: 1 });
});

it('none are where little is told', () => {
  expect([...listsOf(FEW).values()].map(({ fieldsOfRow }) => fieldsOfRow)).toEqual([undefined]);
});

describe('a list', () => {
  const shown: string[] = [];

  async function show(query: string, rows: number): Promise<string[]> {
    shown.splice(0);
    const lists = listsOf(query);
    const nodes = [...lists.keys()].filter(({ name }) => name.value === 'nodes');
    const others = setImmediate().then(() => shown.push('others'));
    const list = await new UnderWay(lists).inParts(
      Array.from({ length: rows }, (_, index) => index),
      nodes,
    );
    await Promise.all(
      list.map((row) => Promise.resolve(row).then((index) => shown.push(`${String(index)}`))),
    );
    await others;
    return shown;
  }

  it('is shown as many rows at a time as have five thousand fields, and others have a turn in between', async () => {
    const atOnce = FIELDS_AT_ONCE / 50;
    const order = await show(MANY, 2 * atOnce);
    expect(order).toHaveLength(2 * atOnce + 1);
    // The part that fills up what is shown at once is behind others as well.
    expect(order.slice(0, 2)).toEqual(['others', '0']);
  });

  it('of an operation that is told little is shown at once', async () => {
    expect((await show(FEW, 100)).at(-1)).toBe('others');
  });
});
