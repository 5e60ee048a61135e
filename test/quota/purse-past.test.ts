import { PursePast, type PursePastEvent } from '../../src/quota/purse-past.js';
import { at, purseAt } from './purses.js';

const NOTHING = new Set<string>();

function taken(chargeId: string, when: string, committed = false): PursePastEvent {
  const sentAt = at(when);
  return { kind: 'TAKE', at: sentAt, sent: { chargeId, seatId: 'seat', count: 1, sentAt, committed } };
}

function balances(past: PursePast, ...instants: string[]): number[] {
  return instants.map((when) => past.at(at(when), NOTHING).balance);
}

/** Two credits on the 10th of January; five on the 10th of each month. */
const OPEN = { openingCredits: 2 };

describe('PursePast', () => {
  it('takes each credit when its InMail was sent, and grants in between', () => {
    const events = [
      taken('one', '2026-01-12T09:00Z'),
      taken('two', '2026-01-13T09:00Z'),
      taken('none', '2026-01-14T09:00Z'),
      taken('three', '2026-02-11T09:00Z'),
    ];
    const past = new PursePast(purseAt('2026-01-11T00:00Z', OPEN), events);
    const before = ['2026-01-12T08:59Z', '2026-01-12T09:00Z', '2026-01-13T09:00Z', '2026-02-09T23:59Z'];
    expect(balances(past, ...before, '2026-02-10T00:00Z', '2026-02-11T09:00Z')).toEqual([2, 1, 0, 0, 5, 4]);
  });

  it('goes by the balance as it was told, of what was sent since alone', () => {
    const events: PursePastEvent[] = [
      taken('before', '2026-01-12T09:00Z'),
      { kind: 'SET', at: at('2026-01-13T00:00Z'), available: 1, seatId: 'seat' },
      taken('since', '2026-01-14T00:00Z'),
    ];
    const past = new PursePast(purseAt('2026-01-11T00:00Z', OPEN), events);
    expect(balances(past, '2026-01-12T12:00Z', '2026-01-13T00:00Z', '2026-01-14T00:00Z')).toEqual([1, 1, 0]);
  });

  it('gives a credit back when it was answered, once, within 90 days, and to a lot that is still there', () => {
    const answer = (when: string): PursePastEvent => ({ kind: 'ANSWER', at: at(when), chargeId: 'one' });
    const events = [
      taken('one', '2026-01-12T09:00Z'),
      answer('2026-01-20T00:00Z'),
      answer('2026-01-21T00:00Z'),
    ];
    const past = new PursePast(purseAt('2026-01-11T00:00Z', OPEN), events);
    expect(balances(past, '2026-01-19T00:00Z', '2026-01-20T00:00Z', '2026-01-22T00:00Z')).toEqual([1, 2, 2]);
    const late = [taken('one', '2026-01-12T09:00Z'), answer('2026-04-12T09:00:00.001Z')];
    const other = new PursePast(purseAt('2026-01-11T00:00Z', { ...OPEN, perMonth: 0 }), late);
    expect(balances(other, '2026-04-09T00:00Z', '2026-04-13T00:00Z')).toEqual([1, 0]);
  });

  it('gives back what was taken before it was looked at', () => {
    const purse = purseAt('2026-01-11T00:00Z', OPEN);
    const sentAt = at('2026-01-11T00:00Z');
    purse.take({ chargeId: 'old', seatId: 'seat', count: 1, sentAt, committed: true });
    const take = { chargeId: 'old', seatId: 'seat', lot: 1, amount: 1 };
    const past = new PursePast(purse, [{ kind: 'RETURN', at: at('2026-01-12T00:00Z'), take }]);
    expect(balances(past, '2026-01-11T23:00Z', '2026-01-12T00:00Z')).toEqual([1, 2]);
  });

  it('holds back what was sent only behind it, at the very instant', () => {
    const when = '2026-01-12T09:00Z';
    const past = new PursePast(purseAt('2026-01-11T00:00Z', OPEN), [taken('one', when), taken('two', when)]);
    const behind = (...ids: string[]) => past.at(at(when), new Set(ids)).balance;
    expect([behind('one', 'two'), behind('two'), behind()]).toEqual([2, 1, 0]);
  });
});
