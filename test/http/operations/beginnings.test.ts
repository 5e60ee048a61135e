import { setTimeout as pause } from 'node:timers/promises';
import { type GraphQLError, OperationTypeNode, parse } from 'graphql';
import { Failure } from '../../../src/errors.js';
import { Beginnings, type Sent } from '../../../src/http/operations/beginnings.js';
import { Turns } from '../../../src/tenancy/turns.js';
import { busy } from '../../support/busy.js';

/** Fields of one agency that may wait, and what is asked at once, by callers who were all looked up together. */
const WAITING_MAX = 100;
const OPERATIONS = 60;
const FIELDS = 12;

/** Operations whose fields wait for their turn, as those of an agency do. */
function agency() {
  const turns = new Turns(1, { waitingMax: WAITING_MAX, tooMany: 'Too much.' });
  const beginnings = new Beginnings();
  const told = { begun: 0, whole: 0, fields: 0 };
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const field = () =>
    turns
      .run('agency', () => answered)
      .catch((error: unknown) => {
        if (error instanceof Failure) told.fields += 1;
      });
  const ask = async (type: OperationTypeNode): Promise<void> => {
    try {
      await beginnings.begin(type, { refuseFull: () => turns.refuseFull('agency') });
    } catch (error) {
      expect(error).toMatchObject({ message: 'Too much.', extensions: { http: { status: 429 } } });
      told.whole += 1;
      return;
    }
    busy(0.2);
    // As many steps as it takes an operation to come to its fields.
    for (let step = 0; step < 20; step += 1) await Promise.resolve();
    const fields = Array.from({ length: FIELDS }, field);
    told.begun += 1;
    await Promise.all(fields);
  };
  const askAll = async (type: OperationTypeNode): Promise<void> => {
    const asked = Array.from({ length: OPERATIONS }, () => ask(type));
    while (told.begun + told.whole < OPERATIONS) await pause(10);
    answer();
    await Promise.all(asked);
  };
  return { told, askAll };
}

it('a query whose caller’s line is full is refused whole, of many that come at once as well', async () => {
  const { told, askAll } = agency();
  await askAll(OperationTypeNode.QUERY);
  expect(told.whole).toBeGreaterThan(OPERATIONS / 2);
  // Of the one that comes where there is room for some of its fields.
  expect(told.fields).toBeLessThan(FIELDS);
});

it('a mutation is not: what it does may need none of it', async () => {
  const { told, askAll } = agency();
  await askAll(OperationTypeNode.MUTATION);
  expect(told.whole).toBe(0);
});

/** Of several hundred values, as a list of people has them. */
const MANY = { people: Array.from({ length: 200 }, (_, index) => ({ profileUrl: `${index}`, name: 'x' })) };

const SHORT = { source: '{ viewer { role } }', document: parse('{ viewer { role } }'), request: {} };
/** Eight fragments, of which each spreads the next one twice: some 760 selections. */
const DOUBLING = `{ ...F0 } ${Array.from({ length: 8 }, (_, index) => {
  return `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`;
}).join(' ')} fragment F8 on Query { __typename }`;

it.each([
  ['many values in its variables', { ...SHORT, request: { variables: MANY } }],
  ['a long text', { ...SHORT, source: ' '.repeat(5_000) }],
  ['fragments that are spread again and again', { ...SHORT, document: parse(DOUBLING) }],
])(
  'an operation of %s is looked at in turn, one of an agency, with the process left to others in between',
  async (_, sent) => {
    const beginnings = new Beginnings();
    const looked: string[] = [];
    const look = (name: string, agencyId: string, asked: Sent): Promise<void> =>
      beginnings.look(asked, { caller: { agencyId, role: 'OWNER' } }).then(() => {
        looked.push(name);
        busy(1);
      });
    const all = [
      ...Array.from({ length: 50 }, (_one, index) => look(`a${index}`, 'a', sent)),
      look('b', 'b', sent),
      look('short', 'a', { ...SHORT, request: { variables: { input: { id: 'one' } } } }),
    ];
    await new Promise(setImmediate);
    expect(looked.slice(0, 3).toSorted()).toEqual(['a0', 'b', 'short']);
    expect(looked.length).toBeLessThan(20);
    await Promise.all(all);
    expect(looked).toHaveLength(52);
  },
);

it('of an agency four hundred wait so at most, a hundred of one key or member; who waits with few gets in all the same', async () => {
  const beginnings = new Beginnings();
  const look = (agencyId: string, actor: string): Promise<string> =>
    beginnings
      .look({ ...SHORT, request: { variables: MANY } }, { caller: { agencyId, role: 'OWNER', actor } })
      .then(
        () => 'looked at',
        (error: GraphQLError) => `${JSON.stringify(error.extensions['http'])} ${error.message}`,
      );
  const actors = ['one', 'two', 'three', 'four', 'five'];
  const asked = actors.map((actor) => Promise.all(Array.from({ length: 150 }, () => look('a', actor))));
  const told = await Promise.all(asked);
  const lookedAt = told.map((ofActor) => ofActor.filter((one) => one === 'looked at').length);
  expect(lookedAt).toEqual([101, 100, 100, 100, 20]);
  expect(told[0]?.at(-1)).toContain('Too much is sent at once');
  expect(await look('b', 'one')).toBe('looked at');
});

it('what is long and waited for by nobody by its turn goes no further', async () => {
  const caller = { agencyId: 'a', role: 'OWNER' } as const;
  const looked = new Beginnings().look(
    { ...SHORT, request: { variables: MANY } },
    { caller },
    AbortSignal.abort(),
  );
  await expect(looked).rejects.toThrow('Nobody waits for the answer any more.');
});
