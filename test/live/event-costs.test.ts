import { setTimeout as pause } from 'node:timers/promises';
import { buildSchema, type GraphQLObjectType } from 'graphql';
import { pino } from 'pino';
import { Failure } from '../../src/errors.js';
import { MemoryBuckets, type Budget } from '../../src/http/bounds/buckets.js';
import { CostLimit } from '../../src/http/bounds/cost-limit.js';
import { createPipeline, type Pipeline } from '../../src/http/operations/graphql.js';
import type { OperationContext } from '../../src/http/operations/operations.js';
import { type Events, Subscribing } from '../../src/http/live/subscribing.js';
import type { AlertStreamEvent, AlertStreams } from '../../src/live/alert-stream.js';
import type { UsageEvent } from '../../src/live/usage-subscription.js';
import { ROLES, type Role } from '../../src/quota/words.js';
import { AlertService } from '../../src/services/alerts/alert.service.js';
import type { Viewer } from '../../src/tenancy/viewer.js';
import type { SeededAgency } from '../support/agency.js';
import { testDatabase } from '../support/database.js';
import { raiseAlerts } from './alerts.support.js';
import { hold, LiveStage, takenOf, type Process } from './usage-stage.js';

/** Two agencies subscribe to the streams that a server has, by the pipeline that it has; what they may ask for is little. */
const SCHEMA = buildSchema(
  'type Query { fine: String } type Subscription { alert: Int held(seatId: ID!): Int }',
);
/** Of a field that is asked for. */
const COST = 100;
const SUBSCRIPTIONS = 40;
const ALERTS = 30;

interface Context extends OperationContext {
  readonly viewer: Viewer;
}

let stage: LiveStage;
let process: Process;
let streams: AlertStreams;
let busy: SeededAgency;
let calm: SeededAgency;
let limit: CostLimit;
let pipeline: Pipeline<Context>;
let subscribing: Subscribing<Context>;
let msASecond = 0;
const open: Events[] = [];

beforeAll(async () => {
  stage = await LiveStage.open((await testDatabase()).appUrl);
  process = await stage.process();
  streams = process.live.alertStreams(new AlertService(stage.dataSource, process.reader));
  const { alert, held } = (SCHEMA.getSubscriptionType() as GraphQLObjectType).getFields();
  Object.assign(alert!, {
    subscribe: (_root: unknown, _args: unknown, { viewer }: Context) =>
      streams.open(viewer, { since: null, clientAccountId: null, severities: null }),
    resolve: (event: AlertStreamEvent) => (event.kind === 'RAISED' ? event.alert.sequence : null),
  });
  Object.assign(held!, {
    subscribe: (_root: unknown, { seatId }: { seatId: string }, { viewer }: Context) =>
      process.live.usage.subscribe(viewer, { seatId, clientAccountId: null }),
    resolve: (event: UsageEvent) => takenOf(event, 'FOLLOW')[0],
  });
});
beforeEach(async () => {
  [busy, calm] = [await stage.seed(), await stage.seed()];
  msASecond = 0;
  let [passed, at] = [0, performance.now()];
  const clock = (): number => {
    const now = performance.now();
    passed += ((now - at) * msASecond) / 1_000;
    at = now;
    return passed;
  };
  const budget: Budget = { atOnce: SUBSCRIPTIONS * COST, aSecond: 1_000 };
  const budgets = Object.fromEntries(ROLES.map((role) => [role, budget])) as Record<Role, Budget>;
  limit = new CostLimit(new MemoryBuckets(clock), budgets);
  pipeline = await createPipeline<Context>({
    schema: SCHEMA,
    contextOf: ({ requestId, authorization }) => {
      const { owner: viewer } = authorization === busy.agencyId ? busy : calm;
      return {
        ...{ requestId, operation: { name: null }, viewer, caller: viewer },
        authenticate: () => Promise.resolve(),
        documentOf: () => Promise.reject(new Failure('NOT_FOUND', 'There is none.')),
        requireTrusted: () => Promise.resolve(),
        refuseFull: () => undefined,
      };
    },
    ...{ logger: pino({ level: 'silent' }), needsKey: false, costLimit: limit, requestLimit: null },
  });
  subscribing = new Subscribing(pipeline);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((events) => events.return()));
  await pipeline.apollo.stop();
});
afterAll(() => stage.close());

/** What a subscriber was told, who reads as fast as it is told. */
async function subscribe({ agencyId }: SeededAgency, query: string, field: string): Promise<number[]> {
  const asked = await subscribing.ask(
    { query },
    { requestId: 'r', authorization: agencyId, session: undefined },
  );
  if ('result' in asked) throw new Error(JSON.stringify(asked.result));
  open.push(asked.events);
  const told: number[] = [];
  const read = async (): Promise<void> => {
    for await (const { data } of asked.events) {
      const value = data?.[field] as number | null | undefined;
      if (typeof value === 'number') told.push(value);
    }
  };
  void read();
  return told;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(5);
}

async function leftTo({ owner }: SeededAgency): Promise<number> {
  return (await limit.take(owner, 0)).remaining;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

it('each event is paid for by its own agency: one that has nothing left waits, and loses nothing; another is told all', async () => {
  const flood: number[][] = [];
  for (let one = 0; one < SUBSCRIPTIONS; one += 1)
    flood.push(await subscribe(busy, 'subscription { alert }', 'alert'));
  const beside = await subscribe(calm, 'subscription { alert }', 'alert');
  expect([await leftTo(busy), await leftTo(calm)]).toEqual([0, (SUBSCRIPTIONS - 1) * COST]);
  const first = await raiseAlerts(stage.dataSource, busy.agencyId);
  const last = await raiseAlerts(stage.dataSource, busy.agencyId, { count: ALERTS });
  const theirs = await raiseAlerts(stage.dataSource, calm.agencyId, { count: ALERTS });
  await until(() => beside.length === ALERTS);
  expect(beside).toEqual(range(theirs - ALERTS + 1, theirs));
  // Of the flood each has been told one, which its own operation paid for; all the others wait.
  await until(() => flood.every((told) => told.length > 0));
  expect(flood).toEqual(flood.map(() => [first]));
  // The next one of the other is paid for as well, before it is there.
  expect([await leftTo(busy), await leftTo(calm)]).toEqual([0, (SUBSCRIPTIONS - 1 - ALERTS) * COST]);
  // Time passes, so that 400 more are paid for in a second of ours.
  msASecond = 40_000;
  await until(() => flood.every((told) => told.at(-1) === last));
  expect(flood).toEqual(flood.map(() => range(first, last)));
  expect(beside).toHaveLength(ALERTS);
}, 60_000);

it('usage that waits for room is told as it is by then, and nothing of what lay between', async () => {
  const query = `subscription { held(seatId: "${busy.seat.id}") }`;
  const told = await subscribe(busy, query, 'held');
  await until(() => told.length === 1);
  // What is left but for the next event, which is paid for already.
  await limit.take(busy.owner, await leftTo(busy));
  await hold(process, busy);
  await until(() => told.length === 2);
  const other = await stage.listen(process, busy.owner, { seatId: busy.seat.id, clientAccountId: null });
  for (let held = 2; held <= 5; held += 1) {
    await hold(process, busy);
    await other.until(busy.seat.id, (event) => takenOf(event, 'FOLLOW')[0] === held);
  }
  expect(told).toEqual([0, 1]);
  msASecond = 10_000;
  await until(() => told.length === 3);
  expect(told).toEqual([0, 1, 5]);
});

it('whoever leaves while an event waits for room is let go at once', async () => {
  const told = await subscribe(busy, 'subscription { alert }', 'alert');
  await limit.take(busy.owner, await leftTo(busy));
  const first = await raiseAlerts(stage.dataSource, busy.agencyId);
  await raiseAlerts(stage.dataSource, busy.agencyId);
  await until(() => told.length > 0);
  const [events] = open;
  await events!.return();
  await events!.ended;
  expect(told).toEqual([first]);
  expect(await events!.next()).toEqual({ value: undefined, done: true });
});
