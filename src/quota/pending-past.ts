import { tailAt, type Counter, type Tally } from './counter.js';
import { SumsOverTime } from './hindsight.js';
import { SECOND, type Instant } from './window.js';

/** An invitation that was sent; without a person, some of them. */
export interface PastInvitation {
  readonly chargeId: string;
  readonly personId: string | null;
  readonly at: Instant;
  readonly count: number;
}

/** Something that ended a person's invitation: an answer, a connection, or a withdrawal, which is a charge. */
export interface PastEnd {
  readonly chargeId: string | null;
  readonly personId: string;
  readonly at: Instant;
}

interface PersonInvited {
  readonly invitations: PastInvitation[];
  readonly ends: PastEnd[];
}

/**
 * The gauge of a seat's pending invitations at any instant of the past. A person has one at most, the newest, unless it was
 * answered or withdrawn since; an invitation without a person stays until it lapses.
 */
export class PendingPast {
  private readonly people = new Map<string, PersonInvited>();
  private readonly personOf = new Map<string, string>();
  private readonly nameless = new Map<string, number>();
  /** What came, and what left again, each with all that did before it. */
  private readonly came: SumsOverTime;
  private readonly left: SumsOverTime;

  constructor(
    private readonly gauge: Counter,
    invitations: readonly PastInvitation[],
    ends: readonly PastEnd[],
  ) {
    for (const end of ends) this.note(end).ends.push(end);
    for (const invitation of invitations) {
      const { personId, chargeId, count } = invitation;
      if (personId === null) this.nameless.set(chargeId, count);
      else this.note({ ...invitation, personId }).invitations.push(invitation);
    }
    const nameless = invitations.filter(({ personId }) => personId === null);
    const stays = [...this.people.values()].flatMap((person) => this.staysOf(person));
    stays.push(...nameless.map(({ at, count }) => ({ from: at, until: at + this.lapsesAfter, count })));
    this.came = new SumsOverTime(stays.map(({ from, count }) => ({ at: from, count })));
    this.left = new SumsOverTime(stays.map(({ until, count }) => ({ at: until, count })));
  }

  /** As it stood at an instant, where some charges of that very instant were made only behind it. */
  tallyAt(at: Instant, notYet: ReadonlySet<string>): Tally {
    const used = this.came.until(at) - this.left.until(at) - this.behind(at, notYet);
    const { window } = this.gauge;
    if (window.kind !== 'ROLLING') throw new Error('Invitations lapse after a time.');
    const tail = tailAt(window, at);
    return { used, tail, first: used === 0 ? null : tail };
  }

  private behind(at: Instant, notYet: ReadonlySet<string>): number {
    let behind = 0;
    const people = new Set<PersonInvited>();
    for (const chargeId of notYet) {
      behind += this.nameless.get(chargeId) ?? 0;
      const personId = this.personOf.get(chargeId);
      if (personId !== undefined) people.add(this.people.get(personId)!);
    }
    for (const person of people) {
      behind += this.pendingOf(person, at, NOTHING) - this.pendingOf(person, at, notYet);
    }
    return behind;
  }

  private pendingOf({ invitations, ends }: PersonInvited, at: Instant, notYet: ReadonlySet<string>): number {
    const known = <Sent extends PastInvitation | PastEnd>(all: readonly Sent[]): Sent[] =>
      all.filter((one) => one.at <= at && !notYet.has(one.chargeId ?? ''));
    const [stay] = this.staysOf({ invitations: known(invitations), ends: known(ends) }).slice(-1);
    return stay && at < stay.until ? 1 : 0;
  }

  /** From when until when each invitation of a person was pending, in order. */
  private staysOf({ invitations, ends }: PersonInvited): Stay[] {
    const inOrder = invitations.toSorted(
      (one, other) => one.at - other.at || (one.chargeId < other.chargeId ? -1 : 1),
    );
    return inOrder.map(({ at: from }, index) => {
      const next = inOrder[index + 1]?.at ?? Infinity;
      const ended = ends.filter(({ at }) => at >= from).map(({ at }) => at);
      return { from, until: Math.min(from + this.lapsesAfter, next, ...ended), count: 1 };
    });
  }

  private get lapsesAfter(): number {
    return this.gauge.window.kind === 'ROLLING' ? this.gauge.window.seconds * SECOND : Infinity;
  }

  private note({ chargeId, personId }: PastEnd): PersonInvited {
    const person = this.people.get(personId) ?? { invitations: [], ends: [] };
    this.people.set(personId, person);
    if (chargeId !== null) this.personOf.set(chargeId, personId);
    return person;
  }
}

const NOTHING: ReadonlySet<string> = new Set();

interface Stay {
  readonly from: Instant;
  readonly until: Instant;
  readonly count: number;
}
