import { SumsOverTime } from './hindsight.js';
import {
  endOf,
  firstFrom,
  newestOf,
  type KnownBy,
  type PastEnd,
  type PastInvitation,
  type PastWithdrawal,
  type PersonInvited,
} from './invited-past.js';
import {
  isNamed,
  namedOf,
  NOT_NAMED,
  type NamedOfOpening,
  type OpeningInvitations,
} from './opening-invitations.js';
import type { Instant } from './window.js';

/** The number of invitations that a seat had pending when it was added, at any instant since. */
export class OpeningPast {
  /** How many people ended one of them, and how many an archive names, each with all changes before. */
  private readonly ended: SumsOverTime;
  private readonly listed: SumsOverTime;
  private readonly withdrawn: SumsOverTime;
  /** How many each withdrawal took. */
  private readonly takenBy = new Map<string, number>();
  private readonly ofPeople = new Map<PersonInvited, OfPerson>();

  /** `withdrawals` are those that named nobody, and took some of the number. */
  constructor(
    private readonly opening: OpeningInvitations,
    private readonly life: number,
    people: Iterable<PersonInvited>,
    withdrawals: readonly PastWithdrawal[],
  ) {
    const steps = opening.count === 0 ? [] : [...people].flatMap((person) => this.stepsOf(person));
    this.ended = new SumsOverTime(steps.map(({ at, ended: count }) => ({ at, count })));
    this.listed = new SumsOverTime(steps.map(({ at, listed: count }) => ({ at, count })));
    this.withdrawn = new SumsOverTime(withdrawals);
    for (const { chargeId, count } of withdrawals) {
      this.takenBy.set(chargeId, (this.takenBy.get(chargeId) ?? 0) + count);
    }
  }

  /** What is pending of it at an instant; `people` are those of whom some charges of that very instant were made only behind it. */
  pendingAt(at: Instant, notYet: ReadonlySet<string>, people: Iterable<PersonInvited>): number {
    const { opening } = this;
    if (opening.count === 0 || at < opening.at || at >= opening.at + this.life) return 0;
    let [ended, listed] = [this.ended.until(at), this.listed.until(at)];
    for (const person of people) {
      const all = this.namedBy(person, { at, notYet: NOTHING });
      const step = stepBetween(all, this.namedBy(person, { at, notYet }));
      ended += step.ended;
      listed += step.listed;
    }
    let withdrawn = this.withdrawn.until(at);
    for (const chargeId of notYet) withdrawn -= this.takenBy.get(chargeId) ?? 0;
    return Math.max(0, Math.max(opening.count - ended, listed) - withdrawn);
  }

  /** When it changes how a person stands to the number. */
  private stepsOf(person: PersonInvited) {
    const changes = [...person.invitations, ...person.ends].map(({ at }) => Math.max(at, this.opening.at));
    let before = NOT_NAMED;
    return [...new Set(changes)]
      .toSorted((one, other) => one - other)
      .map((at) => {
        const now = this.namedBy(person, { at, notYet: NOTHING });
        const step = { at, ...stepBetween(before, now) };
        before = now;
        return step;
      });
  }

  /** How a person stood to it, as far as it was known: of each kind the first one that was known is all that matters. */
  private namedBy(person: PersonInvited, known: KnownBy): NamedOfOpening {
    const { opening } = this;
    const { named, ends, ties } = this.ofPerson(person);
    const newest = newestOf(person, known);
    const pending = newest && endOf(newest, person, known) === Infinity ? newest : null;
    const again = firstFrom(person.invitations, opening.at + 1, known);
    const invitations = [firstFrom(named, -Infinity, known), again].filter((one) => one !== null);
    const end = firstFrom(ends, opening.at, known);
    const connectedAt = firstFrom(ties, -Infinity, known)?.at ?? null;
    const facts = { invitations, pending, ends: end ? [end.at] : [], connectedAt };
    return namedOf(opening, facts, this.lapsedAt);
  }

  private ofPerson(person: PersonInvited): OfPerson {
    const known = this.ofPeople.get(person);
    if (known) return known;
    const found = {
      named: person.invitations.filter((one) => isNamed(one, this.opening, this.lapsedAt)),
      ends: person.ends.filter(({ isConnection }) => !isConnection),
      ties: person.ends.filter(({ isConnection }) => isConnection),
    };
    this.ofPeople.set(person, found);
    return found;
  }

  private get lapsedAt(): Instant {
    return this.opening.at - this.life;
  }
}

/** What is minded of a person, each in the order of time. */
interface OfPerson {
  /** The invitations by which an archive names the person. */
  readonly named: readonly PastInvitation[];
  /** What ended one, but for the connection. */
  readonly ends: readonly PastEnd[];
  readonly ties: readonly PastEnd[];
}

const NOTHING: ReadonlySet<string> = new Set();

function stepBetween(before: NamedOfOpening, after: NamedOfOpening) {
  return {
    ended: Number(after.ended) - Number(before.ended),
    listed: Number(after.listed) - Number(before.listed),
  };
}
