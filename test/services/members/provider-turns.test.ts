import { ProviderTurns } from '../../../src/services/members/provider-turns.js';

/** A provider that answers one at a time, when it is told to. */
function slowProvider() {
  const waiting: (() => void)[] = [];
  return {
    ask: () => new Promise<void>((done) => waiting.push(done)),
    async answerOne(): Promise<void> {
      waiting.shift()?.();
      await new Promise((done) => setImmediate(done));
    },
  };
}

it('a network that is crowded keeps nobody elsewhere waiting, and no other agency', async () => {
  const turns = new ProviderTurns();
  const provider = slowProvider();
  const order: string[] = [];
  const come = (agencyId: string, place: string): void =>
    void turns.run({ agencyId, place }, provider.ask).then(() => order.push(`${agencyId} ${place}`));
  for (let index = 0; index < 50; index += 1) come('one', '203.0.113.50');
  come('one', '198.51.100.99');
  for (let answers = 0; answers < 5; answers += 1) await provider.answerOne();
  expect(order.filter((who) => who.endsWith('.99'))).toHaveLength(1);
  come('two', '203.0.113.50');
  for (let answers = 0; answers < 5; answers += 1) await provider.answerOne();
  expect(order).toContain('two 203.0.113.50');
});

it('all networks that a customer of IPv6 has are one; two hundred of it wait at most', async () => {
  const turns = new ProviderTurns();
  const provider = slowProvider();
  const comes = Array.from({ length: 205 }, (_, index) =>
    turns
      .run({ agencyId: 'one', place: `2001:db8:1:${index.toString(16)}::1` }, provider.ask)
      .catch((error: unknown) => error),
  );
  expect(await comes[204]).toMatchObject({ code: 'THROTTLED', retryAfterMs: expect.any(Number) });
  for (let answers = 0; answers < 204; answers += 1) await provider.answerOne();
  expect(await Promise.all(comes.slice(0, 204))).toEqual(Array.from({ length: 204 }, () => undefined));
});
