import fc from 'fast-check';
import type { OutsideUse } from '../../src/quota/outside-use.js';
import type { Window } from '../../src/quota/window.js';
import { ACTIONS, type Action, type LimitOrigin } from '../../src/quota/words.js';
import type { Scope } from '../../src/quota/counter.js';
import { dateFrom, seatChangeAt, type SeatChange } from './seat-changes.js';
import { ANSWERS, type AnswerKind } from './world.js';

/** Random histories as data: what a failing one shrinks to can be read, and run again by its seed. */

/** An agency with two client accounts, a campaign each, three seats. */
export const SCOPES = [
  { kind: 'AGENCY', id: 'agency' },
  { kind: 'CLIENT_ACCOUNT', id: 'client1' },
  { kind: 'CLIENT_ACCOUNT', id: 'client2' },
  { kind: 'CAMPAIGN', id: 'campaign1' },
  { kind: 'CAMPAIGN', id: 'campaign2' },
  { kind: 'SEAT', id: 'seat1' },
  { kind: 'SEAT', id: 'seat2' },
  { kind: 'SEAT', id: 'seat3' },
] as const satisfies readonly Scope[];

const [AGENCY, CLIENT_1, CLIENT_2, CAMPAIGN_1, CAMPAIGN_2, SEAT_1, SEAT_2, SEAT_3] = SCOPES;

/** The scopes that something of a seat counts at; the last is the campaign, where it is of one. */
export const SEATS: readonly (readonly [Scope, Scope, Scope, Scope])[] = [
  [SEAT_1, CLIENT_1, AGENCY, CAMPAIGN_1],
  [SEAT_2, CLIENT_1, AGENCY, CAMPAIGN_1],
  [SEAT_3, CLIENT_2, AGENCY, CAMPAIGN_2],
];

export interface LimitSpec {
  readonly scope: Scope;
  readonly actions: readonly Action[];
  readonly onlyWithNote: boolean;
  readonly window: Window;
  readonly max: number;
  readonly origin: LimitOrigin;
  /** Of the policy's limits at a seat: what a warm-up allows a part of. */
  readonly recommended: number | null;
}

/** Time goes on by an amount, or onto an instant at which something changes by itself, or next to it. */
export type Jump =
  | { readonly kind: 'BY'; readonly ms: number }
  | { readonly kind: 'ONTO'; readonly pick: number; readonly offset: number };

/** What changes besides requests, between two batches. */
export type Change =
  | { readonly kind: 'ZONE'; readonly scope: number; readonly timeZone: string }
  | { readonly kind: 'MAX'; readonly pick: number; readonly max: number }
  | { readonly kind: 'LIMIT'; readonly limit: LimitSpec }
  /** `from` is in days from today on. */
  | {
      readonly kind: 'OUTSIDE';
      readonly seat: number;
      readonly action: Action;
      readonly perDay: number;
      readonly from: number;
      readonly days: number | null;
    }
  | { readonly kind: 'IMPORT'; readonly seat: number }
  | SeatChange;

export interface RequestSpec {
  readonly kind: 'RESERVE' | 'PREVIEW' | 'COMMIT' | 'RELEASE' | 'RECORD' | 'VOID';
  readonly seat: number;
  readonly ofCampaign: boolean;
  readonly action: Action;
  readonly noted: boolean;
  readonly isReply: boolean;
  readonly holdMs: number;
  /** Which hold, activity or instant, of those that there are. */
  readonly pick: number;
  /** Where between the earliest and the latest instant. */
  readonly share: number;
  readonly count: number;
  readonly stop: Stop | null;
}

export const STOPS = [
  'SEAT_PAUSED',
  'HOLDER_NOT_AGREED',
  'CLIENT_ACCOUNT_PAUSED',
  'CAMPAIGN_PAUSED',
] as const;
export type Stop = (typeof STOPS)[number];

export interface Step {
  readonly jump: Jump;
  readonly change: Change | null;
  readonly requests: readonly RequestSpec[];
}

export interface History {
  readonly start: number;
  /** Nothing recorded, no maximum changed: all went through reserve. */
  readonly onlyReserved: boolean;
  readonly timeZones: readonly string[];
  readonly limits: readonly LimitSpec[];
  readonly answers: readonly AnswerKind[];
  readonly steps: readonly Step[];
}

/** The declaration of a change, in days of UTC: in whichever zone, it begins and ends somewhere about now. */
export function outsideUseOf(
  { action, perDay, from, days }: Extract<Change, { kind: 'OUTSIDE' }>,
  now: number,
): OutsideUse {
  const until = days === null ? null : dateFrom(now, from + days - 1);
  return { action, perDay, from: dateFrom(now, from), until };
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const TIME_ZONES = [
  ...['UTC', 'America/New_York', 'America/Santiago', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia'],
  ...['Pacific/Pago_Pago', 'Pacific/Kiritimati', 'America/St_Johns', 'America/Argentina/Buenos_Aires'],
];

/** Instants near which calendars are odd. */
const STARTS = [
  '2026-03-08T05:30:00Z', // New York's day of 23 hours
  '2026-11-01T04:30:00Z', // its day of 25
  '2026-03-31T23:00:00Z', // a month's end, in which St John's lost an hour
  '2026-04-05T02:30:00Z', // Santiago's 23:00 comes twice
  '2026-09-06T03:30:00Z', // its midnight is missing
  '2026-10-03T14:00:00Z', // Lord Howe's day of 23 and a half hours
  '2011-12-29T23:00:00Z', // Apia's 30 December 2011 is missing
  '2010-11-07T02:00:00Z', // St John's midnight comes twice
  '2028-02-28T22:00:00Z', // a leap day
  '2026-12-31T12:00:00Z',
  '2026-11-22T22:00:00Z', // from a Sunday into a Monday
].map((text) => Date.parse(text));

/** How fast a history goes: its jumps, holds and windows are of about this length, so that they meet. */
const PACES = [3 * SECOND, 10 * MINUTE, 6 * HOUR, DAY, 12 * DAY];

const action = fc.constantFrom<Action>(
  ...([
    'CONNECTION_REQUEST',
    'CONNECTION_REQUEST',
    'CONNECTION_REQUEST',
    'DIRECT_MESSAGE',
    'INMAIL',
  ] as const),
);
const timeZone = fc.constantFrom(...TIME_ZONES);
const pick = fc.nat(1_000);
const share = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
const max = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 50, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 9, arbitrary: fc.integer({ min: 5, max: 20 }) },
);

const calendarWindow = fc.constantFrom<Window>(
  { kind: 'CALENDAR_DAY' },
  { kind: 'CALENDAR_WEEK' },
  { kind: 'CALENDAR_MONTH' },
);

function rollingWindow(pace: number): fc.Arbitrary<Window> {
  return fc
    .oneof(fc.constantFrom(0.5, 1, 2, 5), fc.double({ min: 0.1, max: 8, noNaN: true }))
    .map((paces) => ({ kind: 'ROLLING', seconds: Math.max(1, Math.round((paces * pace) / SECOND)) }));
}

function limitAt(pace: number): fc.Arbitrary<LimitSpec> {
  return fc.record({
    scope: fc.constantFrom<Scope>(...[SEAT_1, SEAT_1, CLIENT_1, CAMPAIGN_1, AGENCY, AGENCY], ...SCOPES),
    actions: fc.constantFrom<readonly Action[]>(
      ['CONNECTION_REQUEST'],
      ['DIRECT_MESSAGE'],
      ['INMAIL', 'CONNECTION_REQUEST'],
      ACTIONS,
    ),
    onlyWithNote: fc.constantFrom(false, false, true),
    window: fc.oneof(
      { weight: pace < HOUR ? 5 : 1, arbitrary: rollingWindow(pace) },
      { weight: 1, arbitrary: calendarWindow },
    ),
    max,
    origin: fc.constantFrom<LimitOrigin>('POLICY', 'PLAN', 'CUSTOM'),
    recommended: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 12 })),
  });
}

/** A hard gap: one of all actions, at a seat. */
function hardGapAt(pace: number): fc.Arbitrary<LimitSpec> {
  return fc.record({
    scope: fc.constantFrom<Scope>(SEAT_1, SEAT_2),
    actions: fc.constant(ACTIONS),
    onlyWithNote: fc.constant(false),
    window: fc
      .integer({ min: 1, max: Math.max(2, Math.min(600, pace / SECOND)) })
      .map((seconds): Window => ({ kind: 'ROLLING', seconds })),
    max: fc.constant(1),
    origin: fc.constant<LimitOrigin>('CUSTOM'),
    recommended: fc.constant(null),
  });
}

function jumpAt(pace: number): fc.Arbitrary<Jump> {
  const by = (most: number): fc.Arbitrary<Jump> => fc.record({ kind: fc.constant('BY'), ms: fc.nat(most) });
  return fc.oneof(by(2), { weight: 4, arbitrary: by(pace) }, by(Math.min(40 * DAY, 30 * pace)), {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('ONTO'), pick, offset: fc.constantFrom(-1, 0, 0, 1) }),
  });
}

function changeAt(pace: number): fc.Arbitrary<Change | null> {
  const scope = fc.constantFrom(...[AGENCY, CLIENT_1, SEAT_1], ...SCOPES).map((of) => SCOPES.indexOf(of));
  return fc.oneof(
    { weight: 10, arbitrary: fc.constant(null) },
    { weight: 7, arbitrary: seatChangeAt(pace) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('ZONE'), scope, timeZone }) },
    fc.record({ kind: fc.constant('MAX'), pick, max }),
    fc.record({ kind: fc.constant('LIMIT'), limit: limitAt(pace) }),
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('OUTSIDE'),
        seat: fc.constantFrom(0, 0, 1, 2),
        action,
        perDay: fc.constantFrom(0, 1, 1, 2, 3),
        from: fc.integer({ min: -2, max: 2 }),
        days: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 4 })),
      }),
    },
    fc.record({ kind: fc.constant('IMPORT'), seat: fc.constantFrom(0, 0, 1, 2) }),
  );
}

function requestAt(pace: number): fc.Arbitrary<RequestSpec> {
  return fc.record({
    kind: fc.constantFrom<RequestSpec['kind']>(
      ...(['RESERVE', 'RESERVE', 'RESERVE', 'RESERVE', 'RESERVE', 'RESERVE', 'PREVIEW', 'RELEASE'] as const),
      ...(['COMMIT', 'COMMIT', 'COMMIT', 'COMMIT', 'RECORD', 'RECORD', 'VOID', 'VOID'] as const),
    ),
    seat: fc.constantFrom(0, 0, 0, 1, 2),
    ofCampaign: fc.boolean(),
    action,
    noted: fc.boolean(),
    isReply: fc.constantFrom(false, false, false, true),
    holdMs: fc.oneof(fc.integer({ min: 1, max: Math.min(DAY, 3 * pace) }), fc.integer({ min: 1, max: DAY })),
    pick,
    share,
    count: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 4 })),
    stop: fc.oneof({ weight: 24, arbitrary: fc.constant(null) }, fc.constantFrom(...STOPS)),
  });
}

function historyAt(pace: number): fc.Arbitrary<History> {
  const step = fc.record({
    jump: jumpAt(pace),
    change: changeAt(pace),
    requests: fc.array(requestAt(pace), { minLength: 1, maxLength: 8, size: 'max' }),
  });
  return fc.record({
    start: fc
      .tuple(fc.constantFrom(...STARTS), fc.integer({ min: -3 * HOUR, max: 3 * HOUR }))
      .map(([at, offset]) => at + offset),
    onlyReserved: fc.constantFrom(false, false, true),
    timeZones: fc.array(timeZone, { minLength: SCOPES.length, maxLength: SCOPES.length }),
    limits: fc.array(fc.oneof({ weight: 9, arbitrary: limitAt(pace) }, hardGapAt(pace)), {
      minLength: 1,
      maxLength: 9,
      size: 'max',
    }),
    answers: fc.array(fc.constantFrom(...ANSWERS), { minLength: 1, maxLength: 5 }),
    steps: fc.array(step, { minLength: 1, maxLength: 20, size: 'max' }),
  });
}

export const histories: fc.Arbitrary<History> = fc.oneof(...PACES.map(historyAt));
