import { decide } from '../../../src/quota/decide.js';
import { policyAt } from '../../../src/quota/policy/index.js';
import { textNumbers, type TextAsk, type TextMarks } from '../../../src/quota/text.js';
import type { Action, LinkedInTier } from '../../../src/quota/words.js';
import { askOf, at } from '../make.js';

const NOW = at('2026-11-24T10:00:00Z');
const NOTHING: TextMarks = {
  lengths: { subject: null, body: 1 },
  placeholders: { subject: null, body: null },
};

function textOf(action: Action, tier: LinkedInTier, marks: Partial<TextMarks>): TextAsk {
  return { marks: { ...NOTHING, ...marks }, numbers: textNumbers(policyAt(NOW), tier, action) };
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

it('no text, no rule', () => {
  expect(decide(askOf([], { text: null }), () => undefined as never, NOW).outcome).toBe('ALLOWED');
});
