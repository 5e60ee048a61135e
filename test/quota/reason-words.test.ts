import { reasonInWords } from '../../src/quota/reason-words.js';
import type { Facts } from '../../src/quota/rule.js';
import { rolling } from '../../src/quota/window.js';
import { LIMIT_ORIGINS, REASON_CODES, type ReasonCode } from '../../src/quota/words.js';
import { limitOf } from './make.js';

/** The facts that the rule of a code gives. */
const FACTS: Partial<Record<ReasonCode, Facts>> = {
  NO_CREDITS: { available: 0, held: 2 },
  TOO_MANY_PENDING_INVITATIONS: { pending: 700, most: 700 },
  TOO_SOON: { seconds: 90 },
  SEAT_RESTRICTED: { kind: 'TEMPORARY' },
  CLIENT_ACCOUNT_PAUSED: { status: 'PAUSED' },
  LOW_ACCEPTANCE: { judged: 60, accepted: 3 },
  DO_NOT_CONTACT: { by: 'COMPANY' },
  REINVITE_EMBARGO: { days: 21 },
  AWAITING_REPLY: { days: 90 },
  ACTION_NOT_IN_TIER: { tier: 'BASIC' },
  TEXT_TOO_LONG: { field: 'body', length: 9_000, most: 8_000 },
  PLACEHOLDER_LEFT: { field: 'body', place: 4 },
  REPEATED_TEXT: { people: 25, most: 25 },
};
const limit = limitOf(15, rolling(600));

it.each(REASON_CODES)('%s is told with what to do, and nothing is left open', (code) => {
  const facts = code === 'LIMIT_REACHED' ? { used: 10, held: 5, unknown: 0 } : (FACTS[code] ?? {});
  const { message, remedy } = reasonInWords({ code, facts, limit: code === 'LIMIT_REACHED' ? limit : null });
  for (const text of [message, remedy]) {
    expect(text).toMatch(/^[A-Z0-9].*\.$/);
    expect(text).not.toMatch(/undefined|NaN|null|\[object/);
  }
});

describe('LIMIT_REACHED', () => {
  const tell = (facts: Facts) => reasonInWords({ code: 'LIMIT_REACHED', facts, limit }).message;

  it('tells a refusal with its numbers, unknown use only where there is some', () => {
    const rest = 'The seat has room for 15 direct messages in 10 minutes; 10 went out and 5 are held';
    expect(tell({ used: 10, held: 5, unknown: 0 })).toBe(`${rest}.`);
    expect(tell({ used: 10, held: 5, unknown: 2 })).toBe(
      `${rest}, and 2 are set aside for what is done elsewhere.`,
    );
  });

  it('tells what binds next, and what passes the recommended number', () => {
    expect(tell({ remaining: 3 })).toBe('After 3 more, 15 direct messages in 10 minutes are taken.');
    expect(tell({ planned: 3 })).toBe('With 3 planned, 15 direct messages in 10 minutes are taken.');
    // Nothing more goes, with nothing besides.
    for (const facts of [{ remaining: 0 }, { planned: 0 }]) {
      expect(tell(facts)).toBe('15 direct messages in 10 minutes are taken.');
    }
    const over = { ...limit, recommended: 10 };
    expect(reasonInWords({ code: 'LIMIT_REACHED', facts: { after: 11 }, limit: over }).message).toBe(
      '11 direct messages in 10 minutes are over the recommended 10.',
    );
  });

  it('tells to wait for nothing where nothing is ever allowed', () => {
    const { message, remedy } = reasonInWords({
      code: 'LIMIT_REACHED',
      facts: {},
      limit: { ...limit, max: 0 },
    });
    expect(message).toBe('The seat is allowed no direct messages in 10 minutes.');
    expect(remedy).toBe('Raise the limit that was set.');
  });

  it('has a remedy for every origin', () => {
    const remedies = LIMIT_ORIGINS.map(
      (origin) => reasonInWords({ code: 'LIMIT_REACHED', facts: {}, limit: { ...limit, origin } }).remedy,
    );
    expect(new Set(remedies).size).toBe(LIMIT_ORIGINS.length);
  });
});
