import { hash, verify } from '@node-rs/argon2';
import { Turns } from './turns.js';

/** What OWASP recommends for argon2id, which is the library's own choice: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const COST_OF_HASH = '$m=19456,t=2,p=1$';

/** Hashes that are made at once, so that those who sign in can't take all memory and every core. */
const AT_ONCE_MAX = 4;
/** Those who wait for their turn; beyond, they are sent away. Who may ask for how much of it is told by `SignInTurns`. */
const WAITS = { waitingMax: 200, tooMany: 'Too many sign in at once; ask again later.' } as const;
const EVERYBODY = '';

/** Of a password that nobody has: an address that nobody has is answered after as much work as any other. */
const NOBODYS = hash(`nobody's ${Math.random()}`, COST);

/** Passwords as they are kept: argon2id, each with a salt of its own. */
export class Passwords {
  private readonly turns = new Turns(AT_ONCE_MAX, WAITS);

  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(password, COST));
  }

  /** False where there is none to compare with, after the same work. Throws THROTTLED where too many wait. */
  matches(kept: string | null, password: string): Promise<boolean> {
    return this.inTurn(async () => {
      const isRight = await verify(kept ?? (await NOBODYS), password);
      return kept !== null && isRight;
    });
  }

  /** Whether a hash was made at another cost than those of now. */
  isOutdated(kept: string): boolean {
    return !kept.includes(COST_OF_HASH);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.turns.run(EVERYBODY, work);
  }
}
