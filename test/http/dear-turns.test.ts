import { buildSchema, GraphQLError, type GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import { MemoryBuckets } from '../../src/http/buckets.js';
import { type Caller, CostLimit } from '../../src/http/cost-limit.js';
import { DearTurns } from '../../src/http/dear-turns.js';
import { createPipeline, type Pipeline } from '../../src/http/graphql.js';
import type { OperationContext } from '../../src/http/operations.js';
import { ask } from '../../src/http/subscribing.js';

describe('turns of one agency', () => {
  it('are two at once, in the order in which they were asked for; others wait for none of them', async () => {
    const turns = new DearTurns();
    const begun: string[] = [];
    const begin = (name: string, agencyId: string, cost: number): object => {
      const operation = { name };
      void turns.begin(operation, { agencyId, role: 'OWNER' }, cost).then(() => begun.push(name));
      return operation;
    };
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    const [a1] = [begin('a1', 'a', 5_000), begin('a2', 'a', 50_000)];
    const [a3] = [begin('a3', 'a', 5_000), begin('a4', 'a', 5_000), begin('cheap', 'a', 4_999)];
    begin('b1', 'b', 5_000);
    await settle();
    expect(begun).toEqual(['cheap', 'a1', 'a2', 'b1'].sort((x, y) => begun.indexOf(x) - begun.indexOf(y)));
    turns.end(a1);
    turns.end(a1);
    turns.end({});
    await settle();
    expect(begun.slice(4)).toEqual(['a3']);
    turns.end(a3);
    await settle();
    expect(begun.slice(4)).toEqual(['a3', 'a4']);
  });

  it('are none of an operation that was answered before its turn came, nor of one that asks for it afterwards', async () => {
    const turns = new DearTurns();
    const owner: Caller = { agencyId: 'a', role: 'OWNER' };
    const [first, second, answered, late, next] = [{}, {}, {}, {}, {}];
    await Promise.all([first, second].map((operation) => turns.begin(operation, owner, 5_000)));
    const waits = turns.begin(answered, owner, 5_000);
    turns.end(answered);
    turns.end(late);
    turns.end(first);
    await expect(waits).rejects.toThrow('answered already');
    await expect(turns.begin(late, owner, 5_000)).rejects.toThrow('answered already');
    await turns.begin(next, owner, 5_000);
  });

  it('who only looks keeps nobody waiting who sends, nor anybody else for more than one of theirs', async () => {
    const turns = new DearTurns();
    const begun: string[] = [];
    const client = (id: string): Caller => ({
      ...{ agencyId: 'a', role: 'CLIENT' },
      reach: { clientAccountIds: [id], seatIds: [], seatAccountIds: [] },
    });
    const begin = (name: string, caller: Caller | null): object => {
      const operation = {};
      void turns.begin(operation, caller, 5_000).then(() => begun.push(name));
      return operation;
    };
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    const [one] = ['one', 'two', 'three', 'four'].map((name) => begin(name, client('x')));
    begin('operator', { agencyId: 'a', role: 'OPERATOR' });
    begin('analyst', { agencyId: 'a', role: 'ANALYST' });
    const other = begin('other', client('y'));
    begin('nobody', null);
    await settle();
    expect(begun.toSorted()).toEqual(['nobody', 'one', 'operator']);
    turns.end(one!);
    await settle();
    expect(begun.at(-1)).toBe('analyst');
    turns.end(other);
    for (let ended = 0; ended < 2; ended += 1) await settle();
    expect(begun).toHaveLength(4);
  });
});

describe('an operation', () => {
  const SCHEMA: GraphQLSchema = buildSchema(
    'type Query { page(first: Int): Page } type Page { nodes: [Row!]! } type Row { id: Int! }',
  );
  const CHEAP = '{ page(first: 1) { nodes { id } } }';
  const aliases = Array.from({ length: 60 }, (_, index) => `i${index}: id`).join(' ');
  const DEAR = `{ page(first: 100) { nodes { ${aliases} } } }`;
  let underWay = 0;
  let most = 0;
  let release: (() => void)[] = [];
  SCHEMA.getQueryType()!.getFields()['page']!.resolve = async (_source, { first }) => {
    if (first === 1) return { nodes: [{ id: 1 }] };
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise<void>((resolve) => release.push(resolve));
    underWay -= 1;
    if (release.length % 2 === 0) throw new GraphQLError('It failed.');
    return { nodes: [{ id: 1 }] };
  };
  let pipeline: Pipeline<OperationContext>;
  beforeAll(async () => {
    pipeline = await createPipeline<OperationContext>({
      ...{ schema: SCHEMA, logger: pino({ level: 'silent' }), needsKey: false, requestLimit: null },
      costLimit: new CostLimit(new MemoryBuckets()),
      contextOf: ({ requestId }) => ({
        ...{ requestId, caller: { agencyId: requestId, role: 'OWNER' }, operation: { name: null } },
        authenticate: () => Promise.resolve(),
        documentOf: () => Promise.reject(new Error('There is none.')),
        requireTrusted: () => Promise.resolve(),
      }),
    });
  });
  const of = (agencyId: string, query: string) =>
    ask(pipeline, { query }, { requestId: agencyId, authorization: undefined, session: undefined });

  it('that is dear waits for those of its agency, whatever becomes of them; one that is not, for nobody', async () => {
    const answers = Array.from({ length: 7 }, () => of('a', DEAR));
    expect(await of('a', CHEAP)).toMatchObject({ result: { data: { page: { nodes: [{ id: 1 }] } } } });
    while (release.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const other = of('b', DEAR);
    while (release.length < 3) await new Promise((resolve) => setImmediate(resolve));
    expect([underWay, most]).toEqual([3, 3]);
    for (let ended = 0; ended < 8; ended += 1) {
      while (!release[ended]) await new Promise((resolve) => setImmediate(resolve));
      release[ended]!();
    }
    await Promise.all([...answers, other]);
    expect([underWay, most]).toEqual([0, 3]);
    release = [];
  });
});
