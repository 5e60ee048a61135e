import { setImmediate } from 'node:timers/promises';
import { buildSchema, type GraphQLObjectType } from 'graphql';
import { type Events, Subscribing } from '../../../src/http/live/subscribing.js';
import { Asking } from '../cost/asking.js';

const SCHEMA = buildSchema(`
  type Query { none: Int }
  type Subscription { told: Told! }
  type Told { late: Int! }
`);
SCHEMA.getSubscriptionType()!.getFields()['told']!.subscribe = async function* () {
  yield { told: {} };
};
let begun = 0;
let open: () => void;
const gate = new Promise<void>((resolve) => (open = resolve));
(SCHEMA.getType('Told') as GraphQLObjectType).getFields()['late']!.resolve = async () => {
  begun += 1;
  await gate;
  return 1;
};

let asking: Asking;
beforeAll(async () => {
  asking = await Asking.of(SCHEMA);
});
afterAll(() => asking.close());

it('an event that waits for its turn is not told where its stream has ended by then', async () => {
  const subscribing = new Subscribing(asking.pipeline);
  const streams: Events[] = [];
  for (let index = 0; index < 6; index += 1) {
    const caller = { requestId: 'r', authorization: undefined, session: undefined };
    const asked = await subscribing.ask({ query: 'subscription { told { late } }' }, caller);
    if (!('events' in asked)) throw new Error('It is a subscription.');
    streams.push(asked.events);
  }
  const told = streams.map((stream) => stream.next());
  while (begun < 4) await setImmediate();
  await streams[4]!.return();
  open();
  const events = await Promise.all(told);
  expect(begun).toBe(5);
  expect(events.map(({ value }) => value?.data)).toEqual(
    [1, 1, 1, 1, undefined, 1].map((late) => late && { told: { late } }),
  );
});
