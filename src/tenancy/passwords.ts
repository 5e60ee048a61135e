import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { normalized } from '../unicode.js';
import { customerOf } from './network.js';
import { Turns } from './turns.js';

/** What OWASP recommends for argon2id, which is the library's own choice: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const COST_OF_HASH = '$m=19456,t=2,p=1$';

/** Hashes that are made at once, so that those who sign in can't take all memory and every core: one is left to all else. */
const AT_ONCE_MAX = Math.max(1, Math.min(4, availableParallelism() - 1));
/**
 * Those who wait for their turn; beyond, they are sent away, but for some of the few where the others are many. Who may ask for how
 * much of it is told by `SignInTurns`.
 */
const WAITS = {
  waitingMax: 400,
  ofPartyAlways: 50,
  tooMany: 'Too many sign in at once; ask again later.',
} as const;
const EVERYBODY = '';

/** Whose password it is as far as that is known: where they are, and whether its owner came in from there, or by that browser, before. */
export interface Typing {
  readonly place: string;
  readonly isKnown: boolean;
}

/** Of a password that nobody has: an address that nobody has is answered after as much work as any other. */
const NOBODYS = hash(`nobody's ${Math.random()}`, COST);

/**
 * A password in the one form that it is kept and compared in, as NIST SP 800-63B has it: keyboards write the same letter in several ways,
 * and whoever types it sees one.
 */
export function inOneForm(password: string): string {
  return normalized(password, 'NFKC');
}

/**
 * Passwords as they are kept: argon2id, each with a salt of its own. It takes long to make one, and to compare one with it. So one
 * customer's network comes after another, and whoever is known is in no line with all those whom nobody knows.
 */
export class Passwords {
  private readonly turns = new Turns(AT_ONCE_MAX, WAITS);

  constructor(
    private readonly isOf: (kept: string, password: string) => Promise<boolean> = (kept, password) =>
      verify(kept, password),
  ) {}

  /** Whoever sets one has shown the one before, or a link. */
  hash(password: string, place: string): Promise<string> {
    return this.inTurn({ place, isKnown: true }, () => hash(inOneForm(password), COST));
  }

  /**
   * False where there is none to compare with, after the same work. One that was kept before there was the one form is compared as it
   * was typed, too. Throws THROTTLED where too many wait.
   */
  matches(kept: string | null, password: string, by: Typing): Promise<boolean> {
    return this.inTurn(by, async () => {
      const compared = kept ?? (await NOBODYS);
      const one = inOneForm(password);
      const isRight =
        (await this.isOf(compared, one)) || (one !== password && (await this.isOf(compared, password)));
      return kept !== null && isRight;
    });
  }

  /** Whether the hash of a right password was made at another cost than those of now, or of what was typed then. */
  async isOutdated(kept: string, password: string, place: string): Promise<boolean> {
    if (!kept.includes(COST_OF_HASH)) return true;
    const one = inOneForm(password);
    return one !== password && !(await this.inTurn({ place, isKnown: true }, () => this.isOf(kept, one)));
  }

  private inTurn<T>({ place, isKnown }: Typing, work: () => Promise<T>): Promise<T> {
    return this.turns.run(EVERYBODY, work, {
      party: isKnown ? 'known' : 'strangers',
      name: customerOf(place),
    });
  }
}
