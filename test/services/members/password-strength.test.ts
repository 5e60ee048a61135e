import { refuseWeakPassword } from '../../../src/services/members/password-strength.js';

/** It takes the judge long, and it is weak all the same. */
const DEAR = '20121212121212121212121212121212';
const GOOD = 'wobbly kettle 47 orchard';

it('an agency that has many passwords judged waits behind itself, and nobody else does', async () => {
  const judged: string[] = [];
  const judge = async (agencyId: string, password: string) => {
    const refusal = await refuseWeakPassword(password, { agencyId, words: ['Ada'] });
    judged.push(agencyId);
    return refusal?.code ?? null;
  };
  const busy = Array.from({ length: 6 }, () => judge('busy', DEAR));
  expect(await judge('other', GOOD)).toBeNull();
  expect(judged.length).toBeLessThanOrEqual(2);
  expect(await Promise.all(busy)).toEqual(Array.from({ length: 6 }, () => 'INVALID'));
});
