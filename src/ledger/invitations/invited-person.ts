import { latest, unlessSince } from '../../quota/instants.js';
import type { Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';
import { personName, type PersonRead, type SendToPerson } from '../people/people-facts.js';

interface Invitation {
  readonly at: Instant;
  readonly isArchived: boolean;
}

/** All that is known of a seat's invitations to a person. */
export interface InvitedPerson {
  /** In the order in which they were sent. */
  readonly invitations: readonly Invitation[];
  /** The newest one, unless something has ended it since. */
  readonly pending: Invitation | null;
  readonly withdrawals: readonly Instant[];
  /** When ends were told; they and withdrawals are the ends. */
  readonly endsTold: readonly Instant[];
  readonly ends: readonly Instant[];
  readonly connectedAt: Instant | null;
  /** What was answered, at any time. */
  readonly answers: readonly { readonly at: Instant; readonly accepted: boolean }[];
  /** The client account of each that was told of: it may have had the seat before. */
  readonly tellers: Readonly<Record<ToldOfInvited, readonly string[]>>;
}

/** What is told of somebody who was invited. */
export type ToldOfInvited = 'invitations' | 'withdrawals' | 'endsTold';

/** The people whom seats invited, as they are known in one pass: each is put in order once, until something is noted of them. */
export class InvitedPeople {
  private readonly kept = new Map<string, InvitedPerson>();

  constructor(
    private readonly readsOf: (name: string) => readonly PersonRead[],
    private readonly isTakenOut: (chargeId: string) => boolean,
  ) {}

  of(seatId: string, recipientId: string): InvitedPerson {
    const name = personName(seatId, recipientId);
    const known = this.kept.get(name);
    if (known) return known;
    const reads = this.readsOf(name);
    const standing = reads.flatMap(({ sends }) => sends).filter(({ id }) => !this.isTakenOut(id));
    const found = invitedPerson(standing, reads);
    this.kept.set(name, found);
    return found;
  }

  /** Something is noted of the person. */
  forget(seatId: string, recipientId: string): void {
    this.kept.delete(personName(seatId, recipientId));
  }
}

function invitedPerson(standing: readonly SendToPerson[], reads: readonly PersonRead[]): InvitedPerson {
  const ofAction = (action: Action): SendToPerson[] => standing.filter((send) => send.action === action);
  const sent = (action: Action): Invitation[] =>
    ofAction(action)
      .sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1))
      .map(({ at, isArchived = false }) => ({ at, isArchived }));
  const invitations = sent('CONNECTION_REQUEST');
  const withdrawals = sent('INVITATION_WITHDRAWAL').map(({ at }) => at);
  const told = reads.flatMap(({ ends }) => ends);
  const endsTold = told.map(({ at }) => at);
  const ends = [...endsTold, ...withdrawals];
  const connectedAt = latest(reads.map((read) => read.connectedAt));
  const last = invitations.at(-1) ?? null;
  const isPending = unlessSince(last?.at ?? null, latest([...ends, connectedAt])) !== null;
  const answers = told
    .filter(({ kind }) => kind !== 'INVITATION_WITHDRAWN')
    .map(({ kind, at }) => ({ at, accepted: kind === 'INVITATION_ACCEPTED' }));
  const ties = connectedAt === null ? [] : [{ at: connectedAt, accepted: true }];
  return {
    ...{ invitations, pending: isPending ? last : null, withdrawals, endsTold, ends, connectedAt },
    answers: [...answers, ...ties],
    tellers: {
      invitations: tellersOf(ofAction('CONNECTION_REQUEST')),
      withdrawals: tellersOf(ofAction('INVITATION_WITHDRAWAL')),
      endsTold: tellersOf(told),
    },
  };
}

function tellersOf(told: readonly { readonly clientAccountId?: string }[]): string[] {
  return told.flatMap(({ clientAccountId }) => clientAccountId ?? []);
}
