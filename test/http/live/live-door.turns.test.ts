import { GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { LiveDoor } from '../../../src/http/live/live-door.js';
import { LiveMetrics } from '../../../src/http/live/live-metrics.js';
import { AuthorityWatch } from '../../../src/live/authority.js';

it('what those send who have not said who they are is dealt with one customer’s after another’s, however many networks one has', async () => {
  const nobody = (): Promise<never> => Promise.reject(new Error('Nobody is let in.'));
  const authorities = new AuthorityWatch({ look: nobody });
  const door = new LiveDoor({
    ...{ authorities, authenticate: nobody, ask: nobody, requestLimit: null },
    schema: new GraphQLSchema({}),
    metrics: new LiveMetrics(new Registry()),
    logger: pino({ level: 'silent' }),
  });
  const dealt: string[] = [];
  const say = (place: string): Promise<void> =>
    door.inTurn(null, place, { deal: () => void dealt.push(place), bytes: 10 });
  const many = Array.from({ length: 20 }, (_, index) => say(`2001:db8:1:${index}::1`));
  await Promise.all([...many, say('198.51.100.1')]);
  expect(dealt).toHaveLength(21);
  expect(dealt.indexOf('198.51.100.1')).toBe(1);
  authorities.close();
});
