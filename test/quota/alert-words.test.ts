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

it.each([
  [{ failure: 'HTTP_STATUS', statusCode: 503 }, ' It answers 503.'],
  [{ failure: 'UNREACHABLE', statusCode: 0 }, ' It can’t be reached.'],
  [{ failure: 'TIMED_OUT', statusCode: 0 }, ' It did not answer within 5 seconds.'],
  [
    { failure: 'UNWRITABLE', statusCode: 0 },
    ' The server itself fails at writing or signing what comes next: its log says why.',
  ],
  [{ failure: 'ADDRESS_REFUSED', statusCode: 0 }, ' Its address is not one of the public internet.'],
])('a webhook that fails is named, with what came back: %j', (cameBack, words) => {
  const named = { webhookId: 'webhook_1', name: 'Ops', host: 'example.com', waiting: 200, isMore: 1 };
  const facts = { ...named, tries: 18, hours: 48, ...cameBack };
  expect(alertInWords({ kind: 'WEBHOOK_FAILING', usage: null, facts })).toBe(
    `The webhook “Ops” at example.com (webhook_1) did not take what it was sent: 18 tries in 48 hours.${words} Mend what answers there, or its address by updateWebhook; then sendTestEvent tries what waits (200 or more) at once, and replayWebhook sends again what was given up.`,
  );
});

it('a webhook that failed before alerts knew its name is told of all the same', () => {
  const facts = { webhookId: 'webhook_1', tries: 18, hours: 48 };
  expect(alertInWords({ kind: 'WEBHOOK_FAILING', usage: null, facts })).toMatch(
    /^A webhook did not take what it was sent: 18 tries in 48 hours\. Mend/,
  );
});
