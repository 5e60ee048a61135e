import type { EntityManager } from 'typeorm';
import { alterRows, writeRows } from '../../ledger/books/manager-rows.js';
import type { Look } from '../../outreach/campaign/look.js';
import { placeBehind, type Place } from '../../outreach/campaign/next-step.js';
import { findStep, isTouch, type TouchStep } from '../../outreach/campaign/steps.js';
import type { Instant } from '../../quota/window.js';
import { uuidAt } from '../../tenancy/uuid.js';
import { numberEnds } from './touch.ends.js';
import { ENROLMENTS_CHANGED, type EndedBecause, type EnrolmentChange } from './enrolment.changes.js';
import type { Enrolled } from './enrolment.rows.js';
import * as rows from './touch.rows.js';
import type { Touch } from './touch.rows.js';

/** What becomes of people and touches in one transaction: gathered, then written together. Their people are locked. */
export class TouchBook {
  private readonly opened: rows.TouchRow[] = [];
  private readonly touches = new Map<string, rows.TouchChange>();
  private readonly people = new Map<string, EnrolmentChange>();

  constructor(
    private readonly agencyId: string,
    private readonly at: Instant,
  ) {}

  /** What somebody's look says, where `open` is the touch of theirs that is open and that nobody is about. */
  looked(person: Enrolled, look: Look, open: Touch | null): void {
    if (look.kind === 'ENDS') this.end(person, look.because, open);
    else if (look.kind === 'WAITS') {
      if (open) this.cancel(open, 'NOT_DUE');
      this.move(person, look.place, look.until);
    } else {
      const isSame = open?.step === look.step.key;
      if (open && isSame) this.change(open, { state: 'DUE' });
      if (open && !isSame) this.cancel(open, 'NOT_DUE');
      if (!isSame) this.open(person, look);
      this.move(person, look.place, null);
    }
  }

  /** Somebody is looked at again then. */
  lookAgain(person: Enrolled, at: Instant | null, change: Partial<EnrolmentChange> = {}): void {
    this.people.set(person.id, { ...this.personRow(person), next_due_at: at, ...change });
  }

  /** A step is behind somebody, however it ended. */
  passed(
    person: Enrolled,
    touch: Touch,
    state: 'DONE' | 'SKIPPED',
    at: Instant,
    because: string | null,
  ): void {
    this.change(touch, { state, endedAt: this.at, endedBecause: because });
    if (person.state !== 'ACTIVE') return;
    const place = placeBehind(stepOf(person, touch), at);
    if (place.step === null) this.end(person, 'STEPS_DONE', null);
    else this.move({ ...person, startedAt: person.startedAt ?? this.at }, place, this.at);
  }

  /** Nothing more is asked of somebody. */
  end(person: Enrolled, because: EndedBecause, open: Touch | null): void {
    if (open) this.cancel(open, because);
    const state = because === 'STEPS_DONE' ? 'FINISHED' : 'STOPPED';
    const ended = { state, ended_because: because, ended_at: this.at, next_due_at: null } as const;
    this.people.set(person.id, { ...this.personRow(person), ...ended });
  }

  change(touch: Touch, change: Partial<Touch>): void {
    this.touches.set(touch.id, rows.changeOf(this.agencyId, touch, change));
  }

  async write(manager: EntityManager): Promise<void> {
    await numberEnds(manager, this.agencyId, [...this.touches.values()]);
    // What was given up first: the same step may be opened anew.
    await alterRows(manager, rows.TOUCHES_CHANGED, [...this.touches.values()]);
    await writeRows(manager, rows.TOUCH, this.opened);
    await alterRows(manager, ENROLMENTS_CHANGED, [...this.people.values()]);
  }

  private cancel(touch: Touch, because: string): void {
    this.change(touch, { state: 'CANCELLED', endedAt: this.at, endedBecause: because });
  }

  private open(person: Enrolled, { step, variant, dueAt }: Look & { readonly kind: 'OPEN' }): void {
    this.opened.push({
      ...{ agency_id: this.agencyId, id: uuidAt(this.at), enrolment_id: person.id },
      ...{ campaign_id: person.campaignId, seat_id: person.seatId, step: step.key },
      ...{ variant: variant?.key ?? null, state: 'DUE', due_at: dueAt },
    });
  }

  private move(person: Enrolled, { step, since }: Place, nextDueAt: Instant | null): void {
    this.people.set(person.id, {
      ...this.personRow(person),
      ...{ step, step_since: since, next_due_at: nextDueAt },
    });
  }

  private personRow(person: Enrolled): EnrolmentChange {
    const known = this.people.get(person.id);
    if (known) return known;
    return {
      ...{ agency_id: this.agencyId, id: person.id, state: person.state, ended_because: null },
      ...{ step: person.step, step_since: person.stepSince, next_due_at: person.nextDueAt },
      ...{ started_at: person.startedAt, ended_at: null },
    };
  }
}

/** The step of a touch, as its person's version has it. */
export function stepOf({ definition }: Pick<Enrolled, 'definition'>, touch: Pick<Touch, 'step'>): TouchStep {
  const step = findStep(definition, touch.step);
  if (!step || !isTouch(step)) throw new Error('A touch is of a step of its version.');
  return step;
}
