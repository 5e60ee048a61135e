import fc from 'fast-check';
import { decide } from '../../../src/quota/decide.js';
import type { EarlierText, TextAsk } from '../../../src/quota/text.js';
import { askOf } from '../make.js';

const NOW = 1_000_000;
const WINDOW = 1_000;

function textOf(
  earlier: readonly EarlierText[],
  more: Partial<TextAsk> = {},
  most = 3,
  recommended = 2,
): TextAsk {
  const none = { recommended: null, most: null };
  return {
    marks: {
      lengths: { subject: null, body: 1 },
      placeholders: { subject: null, body: null },
      personal: null,
      sketches: [],
    },
    numbers: {
      lengths: { subject: none, body: none },
      people: { recommended, most },
      windowMs: WINDOW,
    },
    isReply: false,
    writtenBefore: null,
    earlier,
    ...more,
  };
}

const judge = (text: TextAsk, at = NOW) => decide(askOf([], { text }), () => undefined as never, at);
const sent = (recipientId: string, countsUntil: number): EarlierText => ({
  recipientId,
  held: false,
  countsUntil,
});
const held = (recipientId: string, countsUntil: number): EarlierText => ({
  recipientId,
  held: true,
  countsUntil,
});

it('counts people, warns from the recommended number on, this one included, and lets the most have it', () => {
  const people = ['a', 'b', 'c'].map((name, index) => sent(name, NOW + 10 + index));
  expect(judge(textOf(people.slice(0, 0)))).toMatchObject({ outcome: 'ALLOWED', warnings: [] });
  expect(judge(textOf(people.slice(0, 1)))).toMatchObject({
    outcome: 'ALLOWED',
    warnings: [{ code: 'REPEATED_TEXT', facts: { after: 2, most: 3 } }],
  });
  expect(judge(textOf([...people.slice(0, 2), sent('a', NOW + 99)]))).toMatchObject({
    outcome: 'ALLOWED',
    warnings: [{ facts: { after: 3 } }],
  });
  expect(judge(textOf(people))).toMatchObject({
    outcome: 'DENIED',
    reasons: [{ code: 'REPEATED_TEXT', facts: { people: 3, most: 3 }, retryAt: NOW + 10 }],
    retryAt: NOW + 10,
    certainAt: NOW + 10,
  });
});

it('refuses no answer, and warns of none', () => {
  const people = ['a', 'b', 'c'].map((name) => sent(name, NOW + 10));
  expect(judge(textOf(people, { isReply: true }))).toMatchObject({ outcome: 'ALLOWED', warnings: [] });
});

it('P6: a hold lapses, or counts for the whole window from its last moment', () => {
  const people = [sent('a', NOW + 500), sent('b', NOW + 600), held('c', NOW + 5)];
  expect(judge(textOf(people))).toMatchObject({ retryAt: NOW + 5, certainAt: NOW + 500 });
});

it('a policy that lets nobody have it twice refuses for good', () => {
  expect(judge(textOf([], {}, 0))).toMatchObject({ outcome: 'DENIED', retryAt: null });
});

it('P6: is admitted at the instant that plain counting finds, and not one before', () => {
  const earlier = fc.record({
    recipientId: fc.constantFrom(...'abcdefg'),
    held: fc.boolean(),
    countsUntil: fc.integer({ min: NOW + 1, max: NOW + 40 }),
  });
  const countAt = (texts: readonly EarlierText[], at: number, committed: boolean): number =>
    new Set(
      texts
        .filter((one) => at < (one.held && committed ? one.countsUntil - 1 + WINDOW : one.countsUntil))
        .map(({ recipientId }) => recipientId),
    ).size;
  fc.assert(
    fc.property(fc.array(earlier, { maxLength: 20 }), fc.integer({ min: 1, max: 5 }), (texts, most) => {
      const { outcome, retryAt, certainAt } = judge(textOf(texts, {}, most));
      expect(outcome).toBe(countAt(texts, NOW, false) < most ? 'ALLOWED' : 'DENIED');
      if (outcome === 'ALLOWED') return;
      for (const [told, committed] of [
        [retryAt!, false],
        [certainAt!, true],
      ] as const) {
        expect(countAt(texts, told, committed)).toBeLessThan(most);
        expect(countAt(texts, told - 1, committed)).toBeGreaterThanOrEqual(most);
      }
    }),
  );
});
