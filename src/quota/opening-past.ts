import { SumsOverTime } from './hindsight.js';
import { endOf, knownAt, type PastWithdrawal, type PersonInvited } from './invited-past.js';
import { namedOf, NOT_NAMED, type NamedOfOpening, type OpeningInvitations } from './opening-invitations.js';
import type { Instant } from './window.js';

/** The number of invitations that a seat had pending when it was added, at any instant since. */
export class OpeningPast {
  /** How many people ended one of them, and how many an archive names, each with all changes before. */
  private readonly ended: SumsOverTime;
  private readonly listed: SumsOverTime;
  private readonly withdrawn: SumsOverTime;

  /** `withdrawals` are those that named nobody, and took some of the number. */
  constructor(
    private readonly opening: OpeningInvitations,
    private readonly life: number,
    people: Iterable<PersonInvited>,
    private readonly withdrawals: readonly PastWithdrawal[],
  ) {
    const steps = opening.count === 0 ? [] : [...people].flatMap((person) => this.stepsOf(person));
    this.ended = new SumsOverTime(steps.map(({ at, ended: count }) => ({ at, count })));
    this.listed = new SumsOverTime(steps.map(({ at, listed: count }) => ({ at, count })));
    this.withdrawn = new SumsOverTime(withdrawals);
  }

  /** What is pending of it at an instant; `people` are those of whom some charges of that very instant were made only behind it. */
  pendingAt(at: Instant, notYet: ReadonlySet<string>, people: Iterable<PersonInvited>): number {
    const { opening } = this;
    if (opening.count === 0 || at < opening.at || at >= opening.at + this.life) return 0;
    let [ended, listed] = [this.ended.until(at), this.listed.until(at)];
    for (const person of people) {
      const step = stepBetween(this.namedAt(person, at, NOTHING), this.namedAt(person, at, notYet));
      ended += step.ended;
      listed += step.listed;
    }
    const withdrawn = this.withdrawals
      .filter(({ chargeId }) => notYet.has(chargeId))
      .reduce((sum, { count }) => sum - count, this.withdrawn.until(at));
    return Math.max(0, Math.max(opening.count - ended, listed) - withdrawn);
  }

  /** When it changes how a person stands to the number. */
  private stepsOf(person: PersonInvited) {
    const changes = [...person.invitations, ...person.ends].map(({ at }) => Math.max(at, this.opening.at));
    let before = NOT_NAMED;
    return [...new Set(changes)]
      .toSorted((one, other) => one - other)
      .map((at) => {
        const now = this.namedAt(person, at, NOTHING);
        const step = { at, ...stepBetween(before, now) };
        before = now;
        return step;
      });
  }

  private namedAt(person: PersonInvited, at: Instant, notYet: ReadonlySet<string>): NamedOfOpening {
    const known = knownAt(person, at, notYet);
    const newest = known.invitations.at(-1);
    const pending = newest && endOf(newest, known) === Infinity ? newest : null;
    const ends = known.ends.filter(({ isConnection }) => !isConnection).map((end) => end.at);
    const connectedAt = known.ends.find(({ isConnection }) => isConnection)?.at ?? null;
    const { invitations } = known;
    return namedOf(this.opening, { invitations, pending, ends, connectedAt }, this.opening.at - this.life);
  }
}

const NOTHING: ReadonlySet<string> = new Set();

function stepBetween(before: NamedOfOpening, after: NamedOfOpening) {
  return {
    ended: Number(after.ended) - Number(before.ended),
    listed: Number(after.listed) - Number(before.listed),
  };
}
