import { Failure } from '../errors.js';
import { Rounds } from './rounds.js';
import { isUnreachable } from './sqlstate.js';

/** Most that one statement looks up. */
const BATCH_MAX = 200;
/**
 * Most that wait at once, of all agencies that are named and of one; beyond, they are sent away. Nobody has looked yet whether they are of
 * the agency that they name.
 */
const WAITING_MAX = 50_000;
const WAITING_OF_AGENCY_MAX = 5_000;
const RETRY_AFTER_MS = 1_000;

interface Waiting<Asked, Found> {
  readonly asked: Asked;
  readonly resolve: (found: Found) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Looks up what is asked for, one look-up after the other. Whoever comes while one is under way shares the next one, so that many cost
 * hardly more than one; where they are more than it holds, one of an agency comes after one of another.
 */
export class LookUps<Asked, Found> {
  private readonly waiting = new Rounds<Waiting<Asked, Found>>();
  private isLookingUp = false;

  /** `lookUp` answers in the order in which it was asked. */
  constructor(private readonly lookUp: (asked: readonly Asked[]) => Promise<readonly Found[]>) {}

  /** What a look-up finds that begins after this. Throws THROTTLED where too many wait, and what the look-up threw. */
  ask(agencyId: string, caller: string, asked: Asked): Promise<Found> {
    if (this.waiting.size >= WAITING_MAX || this.waiting.sizeOf(agencyId) >= WAITING_OF_AGENCY_MAX) {
      throw new Failure('THROTTLED', 'Too many callers at once; ask again later.', RETRY_AFTER_MS);
    }
    return new Promise((resolve, reject) => {
      this.waiting.add(agencyId, caller, { asked, resolve, reject });
      if (!this.isLookingUp) void this.lookUpAll();
    });
  }

  private async lookUpAll(): Promise<void> {
    this.isLookingUp = true;
    while (this.waiting.size > 0) {
      const batch = this.waiting.take(BATCH_MAX);
      try {
        const found = await this.lookUp(batch.map(({ asked }) => asked));
        batch.forEach(({ resolve }, index) => resolve(found[index]!));
      } catch (error) {
        // Whoever waits behind this look-up would wait for the same, one look-up after the other.
        const others = isUnreachable(error) ? this.waiting.take(Infinity) : [];
        for (const { reject } of [...batch, ...others]) reject(error);
      }
    }
    this.isLookingUp = false;
  }
}
