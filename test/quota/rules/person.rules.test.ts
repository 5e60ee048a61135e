import type { PersonFacts } from '../../../src/quota/person.js';
import { DAY as DAY_MS, MINUTE as MINUTE_MS, type Instant } from '../../../src/quota/window.js';
import { isJudgedByPast } from '../../../src/quota/rules/person.rules.js';
import { ACTIONS, type Action, type ReasonCode } from '../../../src/quota/words.js';
import { at, limitOf, DAY, Seat } from '../make.js';

const NOW = at('2026-11-26T12:00:00.000Z');
const STRANGER: PersonFacts = {
  degree: 'SECOND',
  openProfile: false,
  isReply: false,
  invitedAt: null,
  withdrawnAt: null,
  inmailAt: null,
  declined: false,
  holds: [],
  doNotContact: null,
  spans: { invitationLapsesAfter: 180 * DAY_MS, reinviteEmbargo: 21 * DAY_MS, awaitsReplyFor: 90 * DAY_MS },
};

function ask(action: Action, facts: Partial<PersonFacts>, now: Instant = NOW) {
  const person = { ...STRANGER, ...facts };
  // A limit that never binds: what refuses is the person.
  return new Seat([limitOf(1_000, DAY)]).ask(now, { action, person });
}

function codes(action: Action, facts: Partial<PersonFacts>): ReasonCode[] {
  return ask(action, facts).reasons.map(({ code }) => code);
}

const ROUTES: readonly [Action, Partial<PersonFacts>, readonly ReasonCode[]][] = [
  ['DIRECT_MESSAGE', { degree: 'FIRST' }, []],
  ['DIRECT_MESSAGE', { degree: 'SECOND' }, ['NOT_CONNECTED']],
  ['DIRECT_MESSAGE', { degree: 'THIRD' }, ['NOT_CONNECTED']],
  ['DIRECT_MESSAGE', { degree: 'OUT_OF_NETWORK' }, ['NOT_CONNECTED']],
  ['DIRECT_MESSAGE', { degree: 'UNKNOWN' }, ['DEGREE_UNKNOWN']],
  ['DIRECT_MESSAGE', { degree: 'UNKNOWN', isReply: true }, []],
  ['DIRECT_MESSAGE', { degree: 'SECOND', isReply: true }, []],
  ['OPEN_PROFILE_MESSAGE', {}, ['NOT_CONNECTED']],
  ['OPEN_PROFILE_MESSAGE', { openProfile: true }, []],
  ['OPEN_PROFILE_MESSAGE', { isReply: true }, []],
  ['CONNECTION_REQUEST', { degree: 'FIRST' }, ['ALREADY_CONNECTED']],
  ['CONNECTION_REQUEST', { degree: 'UNKNOWN' }, []],
  ['CONNECTION_REQUEST', { degree: 'FIRST', invitedAt: NOW - 1 }, ['ALREADY_CONNECTED']],
  ['INMAIL', { degree: 'UNKNOWN' }, []],
  ['PROFILE_VIEW', { degree: 'UNKNOWN', invitedAt: NOW, inmailAt: NOW, withdrawnAt: NOW }, []],
  ['PROFILE_VIEW', { doNotContact: 'DOMAIN' }, ['DO_NOT_CONTACT']],
  ['DIRECT_MESSAGE', { degree: 'FIRST', isReply: true, doNotContact: 'PERSON' }, ['DO_NOT_CONTACT']],
];

it.each(ROUTES)(
  'the way: %s with %j is refused by %j, until a person changes it',
  (action, facts, refused) => {
    const { reasons, retryAt, certainAt } = ask(action, facts);
    expect(reasons.map(({ code }) => code)).toEqual(refused);
    expect([retryAt, certainAt, ...reasons.map((reason) => reason.retryAt)].filter(Boolean)).toEqual([]);
  },
);

/** Refused now and one millisecond before, allowed at an instant. */
function heals(action: Action, facts: Partial<PersonFacts>, code: ReasonCode, healsAt: Instant): void {
  expect(ask(action, facts)).toMatchObject({ reasons: [{ code, retryAt: healsAt }], retryAt: healsAt });
  expect(ask(action, facts, healsAt - 1)).toMatchObject({ outcome: 'DENIED', retryAt: healsAt });
  expect(ask(action, facts, healsAt).outcome).toBe('ALLOWED');
}

describe('P6: time heals at the very millisecond', () => {
  it.each([NOW, NOW - 179 * DAY_MS])('an invitation of %s that nobody answered', (invitedAt) => {
    heals('CONNECTION_REQUEST', { invitedAt }, 'ALREADY_INVITED', invitedAt + 180 * DAY_MS);
  });

  it('a withdrawal', () => {
    const withdrawnAt = NOW - DAY_MS;
    heals('CONNECTION_REQUEST', { withdrawnAt }, 'REINVITE_EMBARGO', withdrawnAt + 21 * DAY_MS);
  });

  it('an InMail that nobody answered; whoever wrote since is answered at once', () => {
    const inmailAt = NOW - DAY_MS;
    heals('INMAIL', { inmailAt }, 'AWAITING_REPLY', inmailAt + 90 * DAY_MS);
    expect(codes('INMAIL', { inmailAt, isReply: true })).toEqual([]);
  });

  it('an invitation that lapses behind an embargo, over both together', () => {
    const invitedAt = NOW - 170 * DAY_MS;
    const { retryAt, reasons } = ask('CONNECTION_REQUEST', { invitedAt, withdrawnAt: invitedAt - 1 });
    expect(reasons).toMatchObject([{ code: 'ALREADY_INVITED' }]);
    expect(retryAt).toBe(invitedAt + 180 * DAY_MS);
    const both = ask('CONNECTION_REQUEST', {
      invitedAt: NOW - 175 * DAY_MS,
      withdrawnAt: NOW - 176 * DAY_MS,
    });
    expect(both.retryAt).toBe(NOW + 5 * DAY_MS);
  });
});

describe('what is held', () => {
  const expiresAt = NOW + 15 * MINUTE_MS;

  it.each([
    ['CONNECTION_REQUEST', 'ALREADY_INVITED', 180],
    ['INMAIL', 'AWAITING_REPLY', 90],
  ] as const)('a %s counts until it lapses, or is committed at its last moment', (action, code, days) => {
    expect(ask(action, { holds: [{ action, expiresAt }] })).toMatchObject({
      reasons: [{ code, retryAt: expiresAt }],
      retryAt: expiresAt,
      certainAt: expiresAt - 1 + days * DAY_MS,
    });
  });

  it('a withdrawal begins no embargo, and ends no invitation, before it is committed', () => {
    const holds = [{ action: 'INVITATION_WITHDRAWAL', expiresAt }] as const;
    expect(ask('CONNECTION_REQUEST', { holds }).outcome).toBe('ALLOWED');
    expect(ask('CONNECTION_REQUEST', { holds, invitedAt: NOW })).toMatchObject({
      retryAt: NOW + 180 * DAY_MS,
      certainAt: expiresAt - 1 + 21 * DAY_MS,
    });
  });

  it('an invitation is one, whatever was withdrawn before', () => {
    const withdrawnAt = NOW - 30 * DAY_MS;
    const facts = {
      withdrawnAt,
      holds: [{ action: 'CONNECTION_REQUEST' as const, expiresAt: NOW + 900_000 }],
    };
    const { reasons, retryAt, certainAt } = ask('CONNECTION_REQUEST', facts);
    expect(reasons.map(({ code }) => code)).toEqual(['ALREADY_INVITED']);
    expect([retryAt, certainAt]).toEqual([NOW + 900_000, NOW + 900_000 - 1 + 180 * DAY_MS]);
  });

  it('of another action counts nothing', () => {
    expect(codes('CONNECTION_REQUEST', { holds: [{ action: 'INMAIL', expiresAt }] })).toEqual([]);
  });
});

it.each(ACTIONS)(
  '%s is judged by a person’s past, or else the past of the person is not looked up',
  (action) => {
    const pasts: Partial<PersonFacts>[] = [
      { degree: 'FIRST' },
      { degree: 'UNKNOWN' },
      { invitedAt: NOW - 1 },
      { withdrawnAt: NOW - 1 },
      { inmailAt: NOW - 1 },
      { inmailAt: NOW - 1, declined: true },
    ];
    const speaksAgainst = pasts.some((past) => codes(action, past).length > 0);
    expect(speaksAgainst).toBe(isJudgedByPast(action));
  },
);
