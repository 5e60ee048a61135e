/** The books of a week, counted plainly from lists of what was done: it shares nothing with the code that it judges. */
import type { SeatName } from './fates.js';
import type { Claim, Heard } from './week.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const ZONES: Readonly<Record<SeatName, string>> = {
  ...{ navigator: 'Europe/Madrid', recruiter: 'Europe/Madrid', basic: 'Europe/London' },
};

/** The policy's recommended numbers in any 24 hours, as docs/design.md has them. */
export const RECOMMENDED_A_DAY: Readonly<Record<string, number>> = {
  ...{ CONNECTION_REQUEST: 16, DIRECT_MESSAGE: 50, INMAIL: 15, PROFILE_VIEW: 60 },
};
export const GAP = 90_000;

export function isNoted({ action, variant }: Claim): boolean {
  return action === 'CONNECTION_REQUEST' && variant !== null;
}

/** The day, and the hour, that it is somewhere: `2026-11-25`, 9.5 for half past nine. */
export function localTime(at: number, timeZone: string): { day: string; weekday: string; hour: number } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, hourCycle: 'h23', weekday: 'short', year: 'numeric' },
    ...{ month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  }).formatToParts(at);
  const told = (type: string) => parts.find((part) => part.type === type)!.value;
  return {
    day: `${told('year')}-${told('month')}-${told('day')}`,
    weekday: told('weekday'),
    hour: Number(told('hour')) + Number(told('minute')) / 60,
  };
}

interface LimitTold {
  readonly actions: readonly string[];
  readonly onlyWithNote: boolean;
  readonly window: { readonly kind: string; readonly seconds: number | null; readonly timeZone: string };
}

/** How much of a limit a seat has used at an instant. */
export function usedOf(sends: readonly Claim[], limit: LimitTold, at: number): number {
  const { actions, onlyWithNote, window } = limit;
  return sends.filter(
    (send) =>
      actions.includes(send.action) && (!onlyWithNote || isNoted(send)) && isIn(window, send.endedAt, at),
  ).length;
}

function isIn({ kind, seconds, timeZone }: LimitTold['window'], sentAt: number, at: number): boolean {
  if (kind === 'ROLLING') return sentAt > at - Number(seconds) * 1_000;
  const [sent, now] = [localTime(sentAt, timeZone).day, localTime(at, timeZone).day];
  if (kind === 'CALENDAR_MONTH') return sent.slice(0, 7) === now.slice(0, 7);
  if (kind === 'CALENDAR_WEEK') return mondayOf(sent) === mondayOf(now);
  return sent === now;
}

function mondayOf(day: string): string {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

export interface Counted {
  readonly sent: number;
  readonly answered: number;
}

export interface Rates {
  readonly acceptance: Counted;
  readonly reply: Counted;
}

const ACCEPTANCES = ['INVITATION_ACCEPTED'];
const ANSWERS = ['REPLIED', 'INMAIL_ACCEPTED'];

/** How what some sends were about was answered: people, each once for a seat; an answer is of the newest send before it. */
export function ratesOf(some: readonly Claim[], all: readonly Claim[], heard: readonly Heard[]): Rates {
  const isInvitation = ({ action }: Claim) => action === 'CONNECTION_REQUEST';
  const isMessage = ({ action }: Claim) => action === 'DIRECT_MESSAGE' || action === 'INMAIL';
  const countOf = (isKind: (send: Claim) => boolean, kinds: readonly string[]): Counted => {
    const answers = heard.filter(({ kind }) => kinds.includes(kind));
    const ofKind = some.filter(isKind);
    const answered = ofKind.filter((send) =>
      answers.some((answer) => newestBefore(all.filter(isKind), answer) === send),
    );
    return { sent: peopleOf(ofKind), answered: peopleOf(answered) };
  };
  return { acceptance: countOf(isInvitation, ACCEPTANCES), reply: countOf(isMessage, ANSWERS) };
}

function newestBefore(sends: readonly Claim[], { seat, person, at }: Heard): Claim | undefined {
  const before = sends.filter((send) => send.seat === seat && send.person === person && send.at <= at);
  return before.toSorted((one, other) => one.at - other.at).at(-1);
}

function peopleOf(sends: readonly Claim[]): number {
  return new Set(sends.map(({ seat, person }) => `${seat} ${person}`)).size;
}

/** Invitations of a seat that nobody has answered. */
export function pendingOf(sends: readonly Claim[], heard: readonly Heard[]): number {
  const ends = ['INVITATION_ACCEPTED', 'INVITATION_DECLINED'];
  return sends.filter(
    ({ action, person, at }) =>
      action === 'CONNECTION_REQUEST' &&
      !heard.some((one) => one.person === person && one.at >= at && ends.includes(one.kind)),
  ).length;
}

/** When somebody is asked for nothing more. */
export function stoppedAt(person: string, heard: readonly Heard[]): number {
  const kinds = ['REPLIED', 'INMAIL_ACCEPTED', 'INMAIL_DECLINED', 'OPTED_OUT'];
  const stops = heard.filter((one) => one.person === person && kinds.includes(one.kind));
  return Math.min(Infinity, ...stops.map(({ at }) => at));
}

/** Alerts that a week has to raise, as `KIND seat`: those of each seat by what it held and sent. */
export function alertsOf(seat: SeatName, claims: readonly Claim[], heard: readonly Heard[]): string[] {
  const own = claims.filter((claim) => claim.seat === seat);
  return [
    `HISTORY_UNKNOWN ${seat}`,
    ...own.filter(({ ended }) => ended === 'LIMIT_NOTICE').map(() => `SEAT_RESTRICTED ${seat}`),
    ...repeatedTexts(own).map(() => `REPEATED_TEXT ${seat}`),
    ...spikes(own, ZONES[seat]).map(() => `ACTIVITY_SPIKE ${seat}`),
    ...(seat === 'basic' ? fullMonths(own).map(() => `LIMIT_REACHED ${seat}`) : []),
    ...(seat === 'recruiter' && isLow(own, heard) ? [`CREDITS_LOW ${seat}`] : []),
  ];
}

/** Texts that ten people have, or nearly, of what was sent and of what was held at the time. */
function repeatedTexts(claims: readonly Claim[]): string[] {
  const texts = [...new Set(claims.map(textOf))];
  return texts.filter((text) => {
    const own = claims.filter((claim) => claim.body !== null && textOf(claim) === text);
    return own.some((claim) => {
      const had = own.filter(
        ({ at, ended, endedAt }) => at < claim.at && (ended === 'SENT' || endedAt > claim.at),
      );
      return new Set([...had, claim].map(({ person }) => person)).size === 10;
    });
  });
}

function textOf({ campaign, step, variant }: Claim): string {
  return `${campaign} ${step} ${variant}`;
}

/** Days on which a seat did more than 20 things, and more than twice the mean of the seven before. */
function spikes(claims: readonly Claim[], timeZone: string): string[] {
  const days = claims
    .filter(({ ended }) => ended === 'SENT')
    .map(({ endedAt }) => localTime(endedAt, timeZone).day);
  return [...new Set(days)].filter((day) => {
    const end = Date.parse(`${day}T12:00:00Z`);
    const isBefore = (other: string) => {
      const noon = Date.parse(`${other}T12:00:00Z`);
      return noon < end && noon >= end - 7 * DAY;
    };
    const today = days.filter((other) => other === day).length;
    return today > 20 && today * 7 > 2 * days.filter(isBefore).length;
  });
}

/** Months in which a seat of BASIC had all of its five invitations with a note. */
function fullMonths(claims: readonly Claim[]): string[] {
  const months = claims
    .filter((claim) => isNoted(claim) && claim.ended === 'SENT')
    .map(({ endedAt }) => localTime(endedAt, 'Europe/London').day.slice(0, 7));
  return [...new Set(months)].filter((month) => months.filter((other) => other === month).length === 5);
}

/** Of 30 credits a month six are few: there were eight, and each that is held is one less. */
function isLow(claims: readonly Claim[], heard: readonly Heard[]): boolean {
  const mails = claims.filter(({ action }) => action === 'INMAIL');
  return mails.some((mail) => {
    const taken = mails.filter(
      ({ at, ended, endedAt }) => at <= mail.at && (ended === 'SENT' || endedAt > mail.at),
    ).length;
    const back = heard.filter(({ seat, at }) => seat === mail.seat && at <= mail.at);
    return 8 - taken + back.reduce((sum, { creditsReturned }) => sum + creditsReturned, 0) <= 6;
  });
}
