import { type Caller, Turns } from '../../src/tenancy/turns.js';

/** A turn: whose it is, and who has it of theirs. */
interface Turn {
  readonly whose: string;
  readonly name: string;
}

/** One that was given, and how many of the same were given since it was asked for. */
interface TurnGiven extends Turn {
  readonly behind: number;
}

/**
 * All turns, until the mocks are restored: those that are asked for, and those that are given, each in their order. How long one takes
 * says nothing of the order: whoever has a connection that is slow is done late, however early it was their turn.
 */
export function hearTurns(): { readonly asked: readonly Turn[]; readonly given: readonly TurnGiven[] } {
  const asked: Turn[] = [];
  const given: (TurnGiven & { readonly of: Turns })[] = [];
  const run = Reflect.get(Turns.prototype, 'run');
  const heard = function <T>(
    this: Turns,
    whose: string,
    work: () => Promise<T>,
    caller: Caller | string = '',
  ): Promise<T> {
    const turn = { whose, name: typeof caller === 'string' ? caller : caller.name };
    const before = given.length;
    asked.push(turn);
    const noted = (): Promise<T> => {
      const since = given.slice(before).filter((one) => one.of === this && one.whose === whose);
      given.push({ ...turn, of: this, behind: since.length });
      return work();
    };
    return run.call(this, whose, noted, caller) as Promise<T>;
  };
  jest.spyOn(Turns.prototype, 'run').mockImplementation(heard);
  return { asked, given };
}
