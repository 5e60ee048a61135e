import { allThatIsReady, comeRound, isLettingIn } from '../event-loop.js';
import { type Caller, Turns } from './turns.js';

/** How long is dealt with what came in, in one turn of the event loop, before whatever else the process does comes in between. */
const TURN_MS = 5;
/** What waits in all, and of one agency. */
const WAITS = { waitingMax: 100_000, tooMany: 'Too much came in at once; come again later.' };

/**
 * Deals with what came in, one of an agency after one of another, and within it one caller after the other: what a thousand connections
 * of one agency were sent in a moment keeps nobody else's waiting.
 */
export class LoopTurns {
  private readonly ofAgency = new Turns(1, WAITS);
  private readonly ofAll = new Turns(1, WAITS);
  private endsAt = -Infinity;
  private waiting = 0;
  /** Whether it is under way still what was dealt with at once. */
  private isDealing = false;
  /** Until when it is dealt with at once in this turn of the event loop; null before the first of it. */
  private soonUntil: number | null = null;

  /** Once it is dealt with, as far as that needs no answer from elsewhere. `agency` may be anything that agencies are told apart by. */
  async take<T>(agency: string, caller: string | Caller, deal: () => T): Promise<T> {
    this.waiting += 1;
    try {
      return await this.ofAgency.run(agency, () => this.ofAll.run('', () => this.deal(deal), agency), caller);
    } finally {
      this.waiting -= 1;
    }
  }

  /** As `take`, and at once while there is time for it in this turn of the event loop, and nothing waits and nobody knocks. */
  async takeSoon(agency: string, caller: string, deal: () => void): Promise<void> {
    if (this.isDealing || this.waiting > 0 || isLettingIn() || !this.hasTime()) {
      return this.take(agency, caller, deal);
    }
    this.isDealing = true;
    void allThatIsReady().then(() => (this.isDealing = false));
    deal();
  }

  private hasTime(): boolean {
    const now = performance.now();
    if (this.soonUntil === null) {
      this.soonUntil = now + TURN_MS;
      setImmediate(() => (this.soonUntil = null));
    }
    return now < this.soonUntil;
  }

  private async deal<T>(deal: () => T): Promise<T> {
    if (isLettingIn() || performance.now() >= this.endsAt) {
      await comeRound();
      this.endsAt = performance.now() + TURN_MS;
    }
    const dealt = deal();
    await allThatIsReady();
    return dealt;
  }
}
