import { alertInWords, SEVERITY_OF_KIND } from '../../src/quota/alert-words.js';
import { rolling } from '../../src/quota/window.js';
import { ALERT_KINDS, SEVERITIES } from '../../src/quota/words.js';
import { limitOf } from './make.js';

const usage = {
  limit: limitOf(50, rolling(86_400)),
  timeZone: null,
  used: 40,
  held: 7,
  unknown: 0,
  nextRoomAt: null,
};

it.each(ALERT_KINDS)('%s has words and an urgency', (kind) => {
  const names =
    'available credits pending most judged accepted sent answered people today mean sources lapsed held days';
  const facts = Object.fromEntries(names.split(' ').map((name) => [name, 2]));
  const message = alertInWords({ kind, usage, facts });
  expect(message).toMatch(/^[A-Z\d].*\.$/);
  expect(SEVERITIES).toContain(SEVERITY_OF_KIND[kind]);
});

it('tells the numbers', () => {
  expect(alertInWords({ kind: 'LIMIT_CRITICAL', usage, facts: {} })).toBe(
    '47 of 50 direct messages in 24 hours are taken at the seat: hardly any room is left.',
  );
  expect(alertInWords({ kind: 'HOLDS_EXPIRED', usage: null, facts: { lapsed: 2, held: 50 } })).toContain(
    '2 of 50 holds',
  );
  const low = { kind: 'LOW_ACCEPTANCE', usage: null } as const;
  const told = 'Of 53 invitations that were judged, 3 were accepted';
  expect(alertInWords({ ...low, facts: { judged: 53, accepted: 3 } })).toBe(`${told}.`);
  expect(alertInWords({ ...low, facts: { judged: 53, accepted: 3, stopDays: 7 } })).toBe(
    `${told}: no more are allowed for 7 days.`,
  );
  expect(() => alertInWords({ kind: 'LIMIT_REACHED', usage: null, facts: {} })).toThrow('is of a counter');
});
