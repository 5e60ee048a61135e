import { parse } from 'graphql';
import { ReadingTurns } from '../../../src/http/bounds/reading-turns.js';
import { Refusals } from '../../../src/http/bounds/refusals.js';
import { Beginnings } from '../../../src/http/operations/beginnings.js';
import type { Role } from '../../../src/quota/words.js';
import { busy } from '../../support/busy.js';

const SHORT = '{ viewer { role } }';
const sent = { source: SHORT, document: parse(SHORT), request: {} };
const by = (agencyId: string) => ({ caller: { agencyId, role: 'OWNER', actor: agencyId } as const });

let beginnings: Beginnings;
let looked: string[];
beforeEach(() => {
  beginnings = new Beginnings();
  looked = [];
});

/** Something of an agency’s that takes the process some milliseconds to price. */
async function look(agencyId: string, ms: number): Promise<void> {
  await beginnings.look(sent, by(agencyId));
  busy(ms);
  looked.push(agencyId);
}

it('what is asked is priced a few milliseconds of the process at a time, one agency’s after another one’s', async () => {
  const many = Array.from({ length: 40 }, () => look('many', 2));
  await Promise.all([...many, look('one', 2)]);
  expect(looked).toHaveLength(41);
  expect(looked.indexOf('one')).toBeLessThan(6);
});

it('whoever was refused something for its price has others’ time behind each look, and those alone who share the budget', async () => {
  const refusals = new Refusals();
  const turns = jest.spyOn(ReadingTurns.prototype, 'take');
  const isBehindOthers = async (agencyId: string, role: Role): Promise<boolean> => {
    turns.mockClear();
    await new Beginnings(refusals).look(sent, { caller: { agencyId, role } });
    return turns.mock.calls.length > 0;
  };
  expect(await isBehindOthers('a', 'ANALYST')).toBe(false);
  refusals.note({ agencyId: 'a', role: 'ANALYST' });
  expect(await isBehindOthers('a', 'ANALYST')).toBe(true);
  expect([await isBehindOthers('a', 'OWNER'), await isBehindOthers('b', 'ANALYST')]).toEqual([false, false]);
  turns.mockRestore();
});
