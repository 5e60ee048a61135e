import { Failure } from '../../src/errors.js';
import { LookUps } from '../../src/tenancy/look-ups.js';

/** Look-ups of which none is answered until it is told to. */
function lookUps() {
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const made = new LookUps<string, string>(async (asked) => {
    await answered;
    return asked;
  });
  let refused = 0;
  const ask = (agency: string, caller: string, count: number): Promise<string>[] =>
    Array.from({ length: count }, () => {
      try {
        return made.ask(agency, caller, caller);
      } catch (error) {
        expect(error).toMatchObject({
          code: 'THROTTLED',
          message: 'Too many callers at once; ask again later.',
        });
        expect(error).toBeInstanceOf(Failure);
        refused += 1;
        return Promise.resolve('refused');
      }
    });
  return { ask, answer: () => answer(), refused: () => refused };
}

it('one who asks for very much leaves others of the agency to be looked up, and those others', async () => {
  const { ask, answer, refused } = lookUps();
  const asked = [...ask('agency', 'much', 6_000)];
  // The first is being looked up.
  expect(refused()).toBe(999);
  asked.push(...ask('agency', 'few', 25));
  expect(refused()).toBe(1_004);
  asked.push(...ask('other', 'one', 30));
  expect(refused()).toBe(1_004);
  answer();
  const told = await Promise.all(asked);
  expect(told.slice(-30)).toEqual(Array.from({ length: 30 }, () => 'one'));
});

it('however many callers an agency has, no more of them wait than twice as many', async () => {
  const { ask, answer, refused } = lookUps();
  const asked = Array.from({ length: 12_000 }, (_, index) => ask('agency', `caller ${index}`, 1)).flat();
  expect(refused()).toBe(1_999);
  answer();
  await Promise.all(asked);
});
