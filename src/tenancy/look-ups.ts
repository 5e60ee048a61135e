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
/** So many of a caller wait beyond those, up to as many again: a few who ask for very much would have all others sent away. */
const WAITING_OF_CALLER_ALWAYS = 20;
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
    if (this.isFull(agencyId, caller)) {
      throw new Failure('THROTTLED', 'Too many callers at once; ask again later.', RETRY_AFTER_MS);
    }
    return new Promise((resolve, reject) => {
      this.waiting.add(agencyId, caller, { asked, resolve, reject });
      if (!this.isLookingUp) void this.lookUpAll();
    });
  }

  private isFull(agencyId: string, caller: string): boolean {
    if (this.waiting.size >= WAITING_MAX) return true;
    const isOneOfMany = this.waiting.sizeOf(agencyId, caller) >= WAITING_OF_CALLER_ALWAYS;
    return this.waiting.sizeOf(agencyId) >= (isOneOfMany ? WAITING_OF_AGENCY_MAX : 2 * WAITING_OF_AGENCY_MAX);
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
