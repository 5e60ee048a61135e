import fc from 'fast-check';
import { setImmediate as turn } from 'node:timers/promises';
import { Turns } from '../../src/tenancy/turns.js';

/** Agencies, each a letter, that ask for turns and have them until they are told to end. */
class Crowd {
  readonly begun: string[] = [];
  readonly answers = new Map<string, Promise<string>>();
  private readonly underWay = new Map<string, { end: () => void; fail: (error: Error) => void }>();

  constructor(private readonly turns: Turns) {}

  ask(...names: string[]): void {
    for (const name of names) {
      const work = () =>
        new Promise<string>((resolve, reject) => {
          this.begun.push(name);
          this.underWay.set(name, { end: () => resolve(name), fail: reject });
        });
      this.answers.set(name, this.turns.run(name.slice(0, 1), work));
    }
  }

  get running(): string[] {
    return [...this.underWay.keys()];
  }

  async end(name: string): Promise<void> {
    this.underWay.get(name)?.end();
    this.underWay.delete(name);
    await turn();
  }

  async fail(name: string, error: Error): Promise<void> {
    this.underWay.get(name)?.fail(error);
    this.underWay.delete(name);
    await turn();
  }

  async endAll(): Promise<void> {
    for (let [name] = this.running; name !== undefined; [name] = this.running) await this.end(name);
    expect(await Promise.all(this.answers.values())).toEqual([...this.answers.keys()]);
  }
}

const crowdOf = (ofAllMax: number, turnsMax = 4) => new Crowd(new Turns(turnsMax, undefined, ofAllMax));

it.each([10, 40])('of %i one agency alone has as many as one may have', async (ofAllMax) => {
  const crowd = crowdOf(ofAllMax);
  crowd.ask('a1', 'a2', 'a3', 'a4', 'a5');
  expect(crowd.begun).toEqual(['a1', 'a2', 'a3', 'a4']);
  await crowd.endAll();
});

it('two that ask for much leave turns to a third, a fourth, a fifth and a sixth', async () => {
  const crowd = crowdOf(10);
  crowd.ask('a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'b2', 'b3', 'b4');
  expect(crowd.begun).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2']);
  crowd.ask('c1', 'd1', 'e1', 'f1', 'g1');
  expect(crowd.begun.slice(6)).toEqual(['c1', 'd1', 'e1', 'f1']);
  await crowd.endAll();
});

it('who waits and has none comes next, whoever ends, and before a further one of who has some', async () => {
  const crowd = crowdOf(3);
  crowd.ask('a1', 'a2', 'b1', 'c1', 'b2', 'd1', 'e1');
  expect(crowd.begun).toEqual(['a1', 'b1', 'c1']);
  await crowd.end('b1');
  await crowd.end('c1');
  expect(crowd.begun.slice(3)).toEqual(['d1', 'e1']);
  await crowd.end('d1');
  expect(crowd.begun.slice(5)).toEqual(['b2']);
  await crowd.endAll();
  expect(crowd.begun.slice(6)).toEqual(['a2']);
});

it('of those who have as few the next is who had none for longest', async () => {
  const crowd = crowdOf(1);
  crowd.ask('a1', 'a2', 'b1', 'c1', 'b2', 'a3');
  await crowd.endAll();
  expect(crowd.begun).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
});

it('who has some has a further one once more than twice as many are free', async () => {
  const crowd = crowdOf(10);
  crowd.ask('a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3', 'b4');
  await crowd.end('a1');
  expect(crowd.begun.slice(4)).toEqual(['b1', 'b2', 'b3']);
  await crowd.end('a2');
  await crowd.end('a3');
  expect(crowd.begun).not.toContain('b4');
  await crowd.end('a4');
  expect(crowd.begun.at(-1)).toBe('b4');
  await crowd.endAll();
});

it('a database away is told to all who wait for the same, and not to those who have a turn of their own', async () => {
  const crowd = crowdOf(2);
  crowd.ask('a1', 'b1', 'a2', 'b2', 'c1', 'd1');
  const away = Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
  const lost = ['a1', 'a2', 'c1', 'd1'].map((name) => expect(crowd.answers.get(name)).rejects.toBe(away));
  await crowd.fail('a1', away);
  await Promise.all(lost);
  expect(crowd.begun).toEqual(['a1', 'b1']);
  crowd.ask('c2');
  expect(crowd.running).toEqual(['b1', 'c2']);
  await crowd.end('b1');
  expect(crowd.running).toEqual(['c2', 'b2']);
  await crowd.end('b2');
  await crowd.end('c2');
  expect(await crowd.answers.get('b2')).toBe('b2');
});

it.each([
  ['a defect', {}],
  ['a session that was ended as it said nothing for long', { code: '25P03' }],
  ['a connection that was cut off', { code: 'ECONNRESET' }],
  ['a query that took too long', { message: 'Query read timeout' }],
])('%s is told to whom it happens alone, and the turn goes on to whichever agency', async (_, found) => {
  const crowd = crowdOf(1);
  crowd.ask('a1', 'b1');
  const failed = expect(crowd.answers.get('a1')).rejects.toMatchObject(found);
  await crowd.fail('a1', Object.assign(new Error('broken'), found));
  await failed;
  expect(crowd.running).toEqual(['b1']);
  await crowd.end('b1');
});

it('is THROTTLED for an agency of which too many wait and none has a turn, and for no other', async () => {
  const turns = new Turns(4, { waitingMax: 2, tooMany: 'too many' }, 1);
  const crowd = new Crowd(turns);
  crowd.ask('a1', 'b1', 'b2', 'c1');
  await expect(turns.run('b', () => Promise.resolve())).rejects.toMatchObject({ code: 'THROTTLED' });
  expect(() => turns.refuseFull('b')).toThrow('too many');
  turns.refuseFull('c');
  await crowd.endAll();
  turns.refuseFull('b');
});

it('looks at no more of the agencies that wait than there are turns: each of very many comes next, once', async () => {
  const turns = new Turns(2, undefined, 3);
  const crowd = new Crowd(turns);
  crowd.ask('a1', 'b1', 'c1', 'a2', 'b2', 'c2');
  const agencies = Array.from({ length: 2_000 }, (_, index) => `agency ${index}`);
  const waiting = agencies.map((whose) => turns.run(whose, () => Promise.resolve(whose)));
  const looks = jest.spyOn(Object.getPrototypeOf(new Map().values()), 'next');
  await crowd.end('a1');
  expect(await Promise.all(waiting)).toEqual(agencies);
  // Past those who have some, to the first that has none, and there to its only caller.
  expect(looks.mock.calls.length).toBeLessThan(5 * agencies.length);
  looks.mockRestore();
  await crowd.endAll();
});

/** What each agency has and waits for, by what was asked, begun and ended alone. */
function counted(crowd: Crowd) {
  const of = (names: readonly string[], whose: string) => names.filter((name) => name.startsWith(whose));
  return [...'abcde'].map((whose) => ({
    running: of(crowd.running, whose).length,
    waiting: of([...crowd.answers.keys()], whose).length - of(crowd.begun, whose).length,
  }));
}

it('none has too many, and nobody waits who may begin, whoever asks and ends in whichever order', async () => {
  const step = fc.oneof(
    fc.record({ asks: fc.constantFrom(...'aaabbcde') }),
    fc.record({ ends: fc.nat({ max: 9 }) }),
  );
  const steps = fc.array(step, { minLength: 20, maxLength: 60 });
  const sizes = [fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 10 })] as const;
  await fc.assert(
    fc.asyncProperty(...sizes, steps, async (turnsMax, ofAllMax, all) => {
      const crowd = crowdOf(ofAllMax, turnsMax);
      for (const [index, one] of all.entries()) {
        const { running } = crowd;
        if ('asks' in one) crowd.ask(`${one.asks}${index}`);
        else await crowd.end(running[one.ends % running.length] ?? '');
        const free = ofAllMax - crowd.running.length;
        expect(free).toBeGreaterThanOrEqual(0);
        for (const { running: has, waiting } of counted(crowd)) {
          expect(has).toBeLessThanOrEqual(turnsMax);
          expect(waiting > 0 && has < turnsMax && 2 * has < free).toBe(false);
        }
      }
      await crowd.endAll();
    }),
  );
});
