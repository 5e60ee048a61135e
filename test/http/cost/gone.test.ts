import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { buildSchema } from 'graphql';
import { DEAR_MIN } from '../../../src/http/cost/operation-turns.js';
import type { Caller } from '../../../src/http/operations/graphql.js';
import { goneOf } from '../../../src/http/gone.js';
import { Asking } from './asking.js';

const SCHEMA = buildSchema(
  'type Query { page(first: Int, nth: Int): Page! } type Page { nodes: [Row!]! } type Row { id: Int! }',
);
const begun: number[] = [];
let goOn: () => void;
const held = new Promise<void>((resolve) => (goOn = resolve));
SCHEMA.getQueryType()!.getFields()['page']!.resolve = async (_source, { nth }: { nth: number }) => {
  begun.push(nth);
  await held;
  return { nodes: [] };
};
const FIELDS = Array.from({ length: DEAR_MIN / 100 }, (_, index) => `f${index}: id`).join(' ');
const DEAR = `query ($nth: Int!) { page(first: 100, nth: $nth) { nodes { ${FIELDS} } } }`;

it('a dear operation that nobody waits for by the time its turn comes is not begun, and keeps no turn', async () => {
  const callers: Caller[] = [];
  const asking = await Asking.of(SCHEMA, callers);
  const leaving = new AbortController();
  const ask = (nth: number, signal?: AbortSignal) => asking.ask(DEAR, { nth }, 'a', signal);
  const first = ask(1);
  while (begun.length === 0) await setImmediate();
  const left = [2, 3, 4].map((nth) => ask(nth, leaving.signal).catch(() => 'left'));
  while (callers.length < 4) await setImmediate();
  const last = ask(5);
  while (callers.length < 5) await setImmediate();
  leaving.abort();
  while (!callers.slice(1, 4).every(({ gone }) => gone?.aborted)) await setImmediate();
  goOn();
  const answers = await Promise.all([first, last]);
  expect(answers.map(({ data }) => data)).toEqual([{ page: { nodes: [] } }, { page: { nodes: [] } }]);
  expect([begun, await Promise.all(left)]).toEqual([
    [1, 5],
    ['left', 'left', 'left'],
  ]);
  await asking.close();
});

it('whoever left before anybody asked has left', () => {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  expect(goneOf(response).aborted).toBe(false);
  response.destroy();
  expect(goneOf(response).aborted).toBe(true);
});
