import { buildSchema, GraphQLError, type GraphQLSchema, Kind, parse } from 'graphql';
import { pino } from 'pino';
import { allThatIsReady } from '../../../src/event-loop.js';
import { MemoryBuckets } from '../../../src/http/bounds/buckets.js';
import { CostLimit, type Payer } from '../../../src/http/bounds/cost-limit.js';
import { fragmentsOf } from '../../../src/http/cost/cost.js';
import { OperationTurns, type Sized } from '../../../src/http/cost/operation-turns.js';
import { asksOfSchema } from '../../../src/http/cost/introspection-cost.js';
import { createPipeline } from '../../../src/http/operations/graphql.js';
import type { OperationContext } from '../../../src/http/operations/operations.js';
import { Subscribing } from '../../../src/http/live/subscribing.js';

describe('turns of one agency', () => {
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  let turns: OperationTurns;
  let begun: string[];
  let ends: Record<string, () => void>;
  beforeEach(() => {
    [turns, begun, ends] = [new OperationTurns(() => ({ goOn: () => Promise.resolve() })), [], {}];
  });
  function begin(name: string, caller: Payer | null, sized?: Sized): void {
    void turns.begin(caller, sized).then((end) => {
      begun.push(name);
      ends[name] = end;
    });
  }

  it('are two at once, in the order in which they were asked for; others wait for none of them', async () => {
    for (const name of ['a1', 'a2', 'a3', 'a4']) begin(name, { agencyId: 'a', role: 'OWNER' });
    begin('b1', { agencyId: 'b', role: 'OWNER' });
    await settle();
    expect(begun.toSorted()).toEqual(['a1', 'a2', 'b1']);
    ends['a1']!();
    ends['a1']!();
    await settle();
    expect(begun.slice(3)).toEqual(['a3']);
    ends['a3']!();
    await settle();
    expect(begun.slice(3)).toEqual(['a3', 'a4']);
  });

  it('what is asked of the schema goes one at a time, and takes nothing from what is sent or looked at', async () => {
    const owner: Payer = { agencyId: 'a', role: 'OWNER' };
    for (const name of ['s1', 's2']) begin(name, owner, 'OF_SCHEMA');
    for (const name of ['d1', 'd2']) begin(name, owner);
    begin('look', { agencyId: 'a', role: 'ANALYST' });
    await settle();
    expect(begun.toSorted()).toEqual(['d1', 'd2', 'look', 's1']);
  });

  it.each([
    [20, 40],
    [60_000, 500],
  ])('behind %d ms that the schema was asked for, the process is others’ for %d ms', async (took, left) => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(0);
    for (const name of ['s1', 's2']) begin(name, { agencyId: 'a', role: 'OWNER' }, 'OF_SCHEMA');
    await settle();
    now.mockReturnValue(took);
    const timer = jest.spyOn(globalThis, 'setTimeout');
    ends['s1']!();
    await allThatIsReady();
    const waits = timer.mock.calls.map(([, ms]) => ms);
    for (const spy of [timer, now]) spy.mockRestore();
    expect([waits, begun]).toEqual([[left], ['s1']]);
    while (begun.length === 1) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(begun).toEqual(['s1', 's2']);
  });

  it('long ones go one after the other, beside dear ones', async () => {
    const owner: Payer = { agencyId: 'a', role: 'OWNER' };
    for (const name of ['l1', 'l2']) begin(name, owner, 'LONG');
    for (const name of ['d1', 'd2', 'd3']) begin(name, owner);
    begin('look', { agencyId: 'a', role: 'ANALYST' }, 'LONG');
    begin('other', { agencyId: 'b', role: 'OWNER' }, 'LONG');
    // Before any time can have passed.
    await allThatIsReady();
    expect(begun.toSorted()).toEqual(['d1', 'd2', 'l1', 'look', 'other']);
    ends['l1']!();
    await settle();
    expect(begun).toContain('l2');
  });

  it('of long ones of many agencies three go at once, and each agency’s next behind those of the others', async () => {
    for (const agencyId of ['a', 'b', 'c', 'd', 'e']) {
      for (const nth of [1, 2]) begin(`${agencyId}${nth}`, { agencyId, role: 'OWNER' }, 'LONG');
    }
    await allThatIsReady();
    expect(begun).toEqual(['a1', 'b1', 'c1']);
    for (let ended = 0; ended < 10; ended += 1) {
      while (begun.length === ended) await settle();
      ends[begun[ended]!]!();
    }
    expect(begun.join(' ')).toBe('a1 b1 c1 d1 e1 a2 b2 c2 d2 e2');
  });

  it('a long one that goes on for long keeps the next one waiting no longer; a dear one does', async () => {
    const owner: Payer = { agencyId: 'a', role: 'OWNER' };
    for (const name of ['d1', 'd2', 'd3']) begin(name, owner);
    for (const name of ['l1', 'l2', 'l3']) begin(name, owner, 'LONG');
    while (!begun.includes('l3')) await settle();
    expect(begun).not.toContain('d3');
  });

  it.each<Sized>(['DEAR', 'LONG'])(
    'behind a %s one others have their time before the next',
    async (sized) => {
      const left: (() => void)[] = [];
      turns = new OperationTurns(() => ({ goOn: () => new Promise<void>((goOn) => left.push(goOn)) }));
      for (const name of ['one', 'two', 'three']) begin(name, { agencyId: 'a', role: 'ANALYST' }, sized);
      await settle();
      ends['one']!();
      while (left.length === 0) await settle();
      expect(begun).toEqual(['one']);
      left[0]!();
      await settle();
      expect(begun).toEqual(['one', 'two']);
    },
  );

  it('who only looks keeps nobody waiting who sends, nor anybody else for more than one of theirs', async () => {
    const client = (id: string): Payer => ({
      ...{ agencyId: 'a', role: 'CLIENT' },
      reach: { clientAccountIds: [id], seatIds: [], seatAccountIds: [] },
    });
    for (const name of ['one', 'two', 'three', 'four']) begin(name, client('x'));
    begin('operator', { agencyId: 'a', role: 'OPERATOR' });
    begin('analyst', { agencyId: 'a', role: 'ANALYST' });
    begin('other', client('y'));
    begin('nobody', null);
    await settle();
    expect(begun.toSorted()).toEqual(['nobody', 'one', 'operator']);
    ends['one']!();
    await settle();
    expect(begun.at(-1)).toBe('analyst');
    ends['analyst']!();
    await settle();
    expect(begun.slice(4)).toEqual(['other']);
  });
});

it.each([
  ['{ __schema { types { name } } }', true],
  [
    '{ ... { ...F } } fragment F on Query { ...G } fragment G on Query { __type(name: "Row") { name } }',
    true,
  ],
  ['{ __typename page { nodes { id __typename } } }', false],
])('whether the schema is asked: %s', (text, isAsked) => {
  const document = parse(text);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('There is no operation.');
  expect(asksOfSchema(operation.selectionSet, fragmentsOf(document))).toBe(isAsked);
});

describe('an operation', () => {
  const SCHEMA: GraphQLSchema = buildSchema(
    'type Query { page(first: Int): Page } type Mutation { page(first: Int): Page } type Page { nodes: [Row!]! } type Row { id: Int! }',
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
  let subscribing: Subscribing<OperationContext>;
  beforeAll(async () => {
    const pipeline = await createPipeline<OperationContext>({
      ...{ schema: SCHEMA, logger: pino({ level: 'silent' }), needsKey: false, requestLimit: null },
      costLimit: new CostLimit(new MemoryBuckets()),
      contextOf: ({ requestId }) => ({
        ...{ requestId, caller: { agencyId: requestId, role: 'OWNER' }, operation: { name: null } },
        authenticate: () => Promise.resolve(),
        documentOf: () => Promise.reject(new Error('There is none.')),
        requireTrusted: () => Promise.resolve(),
        refuseFull: () => undefined,
      }),
    });
    subscribing = new Subscribing(pipeline);
  });
  const of = (agencyId: string, query: string) =>
    subscribing.ask({ query }, { requestId: agencyId, authorization: undefined, session: undefined });

  it('is as long as it costs, and a mutation is not', async () => {
    const begins = jest.spyOn(OperationTurns.prototype, 'begin');
    const aliases = Array.from(
      { length: 9 },
      (_, index) => `p${index}: page(first: 1) { nodes { id } }`,
    ).join(' ');
    await of('d', CHEAP);
    expect(begins.mock.calls).toEqual([]);
    await of('d', `{ ${aliases} }`);
    expect(begins.mock.calls).toEqual([[{ agencyId: 'd', role: 'OWNER' }, 'LONG']]);
    begins.mockClear();
    await of('d', `mutation { ${aliases} }`);
    expect(begins.mock.calls).toEqual([]);
    begins.mockRestore();
  });

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

  it('that asks of the schema waits for another one that does, however little it costs', async () => {
    const tick = () => new Promise((resolve) => setImmediate(resolve));
    const query = '{ __schema { description } page(first: 2) { nodes { id } } }';
    const answers = [of('c', query), of('c', query)];
    while (release.length < 1) await tick();
    for (let turns = 0; turns < 50; turns += 1) await tick();
    expect(underWay).toBe(1);
    release[0]!();
    while (release.length < 2) await tick();
    release[1]!();
    await Promise.all(answers);
    release = [];
  });
});
