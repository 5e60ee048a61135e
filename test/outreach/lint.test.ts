import fc from 'fast-check';
import { FINDING_CODES, type FindingCode } from '../../src/outreach/finding.js';
import { findingInWords } from '../../src/outreach/finding-words.js';
import { ENGLISH } from '../../src/outreach/languages/en.js';
import { lintMessage, maySend } from '../../src/outreach/lint.js';
import type { Message } from '../../src/outreach/message.js';
import { BUILT_IN_POLICIES } from '../../src/quota/policy/index.js';
import { textNumbers } from '../../src/quota/text.js';
import type { Action, LinkedInTier } from '../../src/quota/words.js';

const FINE = 'Hi Ada, I read your article on looms. What made you choose cards over pins?';

/** A first message that nothing is wrong with, and what is different. */
function message(different: Partial<Message> = {}, tier: LinkedInTier = 'SALES_NAVIGATOR'): Message {
  const action: Action = different.action ?? 'DIRECT_MESSAGE';
  return {
    action,
    subject: null,
    body: FINE,
    values: ['Ada', 'looms'],
    name: 'Ada Lovelace',
    isFirstTouch: true,
    unanswered: 0,
    lengths: textNumbers(BUILT_IN_POLICIES.at(-1)!, tier, action).lengths,
    language: ENGLISH,
    ...different,
  };
}

const found = (different: Partial<Message>, tier?: LinkedInTier) =>
  lintMessage(message(different, tier)).map(({ code, severity, field, place }) => [
    code,
    severity,
    field,
    place,
  ]);

it('has nothing against a personal question', () => {
  expect(lintMessage(message())).toEqual([]);
});

describe('finds', () => {
  const LATER = { isFirstTouch: false };
  it.each<[string, Partial<Message>, unknown[]]>([
    ['that nothing is personal', { values: [] }, ['NOT_PERSONALIZED', 'CRITICAL', null, null]],
    ['that blanks are nothing', { values: [' '] }, ['NOT_PERSONALIZED', 'CRITICAL', null, null]],
    ['that a name alone is little', { values: ['ada'] }, ['NOT_PERSONALIZED', 'WARNING', null, null]],
    [
      'that the whole name is',
      { values: ['Ada Lovelace', 'Ada'] },
      ['NOT_PERSONALIZED', 'WARNING', null, null],
    ],
    [
      'what was left open',
      { body: `${FINE} {{company}}` },
      ['PLACEHOLDER_LEFT', 'CRITICAL', 'body', FINE.length + 2],
    ],
    [
      'what was left open in the subject',
      { action: 'INMAIL', subject: 'Hi [Name]' },
      ['PLACEHOLDER_LEFT', 'CRITICAL', 'subject', 4],
    ],
    ['an InMail without a subject', { action: 'INMAIL' }, ['SUBJECT_MISSING', 'WARNING', 'subject', null]],
    [
      'a link',
      { body: `${FINE} https://a.example/x` },
      ['LINK_AT_FIRST_TOUCH', 'WARNING', 'body', FINE.length + 2],
    ],
    [
      'a link without a scheme',
      { body: `${FINE} acme.io` },
      ['LINK_AT_FIRST_TOUCH', 'WARNING', 'body', FINE.length + 2],
    ],
    [
      'a link in a note, whatever was before it',
      { ...LATER, action: 'CONNECTION_REQUEST', body: 'www.acme.example' },
      ['LINK_AT_FIRST_TOUCH', 'WARNING', 'body', 1],
    ],
    ['links', { ...LATER, body: 'a.com b.com c.com' }, ['TOO_MANY_LINKS', 'WARNING', 'body', 13]],
    [
      'an attachment',
      { body: `${FINE} Attached you find` },
      ['ATTACHMENT_AT_FIRST_TOUCH', 'WARNING', 'body', FINE.length + 2],
    ],
    [
      'a pitch',
      { body: `${FINE} Book a\ndemo of our platform.` },
      ['PITCH_AT_FIRST_TOUCH', 'WARNING', 'body', FINE.length + 2],
    ],
    [
      'words in capitals',
      { body: `${FINE} DO NOT MISS this` },
      ['SHOUTING', 'WARNING', 'body', FINE.length + 2],
    ],
    [
      'a text in capitals',
      { ...LATER, body: FINE.toUpperCase().replaceAll(' ', '1') },
      ['SHOUTING', 'WARNING', 'body', 1],
    ],
    [
      'marks',
      { body: `${FINE} Hi! Yes! So!` },
      ['TOO_MANY_EXCLAMATION_MARKS', 'WARNING', 'body', FINE.length + 13],
    ],
    ['emoji', { body: `${FINE} 👍🏽👨‍👩‍👧🇪🇸❤️` }, ['TOO_MANY_EMOJI', 'WARNING', 'body', FINE.length + 18]],
    ['a follow-up', { ...LATER, unanswered: 1 }, ['FOLLOW_UP_WITHOUT_ANSWER', 'INFO', null, null]],
    ['the second one', { ...LATER, unanswered: 2 }, ['FOLLOW_UP_WITHOUT_ANSWER', 'INFO', null, null]],
    ['the third one', { ...LATER, unanswered: 3 }, ['FOLLOW_UP_WITHOUT_ANSWER', 'CRITICAL', null, null]],
    [
      'who writes on',
      { ...LATER, body: 'I know you’re not interested, but' },
      ['OPTED_OUT_WORDING', 'CRITICAL', 'body', 1],
    ],
    [
      'where the name is from',
      { body: 'Hi Ada, do you like looms?' },
      ['ORIGIN_NOT_TOLD', 'INFO', 'body', null],
    ],
    ['a long message', { body: FINE.padEnd(3_000) }, ['TEXT_TOO_LONG', 'WARNING', 'body', null]],
    ['one that is too long', { body: FINE.padEnd(8_001) }, ['TEXT_TOO_LONG', 'CRITICAL', 'body', null]],
  ])('%s', (_, different, expected) => {
    expect(found(different)).toEqual([expected]);
  });

  it('by the tier how long a note may be', () => {
    const note = { action: 'CONNECTION_REQUEST', body: FINE.padEnd(201) } as const;
    expect(found(note, 'BASIC')).toEqual([['TEXT_TOO_LONG', 'CRITICAL', 'body', null]]);
    expect(found(note)).toEqual([]);
  });
});

describe('has nothing against', () => {
  const LATER = { isFirstTouch: false };
  it.each<[string, Partial<Message>]>([
    ['values that nobody tells', { values: null }],
    ['a later message without anything personal', { ...LATER, values: [] }],
    ['an address of mail', { body: `${FINE} ada@acme.com` }],
    ['a version and an abbreviation', { body: `${FINE} Is it v1.2, e.g. so?` }],
    ['a link, later', { ...LATER, body: 'As you asked: https://a.example' }],
    ['one phrase of a pitch', { body: `${FINE} Or a quick call?` }],
    ['words that only begin like a phrase', { body: `${FINE} The pricings, discounted, unattached.` }],
    ['an abbreviation or two', { body: `${FINE} Is it for the US, or EU?` }],
    ['a short text in capitals', { ...LATER, body: 'OK, THX' }],
    ['two marks, three emoji', { ...LATER, body: 'Hi! Yes! 👍🏽👨‍👩‍👧🇪🇸' }],
    ['figures, which are no emoji', { ...LATER, body: '1 2 3 4 # * © ™' }],
    [
      'an invitation to somebody who did not answer',
      { ...LATER, action: 'CONNECTION_REQUEST', unanswered: 2 },
    ],
  ])('%s', (_, different) => {
    expect(found(different)).toEqual([]);
  });
});

it('tells the worst first, and whether it may be sent', () => {
  const findings = lintMessage(message({ values: [], body: 'Sign up! Now! Buy now! {{name}}' }));
  const severities = findings.map(({ severity }) => severity);
  expect(severities).toEqual(['CRITICAL', 'CRITICAL', 'WARNING', 'WARNING', 'INFO']);
  expect([maySend(findings), maySend(findings.filter(({ severity }) => severity !== 'CRITICAL'))]).toEqual([
    false,
    true,
  ]);
});

it('says everything in words, with a remedy and a source', () => {
  const facts = {
    values: 0,
    length: 1,
    most: 2,
    phrases: 2,
    links: 3,
    recommended: 2,
    count: 3,
    unanswered: 1,
  };
  for (const code of FINDING_CODES) {
    const { message: told, remedy, source } = findingInWords({ code, facts });
    expect([code, told, remedy, source]).not.toContain('');
    expect(told).not.toMatch(/undefined|NaN|null/);
  }
});

it('finds each of its codes: none is dead', () => {
  const seen = new Set<FindingCode>();
  const cases: Partial<Message>[] = [
    {
      values: [],
      body: 'DO BOOK NOW A DEMO: book a demo of our platform, attached: a.com b.com c.com {{x}}!!! 👍👍👍👍'.padEnd(
        8_001,
      ),
    },
    { action: 'INMAIL', isFirstTouch: false, unanswered: 1, body: 'You opted out.' },
  ];
  for (const each of cases) for (const { code } of lintMessage(message(each))) seen.add(code);
  expect([...seen].toSorted()).toEqual([...FINDING_CODES].toSorted());
});

it('looks at any text in time that grows with it, and points into it', () => {
  const text = fc
    .array(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('A B C ', 'a.', '!', '👍', '{{', '[', '\n')),
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.option(text), (body, subject) => {
      for (const { field, place } of lintMessage(message({ body, subject }))) {
        const part = field === 'subject' ? (subject ?? '') : body;
        if (place !== null) expect(place >= 1 && place <= part.length).toBe(true);
      }
    }),
  );
  for (const unit of ['A ', 'a.', 'AB ', '!', '👍', 'book a ', 'https://', '-a.']) {
    const started = process.cpuUsage();
    lintMessage(message({ body: unit.repeat(4_000) }));
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
  }
});
