import { hash, verify } from '@node-rs/argon2';
import { Failure } from '../errors.js';

/** What OWASP recommends for argon2id, which is the library's own choice: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const COST_OF_HASH = '$m=19456,t=2,p=1$';

/** Hashes that are made at once, so that those who sign in can't take all memory and every core. */
const AT_ONCE_MAX = 4;
/** Those who wait for their turn; beyond, they are sent away. */
const WAITING_MAX = 200;
const RETRY_AFTER_MS = 1_000;

/** Of a password that nobody has: an address that nobody has is answered after as much work as any other. */
const NOBODYS = hash(`nobody's ${Math.random()}`, COST);

/** Passwords as they are kept: argon2id, each with a salt of its own. */
export class Passwords {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

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

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < AT_ONCE_MAX) this.running += 1;
    else await this.wait();
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  private wait(): Promise<void> {
    if (this.waiting.length < WAITING_MAX) return new Promise((resolve) => this.waiting.push(resolve));
    throw new Failure('THROTTLED', 'Too many sign in at once; ask again later.', RETRY_AFTER_MS);
  }
}
