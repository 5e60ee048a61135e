import { Failure } from '../../../src/errors.js';
import { refuseWeakPassword } from '../../../src/services/members/password-strength.js';

/** It takes the judge long, and it is weak all the same. */
const DEAR = '20121212121212121212121212121212';
const GOOD = 'wobbly kettle 47 orchard';

it('an agency that has many passwords judged waits behind itself, and nobody else does', async () => {
  const judged: string[] = [];
  const judge = async (agencyId: string, password: string) => {
    const refusal = await refuseWeakPassword(password, { agencyId, memberId: 'one', words: ['Ada'] });
    judged.push(agencyId);
    return refusal?.code ?? null;
  };
  const busy = Array.from({ length: 6 }, () => judge('busy', DEAR));
  expect(await judge('other', GOOD)).toBeNull();
  expect(judged.length).toBeLessThanOrEqual(2);
  expect(await Promise.all(busy)).toEqual(Array.from({ length: 6 }, () => 'INVALID'));
});

it('whoever has many passwords judged waits behind themselves in their agency too, and few of theirs wait', async () => {
  const answers: string[] = [];
  const judge = async (memberId: string, password: string) => {
    const judged = refuseWeakPassword(password, { agencyId: 'shared', memberId, words: ['Ada'] });
    const code = await judged.then((refusal) => refusal?.code ?? 'GOOD', codeOf);
    if (memberId === 'busy') answers.push(code);
    return code;
  };
  const busy = Array.from({ length: 12 }, () => judge('busy', DEAR));
  expect(await judge('other', GOOD)).toBe('GOOD');
  // One is judged and five wait.
  expect(answers.slice(0, 6)).toEqual(Array.from({ length: 6 }, () => 'THROTTLED'));
  expect(answers.length).toBeLessThanOrEqual(8);
  await Promise.all(busy);
  expect(answers.slice(6)).toEqual(Array.from({ length: 6 }, () => 'INVALID'));
});

function codeOf(error: unknown): string {
  return error instanceof Failure ? error.code : String(error);
}
