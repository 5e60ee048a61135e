import { decide } from '../../../src/quota/decide.js';
import { BUILT_IN_COURSE } from '../../../src/quota/policy/index.js';
import { textNumbers, type TextAsk, type TextMarks } from '../../../src/quota/text.js';
import type { Action, LinkedInTier } from '../../../src/quota/words.js';
import { askOf, at, limitOf, MINUTE, Seat } from '../make.js';

const NOW = at('2026-11-24T10:00:00Z');
const NOTHING: TextMarks = {
  lengths: { subject: null, body: 1 },
  placeholders: { subject: null, body: null },
  personal: null,
  sketches: [],
};

function textOf(
  action: Action,
  tier: LinkedInTier,
  marks: Partial<TextMarks>,
  more: Partial<TextAsk> = {},
): TextAsk {
  const numbers = textNumbers(BUILT_IN_COURSE.at(NOW), tier, action);
  return {
    marks: { ...NOTHING, ...marks },
    numbers,
    isReply: false,
    writtenBefore: null,
    earlier: [],
    ...more,
  };
}

function judge(action: Action, tier: LinkedInTier, marks: Partial<TextMarks>) {
  const ask = askOf([], { action, text: textOf(action, tier, marks) });
  const { outcome, reasons, warnings, retryAt, certainAt } = decide(ask, () => undefined as never, NOW);
  expect([retryAt, certainAt]).toEqual([null, null]);
  return {
    outcome,
    reasons: reasons.map(({ code, facts, retryAt: own }) => ({ code, facts, retryAt: own })),
    warnings: warnings.map(({ code, facts }) => ({ code, facts })),
  };
}

describe('TEXT_TOO_LONG', () => {
  it.each<[Action, LinkedInTier, number]>([
    ['CONNECTION_REQUEST', 'BASIC', 200],
    ['CONNECTION_REQUEST', 'PREMIUM_CAREER', 300],
    ['CONNECTION_REQUEST', 'RECRUITER_LITE', 300],
    ['INMAIL', 'SALES_NAVIGATOR', 1_900],
    ['DIRECT_MESSAGE', 'BASIC', 8_000],
    ['OPEN_PROFILE_MESSAGE', 'PREMIUM_BUSINESS', 8_000],
    ['GROUP_MESSAGE', 'BASIC', 8_000],
  ])('%s at %s: %d fit, and not one more', (action, tier, most) => {
    expect(judge(action, tier, { lengths: { subject: null, body: most } }).outcome).toBe('ALLOWED');
    expect(judge(action, tier, { lengths: { subject: null, body: most + 1 } })).toEqual({
      outcome: 'DENIED',
      reasons: [{ code: 'TEXT_TOO_LONG', facts: { field: 'body', length: most + 1, most }, retryAt: null }],
      warnings: [],
    });
  });

  it('the subject of an InMail by itself; of anything else there is none to judge', () => {
    const lengths = { subject: 201, body: 1_901 };
    expect(judge('INMAIL', 'SALES_NAVIGATOR', { lengths: { subject: 200, body: 1 } }).outcome).toBe(
      'ALLOWED',
    );
    expect(judge('INMAIL', 'SALES_NAVIGATOR', { lengths }).reasons.map(({ facts }) => facts)).toEqual([
      { field: 'subject', length: 201, most: 200 },
      { field: 'body', length: 1_901, most: 1_900 },
    ]);
    expect(judge('DIRECT_MESSAGE', 'BASIC', { lengths }).outcome).toBe('ALLOWED');
    expect(judge('COMMENT', 'BASIC', { lengths: { subject: null, body: 99_999 } }).outcome).toBe('ALLOWED');
  });

  it('warns of a message from 3,000 on', () => {
    const warned = (body: number) =>
      judge('DIRECT_MESSAGE', 'BASIC', { lengths: { subject: null, body } }).warnings;
    expect(warned(2_999)).toEqual([]);
    const facts = { field: 'body', length: 3_000, recommended: 3_000 };
    expect(warned(3_000)).toEqual([{ code: 'TEXT_TOO_LONG', facts }]);
    expect(judge('CONNECTION_REQUEST', 'BASIC', { lengths: { subject: null, body: 200 } }).warnings).toEqual(
      [],
    );
  });
});

describe('PLACEHOLDER_LEFT', () => {
  it('refuses by part, with its place, whatever is sent', () => {
    const placeholders = { subject: 4, body: 17 };
    expect(judge('INMAIL', 'SALES_NAVIGATOR', { placeholders })).toEqual({
      outcome: 'DENIED',
      reasons: [
        { code: 'PLACEHOLDER_LEFT', facts: { field: 'subject', place: 4 }, retryAt: null },
        { code: 'PLACEHOLDER_LEFT', facts: { field: 'body', place: 17 }, retryAt: null },
      ],
      warnings: [],
    });
  });
});

describe('NOT_PERSONALIZED', () => {
  const LATER = NOW + 60_000;
  const NEVER = { sent: false, heldUntil: null };
  const judged = (personal: boolean | null, more: Partial<TextAsk>, now = NOW) => {
    const text = textOf('DIRECT_MESSAGE', 'BASIC', { personal }, more);
    return decide(askOf([], { text }), () => undefined as never, now);
  };

  it.each<[string, boolean | null, Partial<TextAsk>, 'ALLOWED' | 'DENIED']>([
    ['nothing of the person in a first touch', false, { writtenBefore: NEVER }, 'DENIED'],
    ['something of the person', true, { writtenBefore: NEVER }, 'ALLOWED'],
    ['nothing told', null, { writtenBefore: NEVER }, 'ALLOWED'],
    ['a later touch', false, { writtenBefore: { sent: true, heldUntil: null } }, 'ALLOWED'],
    ['one behind a live hold', false, { writtenBefore: { sent: false, heldUntil: LATER } }, 'ALLOWED'],
    ['an answer', false, { writtenBefore: NEVER, isReply: true }, 'ALLOWED'],
  ])('%s', (_what, personal, more, outcome) => {
    expect(judged(personal, more).outcome).toBe(outcome);
  });

  it('is not healed by time', () => {
    const { reasons, retryAt, certainAt } = judged(false, { writtenBefore: NEVER });
    expect(reasons).toEqual([{ code: 'NOT_PERSONALIZED', facts: {}, limit: null, retryAt: null }]);
    expect([retryAt, certainAt]).toEqual([null, null]);
  });

  it('P6: a touch whose hold lapses is a first one again; committed, it is not', () => {
    const writtenBefore = { sent: false, heldUntil: LATER };
    const text = textOf('DIRECT_MESSAGE', 'BASIC', { personal: false }, { writtenBefore });
    const room = new Seat([limitOf(1, MINUTE)]);
    room.record(NOW);
    // The limit alone would admit in a minute, when the hold has lapsed.
    const { retryAt, certainAt } = room.ask(NOW, { text });
    expect(retryAt).toBeNull();
    expect(certainAt).toBe(NOW + 60_000);
  });
});

it('no text, no rule', () => {
  expect(decide(askOf([], { text: null }), () => undefined as never, NOW).outcome).toBe('ALLOWED');
});
