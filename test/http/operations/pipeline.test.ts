import type { FastifyInstance } from 'fastify';
import { buildSchema } from 'graphql';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { QueryFailedError } from 'typeorm';
import { Failure } from '../../../src/errors.js';
import { createApp, routesOf } from '../../../src/http/app.js';
import { MemoryBuckets } from '../../../src/http/bounds/buckets.js';
import { CostLimit } from '../../../src/http/bounds/cost-limit.js';
import { createPipeline, graphql, type Pipeline } from '../../../src/http/operations/graphql.js';
import type { OperationContext } from '../../../src/http/operations/operations.js';
import { ERROR_SERIALIZERS } from '../../../src/http/log.js';
import type { Json } from '../../support/api.js';
import { busy } from '../../support/busy.js';

/** What each field of the schema throws: what services and databases throw. */
const THROWN: Readonly<Record<string, () => Error>> = {
  defect: () => new TypeError('undefined is not a function'),
  sql: () =>
    new QueryFailedError(
      'INSERT INTO recipient VALUES ($1)',
      ['Ada Lovelace'],
      Object.assign(new Error('Key (name)=(Ada Lovelace) exists'), {
        code: '23505',
        constraint: 'recipient_name',
        table: 'recipient',
        detail: 'Key (name)=(Ada Lovelace)',
      }),
    ),
  unreachable: () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
  shutDown: () => Object.assign(new Error('terminating connection'), { code: '57P01' }),
  poolFull: () => new Error('timeout exceeded when trying to connect'),
  locked: () => Object.assign(new Error('canceling statement'), { code: '55P03' }),
  throttled: () => new Failure('THROTTLED', 'Too many requests are waiting to be decided.', 250),
  busy: () => new Failure('UNAVAILABLE', 'The server is stopping.', 1_500),
  forbidden: () => new Failure('FORBIDDEN', 'apiKeys is not for the role CLIENT.'),
  absent: () => new Failure('NOT_FOUND', 'There is no such seat.'),
};

const SCHEMA = buildSchema(
  `type Query { fine: String ${Object.keys(THROWN)
    .map((name) => `${name}: String`)
    .join(' ')} number: Int must: String! }`,
);

for (const field of Object.values(SCHEMA.getQueryType()?.getFields() ?? {})) {
  field.resolve = () => {
    const thrown = THROWN[field.name]?.();
    if (thrown) throw thrown;
    return field.name === 'must' ? null : field.name;
  };
}

let server: FastifyInstance;
let pipeline: Pipeline<OperationContext>;
let url: string;
let lines: { level: number; [field: string]: unknown }[];

const sink = new Writable({
  write: (chunk, _, done) => {
    lines.push(JSON.parse(String(chunk)));
    sink.emit('line');
    done();
  },
});

beforeAll(async () => {
  lines = [];
  const logger = pino({ level: 'info', serializers: ERROR_SERIALIZERS }, sink);
  pipeline = await createPipeline<OperationContext>({
    schema: SCHEMA,
    contextOf: ({ requestId }) => ({
      requestId,
      operation: { name: null },
      authenticate: () => Promise.resolve(),
      documentOf: () => Promise.reject(new Failure('NOT_FOUND', 'There is none.')),
      requireTrusted: () => Promise.resolve(),
      refuseFull: () => undefined,
    }),
    logger,
    needsKey: false,
    costLimit: new CostLimit(new MemoryBuckets()),
    requestLimit: null,
  });
  server = await createApp({ logger, observe: () => undefined }, [routesOf(graphql, pipeline)]);
  url = await server.listen({ port: 0 });
  await written(1);
});
afterAll(() => server.close());
beforeEach(() => {
  lines = [];
});

async function ask(query: string) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors }: Json = await response.json();
  return { status: response.status, headers: response.headers, data, errors };
}

/** The line of a request is written when its answer is out: waits for as many. */
async function written(count: number): Promise<typeof lines> {
  while (lines.length < count) await once(sink, 'line');
  return lines;
}

describe('what a caller is told', () => {
  it.each([
    ['defect', 'INTERNAL', 500, 'Something went wrong on our side.', null],
    ['sql', 'INTERNAL', 500, 'Something went wrong on our side.', null],
    ['number', 'INTERNAL', 500, 'Something went wrong on our side.', null],
    ['must', 'INTERNAL', 500, 'Something went wrong on our side.', null],
    ['unreachable', 'UNAVAILABLE', 503, 'The database can’t be reached.', '1'],
    ['shutDown', 'UNAVAILABLE', 503, 'The database can’t be reached.', '1'],
    ['poolFull', 'UNAVAILABLE', 503, 'The database can’t be reached.', '1'],
    ['locked', 'UNAVAILABLE', 503, 'Another change of this agency is taking long.', '1'],
    ['busy', 'UNAVAILABLE', 503, 'The server is stopping.', '2'],
    ['throttled', 'THROTTLED', 429, 'Too many requests are waiting to be decided.', '1'],
    ['forbidden', 'FORBIDDEN', 200, 'apiKeys is not for the role CLIENT.', null],
    ['absent', 'NOT_FOUND', 200, 'There is no such seat.', null],
  ])('of %s is %s', async (field, code, status, message, retryAfter) => {
    const answer = await ask(`{ ${field} }`);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('retry-after')).toBe(retryAfter);
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors[0]).toMatchObject({
      message,
      path: [field],
      extensions: { code, requestId: answer.headers.get('x-request-id') },
    });
    expect(JSON.stringify(answer.errors)).not.toMatch(/Ada|stack|undefined is not|at .*\.ts/);
  });

  it('has the wait in milliseconds, where there is one to wait for', async () => {
    expect((await ask('{ throttled }')).errors[0].extensions.retryAfterMs).toBe(250);
    expect((await ask('{ defect }')).errors[0].extensions).not.toHaveProperty('retryAfterMs');
  });

  it('repeats no more than the beginning of what can’t be read', async () => {
    const { status, errors } = await ask(`{ ${'z'.repeat(900_000)} }`);
    expect([status, errors[0].extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(errors[0].message).toHaveLength(501);
  });

  it('of a subscription, where the schema has none, is BAD_USER_INPUT', async () => {
    const { status, errors } = await ask('subscription { fine }');
    expect([status, errors[0].extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
  });

  it('keeps the status 200 where anything was answered', async () => {
    const { status, data, errors, headers } = await ask('{ fine busy defect }');
    expect([status, headers.get('retry-after')]).toEqual([200, null]);
    expect(data).toEqual({ fine: 'fine', busy: null, defect: null });
    expect(errors.map(({ extensions }: Json) => extensions.code)).toEqual(['UNAVAILABLE', 'INTERNAL']);
  });
});

describe('the log', () => {
  it('has one line for a request: method, route, status, time, id, the operation’s name', async () => {
    const { headers } = await ask('query Fine { fine }');
    expect(await written(1)).toEqual([
      expect.objectContaining({
        level: 30,
        msg: 'request',
        method: 'POST',
        route: '/graphql',
        status: 200,
        ms: expect.any(Number),
        operation: 'Fine',
        requestId: headers.get('x-request-id'),
      }),
    ]);
  });

  it('keeps the beginning of a name that is as long as a body', async () => {
    await ask(`query ${'A'.repeat(900_000)} { fine }`);
    expect((await written(1))[0]?.['operation']).toHaveLength(100);
  });

  it('has the stack of a defect, with the id that its caller was told', async () => {
    const { headers } = await ask('query Broken { defect }');
    const [line] = await written(2);
    expect(line).toMatchObject({
      level: 50,
      msg: 'operation failed',
      code: 'INTERNAL',
      operation: 'Broken',
      path: ['defect'],
      requestId: headers.get('x-request-id'),
      err: {
        type: 'TypeError',
        message: 'undefined is not a function',
        stack: expect.stringMatching(/pipeline\.test/),
      },
    });
  });

  it('has of an SQL error the rule that it broke, and nothing of anybody’s', async () => {
    await ask('{ sql }');
    expect((await written(2))[0]).toMatchObject({
      err: { type: 'QueryFailedError', sqlState: '23505', constraint: 'recipient_name', table: 'recipient' },
    });
    expect(JSON.stringify(lines)).not.toMatch(/Ada|INSERT/);
  });

  it('has no header, no body, no address, and nothing of what is not our fault', async () => {
    const headers = { authorization: 'Bearer hr_live_secret', 'content-type': 'application/json' };
    const body = '{"query": "{ forbidden }", "variables": {"name": "Lovelace"}}';
    await fetch(`${url}/graphql?profile=lovelace`, { method: 'POST', headers, body });
    await fetch(`${url}/people/lovelace`);
    expect((await written(2)).map(({ msg }) => msg)).toEqual(['request', 'request']);
    expect(JSON.stringify(lines)).not.toMatch(/lovelace|secret|127\.0\.0\.1|forbidden/i);
  });
});

describe('a text', () => {
  /** How many of those that take a millisecond each are let in within one turn of the process, and in all. */
  async function openedOf(texts: readonly string[]): Promise<[number, number]> {
    const caller = { requestId: '', authorization: undefined, session: undefined };
    let opened = 0;
    const all = texts.map((query) =>
      pipeline.open(caller, { query }).then(() => {
        busy(1);
        opened += 1;
      }),
    );
    await new Promise(setImmediate);
    const atOnce = opened;
    await Promise.all(all);
    return [atOnce, opened];
  }

  it('is read in a turn of its agency where it isn’t kept: what is refused never is', async () => {
    const refused = Array.from({ length: 40 }, (_, index) => `{ none${index} }`);
    const [atOnce, opened] = await openedOf(refused);
    expect(atOnce).toBeLessThan(15);
    expect(opened).toBe(40);
  });

  it('is let in at once where it is kept', async () => {
    await ask('{ fine }');
    expect(await openedOf(Array<string>(40).fill('{ fine }'))).toEqual([40, 40]);
  });
});
