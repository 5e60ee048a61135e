import fc from 'fast-check';
import { NobodysInvitations } from '../../../src/ledger/invitations/nobodys-invitations.js';

interface Ended {
  readonly at: number;
  readonly count: number;
}

/** All instants, looked at one by one for each withdrawal. */
class PlainNobodys {
  private readonly instants = new Map<number, { sent: number; ended: number }>();
  private readonly endedBy = new Map<string, readonly Ended[]>();

  send(at: number, sent: number): void {
    this.alter(at, { sent, ended: 0 });
  }

  withdraw(id: string, withdrawnAt: number, count: number, after: number): readonly Ended[] {
    const taken: Ended[] = [];
    let left = count;
    for (const at of [...this.instants.keys()].toSorted((one, other) => one - other)) {
      const ended = at > after && at <= withdrawnAt ? Math.min(left, this.pendingOf(at)) : 0;
      if (ended === 0) continue;
      left -= ended;
      taken.push({ at, count: ended });
      this.alter(at, { sent: 0, ended });
    }
    this.endedBy.set(id, taken);
    return taken;
  }

  undo(id: string): void {
    for (const { at, count } of this.endedBy.get(id) ?? []) this.alter(at, { sent: 0, ended: -count });
    this.endedBy.delete(id);
  }

  pending(): [number, number][] {
    return [...this.instants.keys()].map((at) => [at, this.pendingOf(at)]);
  }

  private pendingOf(at: number): number {
    const { sent, ended } = this.instants.get(at) ?? { sent: 0, ended: 0 };
    return Math.max(0, sent - ended);
  }

  private alter(at: number, { sent, ended }: { sent: number; ended: number }): void {
    const known = this.instants.get(at) ?? { sent: 0, ended: 0 };
    this.instants.set(at, { sent: known.sent + sent, ended: known.ended + ended });
  }
}

const NOTHING_READ = { since: -1, instants: new Map(), endedBy: new Map(), opening: null };

describe('NobodysInvitations', () => {
  it('takes what plain counting takes, whatever is sent, withdrawn and taken out', () => {
    const at = fc.nat(12);
    const step = fc.oneof(
      fc.record({ kind: fc.constant('SEND' as const), at, count: fc.integer({ min: -2, max: 3 }) }),
      fc.record({ kind: fc.constant('WITHDRAW' as const), at, count: fc.nat(6), age: fc.nat(12) }),
      fc.record({ kind: fc.constant('UNDO' as const), of: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const plain = new PlainNobodys();
        const gauge = new Map<number, number>();
        const nobodys = new NobodysInvitations(NOTHING_READ, (instant, count) =>
          gauge.set(instant, (gauge.get(instant) ?? 0) + count),
        );
        for (const [index, one] of steps.entries()) {
          const id = `c${index}`;
          if (one.kind === 'SEND') {
            plain.send(one.at, one.count);
            nobodys.send({ id, at: one.at, count: one.count });
          } else if (one.kind === 'UNDO') {
            plain.undo(`c${one.of}`);
            nobodys.undo(`c${one.of}`);
          } else {
            const { at: withdrawnAt, count, age } = one;
            const taken = nobodys.withdraw({ id, at: withdrawnAt, count }, withdrawnAt - age);
            expect(taken).toEqual(plain.withdraw(id, withdrawnAt, count, withdrawnAt - age));
          }
          for (const [instant, count] of plain.pending()) expect(gauge.get(instant) ?? 0).toBe(count);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('walks over no instant again that is spent, nor over what is not withdrawn', () => {
    const times = Array.from({ length: 2_000 }, (_, index) => index * 10);
    const instants = new Map(times.map((at) => [at, { sent: 1, ended: 0 }]));
    const nobodys = new NobodysInvitations({ ...NOTHING_READ, instants }, () => undefined);
    const looked = jest.spyOn(Map.prototype, 'get');
    const taken = times.map((_, index) => nobodys.withdraw({ id: `w${index}`, at: 20_000, count: 1 }, -1));
    const steps = looked.mock.calls.length;
    looked.mockRestore();
    expect(taken.map(([one]) => one?.at)).toEqual(times);
    expect(steps / times.length).toBeLessThan(10);
  });
});
