import { randomUUID } from 'node:crypto';
import { LetIn } from '../../src/tenancy/let-in.js';
import { mintToken, parseToken, type ParsedToken } from '../../src/tenancy/token.js';

const [AGENCY, OTHER, ID] = [randomUUID(), randomUUID(), randomUUID()];

function shown(agencyId = AGENCY, id = ID): ParsedToken {
  return parseToken('KEY', mintToken('KEY', agencyId, id).token)!;
}

it('a token is known by all of it: not by its name with another secret, nor by its secret under another name', () => {
  const [letIn, token] = [new LetIn(), shown()];
  expect([letIn.has(token), letIn.hasAgency(AGENCY)]).toEqual([false, false]);
  letIn.note(token, true);
  expect([letIn.has(token), letIn.hasAgency(AGENCY)]).toEqual([true, true]);
  expect(letIn.has(shown())).toBe(false);
  expect(letIn.has({ ...token, id: randomUUID() })).toBe(false);
  expect(letIn.has({ ...token, agencyId: OTHER })).toBe(false);
  expect(letIn.hasAgency(OTHER)).toBe(false);
});

it('one that is not let in any more is a stranger’s, and nobody makes it so by its name alone', () => {
  const [letIn, token] = [new LetIn(), shown()];
  letIn.note(token, true);
  letIn.note(shown(), false);
  expect(letIn.has(token)).toBe(true);
  letIn.note(token, false);
  expect(letIn.has(token)).toBe(false);
  // Of its agency somebody was let in all the same.
  expect(letIn.hasAgency(AGENCY)).toBe(true);
});
