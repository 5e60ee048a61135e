/** What happens in the week, as plain data. Nothing of it depends on who is given to which seat: it goes by the order in which a seat writes. */

export type SeatName = 'navigator' | 'recruiter' | 'basic';
export const SEATS: readonly SeatName[] = ['navigator', 'recruiter', 'basic'];

/** An answer, so many minutes after a send. */
export interface Answer {
  readonly kind: string;
  readonly after: number;
}

/** What comes of a touch of a seat: an answer to it, nothing, or it is not sent at all. */
export type Fate = Answer | 'SKIPPED' | 'PERSON_GONE' | null;

const HOUR = 60;
const DAY = 24 * HOUR;

const accepted = (after: number): Answer => ({ kind: 'INVITATION_ACCEPTED', after });
const declined = (after: number): Answer => ({ kind: 'INVITATION_DECLINED', after });
const replied = (after: number): Answer => ({ kind: 'REPLIED', after });
const optedOut = (after: number): Answer => ({ kind: 'OPTED_OUT', after });

/** Of the touches of each step of a seat, in their order; those that are not named come to nothing. */
export const FATES: Readonly<Record<SeatName, Readonly<Record<string, readonly Fate[]>>>> = {
  navigator: {
    invite: [
      ...[accepted(3 * HOUR), declined(5 * HOUR), accepted(2 * HOUR), 'SKIPPED' as const, optedOut(4 * HOUR)],
      // On Saturday, in the last hours in which the campaign waits for them.
      ...['PERSON_GONE' as const, accepted(2.9 * DAY), accepted(26 * HOUR), null, accepted(20 * HOUR)],
    ],
    // The third answers half an hour before the next message would go out.
    thank: [replied(2 * HOUR), null, replied(47.5 * HOUR), 'SKIPPED', replied(70 * HOUR)],
    more: [replied(HOUR), null, optedOut(30)],
    mail: [
      ...[{ kind: 'INMAIL_ACCEPTED', after: HOUR }, { kind: 'INMAIL_DECLINED', after: 2 * HOUR }, null],
      replied(90),
    ],
    look: [null, 'SKIPPED'],
    ask: [accepted(DAY)],
    hello: [replied(3 * HOUR), null],
  },
  recruiter: {
    invite: [accepted(HOUR), null, declined(2 * DAY), accepted(2.5 * DAY)],
    thank: [null, replied(30)],
    mail: [null, { kind: 'INMAIL_DECLINED', after: 45 }],
  },
  basic: {
    invite: [accepted(4 * HOUR), null, declined(HOUR), null, replied(2 * DAY)],
    thank: [null, null, replied(5)],
    more: [null, replied(HOUR)],
  },
};

/** What goes otherwise than it should, once each: with the first claim of a seat from an instant on. */
export type Mishap =
  /** Whoever has it goes home and says nothing. */
  | 'FORGOTTEN'
  /** LinkedIn tells the seat of its limit, in the place of sending it. */
  | 'LIMIT_NOTICE'
  /** The seat is paused under the operator's hands, for a while. */
  | 'PAUSED'
  /** The person wants no more, under the operator's hands. */
  | 'OPTED_OUT';

export interface PlannedMishap {
  readonly what: Mishap;
  readonly seat: SeatName;
  readonly from: number;
  readonly step?: string;
}

/** Wednesday to Tuesday. Madrid is an hour ahead of UTC. */
export const LAUNCHED = Date.UTC(2026, 10, 25, 7, 30);
export const WORKDAYS = [25, 26, 27, 30, 31].map((day) => Date.UTC(2026, 10, day, 8));
export const SATURDAY = Date.UTC(2026, 10, 28, 10);
export const ENDED = Date.UTC(2026, 11, 1, 18, 30);

export const MISHAPS: readonly PlannedMishap[] = [
  { what: 'FORGOTTEN', seat: 'recruiter', from: Date.UTC(2026, 10, 25, 8, 5) },
  { what: 'LIMIT_NOTICE', seat: 'navigator', from: Date.UTC(2026, 10, 26, 8, 5), step: 'invite' },
  { what: 'OPTED_OUT', seat: 'navigator', from: Date.UTC(2026, 10, 27, 8), step: 'more' },
  { what: 'PAUSED', seat: 'navigator', from: Date.UTC(2026, 10, 30, 8, 5) },
];
