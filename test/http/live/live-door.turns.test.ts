import { GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type Admitted, LiveDoor } from '../../../src/http/live/live-door.js';
import { LiveMetrics } from '../../../src/http/live/live-metrics.js';
import { AuthorityWatch } from '../../../src/live/authority.js';
import { busy } from '../../support/busy.js';

const nobody = (): Promise<never> => Promise.reject(new Error('Nobody is let in.'));
let authorities: AuthorityWatch;
let door: LiveDoor;
beforeEach(() => {
  authorities = new AuthorityWatch({ look: nobody });
  door = new LiveDoor({
    ...{ authorities, authenticate: nobody, ask: nobody, requestLimit: null },
    schema: new GraphQLSchema({}),
    metrics: new LiveMetrics(new Registry()),
    logger: pino({ level: 'silent' }),
  });
});
afterEach(() => authorities.close());

it('what those send who have not said who they are is dealt with one customer’s after another’s, however many networks one has', async () => {
  const dealt: string[] = [];
  const say = (place: string): Promise<void> =>
    door.inTurn(null, place, { deal: () => void dealt.push(place), bytes: 10 });
  const many = Array.from({ length: 20 }, (_, index) => say(`2001:db8:1:${index}::1`));
  await Promise.all([...many, say('198.51.100.1')]);
  expect(dealt).toHaveLength(21);
  expect(dealt.indexOf('198.51.100.1')).toBe(1);
});

it('long messages of an agency are dealt with one at a time, its short ones and those of others in between', async () => {
  const dealt: string[] = [];
  const of = (agencyId: string): Admitted =>
    ({ viewer: { agencyId, role: 'OWNER', actor: agencyId } }) as Admitted;
  const say = (what: string, agencyId: string, bytes: number): Promise<void> =>
    door.inTurn(of(agencyId), '198.51.100.1', {
      deal: () => {
        busy(10);
        dealt.push(what);
      },
      bytes,
    });
  await Promise.all([
    ...['long 1', 'long 2', 'long 3'].map((what) => say(what, 'a', 20_000)),
    say('long of another', 'b', 20_000),
    say('short', 'a', 10),
  ]);
  expect(dealt.slice(0, 3).toSorted()).toEqual(['long 1', 'long of another', 'short']);
  expect(dealt.slice(3)).toEqual(['long 2', 'long 3']);
});
