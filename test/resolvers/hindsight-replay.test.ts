import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Json } from '../support/api.js';
import { SeatRules } from './seat-rules.support.js';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** A Monday. */
const BEGAN = Date.parse('2026-11-23T10:00:00.000Z');
/** Each history has a time of its own. */
const BETWEEN_MS = 60 * DAY_MS;
const RUNS = Number(process.env['HEADROOM_HINDSIGHT_RUNS'] ?? 3);

const RECORD = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) {
  recorded wouldHaveBeenRefused userErrors { code field } } }`;
const ENGAGE = `mutation ($inputs: [EngagementInput!]!) { recordEngagement(inputs: $inputs) { userErrors { code } } }`;

const SENDS = [
  'CONNECTION_REQUEST',
  'INMAIL',
  'INVITATION_WITHDRAWAL',
  'DIRECT_MESSAGE',
  'REACTION',
] as const;
const ANSWERS = ['INVITATION_ACCEPTED', 'REPLIED', 'INMAIL_DECLINED', 'INVITATION_WITHDRAWN'] as const;

type Step = { readonly at: number } & (
  | { readonly kind: 'SEND'; readonly action: string; readonly person: string | null }
  | { readonly kind: 'ANSWER'; readonly answer: string; readonly person: string }
  | { readonly kind: 'SET_CREDITS'; readonly available: number }
);

let rules: SeatRules;
let began = BEGAN;
beforeAll(async () => {
  rules = await SeatRules.open(new Date(BEGAN).toISOString());
});
afterAll(() => rules.close());

const iso = (at: number): string => new Date(at).toISOString();

async function record(seatId: string, sends: readonly Step[]): Promise<number> {
  const inputs = sends.flatMap((step) =>
    step.kind === 'SEND'
      ? [
          {
            ...{ seatId, action: step.action, occurredAt: iso(step.at), idempotencyKey: randomUUID() },
            ...(step.person !== null && { recipient: { profileUrl: step.person } }),
          },
        ]
      : [],
  );
  const { recordActivities: told } = await rules.api.data(rules.agency.key, RECORD, { inputs });
  expect(told).toMatchObject({ recorded: inputs.length, userErrors: [] });
  return told.wouldHaveBeenRefused;
}

async function engage(seatId: string, steps: readonly Step[]): Promise<void> {
  const inputs = steps.flatMap((step) =>
    step.kind === 'ANSWER'
      ? [
          {
            ...{ seatId, kind: step.answer, recipientProfileUrl: step.person },
            ...{ occurredAt: iso(step.at), idempotencyKey: randomUUID() },
          },
        ]
      : [],
  );
  if (inputs.length > 0) await rules.api.data(rules.agency.key, ENGAGE, { inputs });
}

/** Whether asking at the very instant is refused: to whom a message went it could go, and who wrote is answered. */
async function isRefused(seatId: string, step: Step & { kind: 'SEND' }, wrote: boolean): Promise<boolean> {
  const profileUrl = step.person ?? `linkedin.com/in/${randomUUID()}`;
  const degree = step.action === 'DIRECT_MESSAGE' ? 'FIRST' : 'UNKNOWN';
  const asked = { recipient: { profileUrl, degree }, isReply: wrote };
  const { outcome } = await rules.preview(seatId, step.action, asked);
  return outcome === 'DENIED';
}

/**
 * All that happens to a seat is told when it happens, and each send is asked for before: how many are refused. Credits are set
 * at the other seat as well.
 */
async function asked(seatId: string, other: string, steps: readonly Step[]): Promise<number> {
  let refused = 0;
  const wrote = new Set<string>();
  for (const step of steps) {
    await rules.setClock(step.at);
    if (step.kind === 'SET_CREDITS') {
      for (const each of [seatId, other])
        await rules.change('setCredits', { seatId: each, available: step.available });
    }
    if (step.kind === 'ANSWER') {
      await engage(seatId, [step]);
      if (step.answer === 'REPLIED') wrote.add(step.person);
    }
    if (step.kind !== 'SEND') continue;
    if (await isRefused(seatId, step, wrote.has(step.person ?? ''))) refused += 1;
    await record(seatId, [step]);
  }
  return refused;
}

/** The same that was told behind it, in two parts. */
async function told(seatId: string, steps: readonly Step[]): Promise<number> {
  await engage(seatId, steps);
  const half = Math.floor(steps.length / 2);
  const parts = [steps.slice(0, half), steps.slice(half)];
  let refused = 0;
  for (const part of parts) {
    if (part.some(({ kind }) => kind === 'SEND')) refused += await record(seatId, part);
  }
  return refused;
}

const person = fc.integer({ min: 0, max: 2 });
const happening = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant('SEND' as const),
      action: fc.constantFrom(...SENDS),
      person: fc.option(person),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('ANSWER' as const),
      answer: fc.constantFrom(...ANSWERS),
      person,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('SET_CREDITS' as const),
      available: fc.integer({ min: 0, max: 2 }),
    }),
  },
);
const gap = fc.oneof(fc.integer({ min: 10, max: 90 }), fc.integer({ min: 400, max: 4_000 }));
const history = fc.record({
  steps: fc.array(fc.tuple(gap, happening), { minLength: 12, maxLength: 22 }),
  openingCredits: fc.integer({ min: 0, max: 1 }),
  pending: fc.integer({ min: 697, max: 700 }),
  isWarming: fc.boolean(),
  hasHours: fc.boolean(),
  perDay: fc.integer({ min: 0, max: 3 }),
  most: fc.integer({ min: 1, max: 4 }),
});

function stepsOf(drawn: readonly (readonly [number, Json])[]): Step[] {
  const people = Array.from({ length: 3 }, () => `https://www.linkedin.com/in/${randomUUID()}`);
  let at = began;
  return drawn.map(([minutes, { person: index, ...happened }]) => {
    at += minutes * MINUTE_MS;
    const named = index === undefined ? {} : { person: index === null ? null : people[index] };
    return { ...happened, ...named, at } as Step;
  });
}

it('wouldHaveBeenRefused is what asking at each instant would have been told', async () => {
  let refusedInAll = 0;
  await fc.assert(
    fc.asyncProperty(history, async ({ steps: drawn, ...terms }) => {
      began += BETWEEN_MS;
      await rules.setClock(began);
      const day = iso(began).slice(0, 10);
      const workingHours = { days: [1, 2, 3, 4, 5, 6], from: '07:00', to: '21:00' };
      const seat = () =>
        rules.addSeat({
          ...{ tier: 'PREMIUM_CAREER', openingCredits: terms.openingCredits },
          ...{ openingPendingInvitations: terms.pending, creditsRenewOn: day },
          ...(terms.isWarming && { warmUpStartedOn: day }),
          ...(terms.hasHours && { workingHours }),
        });
      const seats = [await seat(), await seat()] as const;
      const limit = { actions: ['REACTION'], windowKind: 'CALENDAR_DAY', max: terms.most };
      for (const seatId of seats) {
        const until = iso(began + 9 * DAY_MS).slice(0, 10);
        const declared = { seatId, action: 'REACTION', perDay: terms.perDay, from: day, until };
        await rules.change('declareOutsideUse', declared);
        const set = 'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }';
        await rules.api.data(rules.agency.key, set, { input: { scopeId: seatId, limit } });
      }
      const steps = stepsOf(drawn);
      const refused = await asked(...seats, steps);
      began = steps.at(-1)!.at + MINUTE_MS;
      await rules.setClock(began);
      expect(await told(seats[1], steps)).toBe(refused);
      refusedInAll += refused;
    }),
    // Each try of a shorter history takes seconds: what is drawn is told as it is.
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(refusedInAll).toBeGreaterThan(RUNS / 2);
}, 240_000);
