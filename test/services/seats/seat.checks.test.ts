import { checkSeat } from '../../../src/services/seats/seat.checks.js';
import { newSeat, refused } from '../../support/agency.js';

describe('checkSeat', () => {
  it.each([
    ['a blank name', { holderName: ' ' }, 'INVALID input.holderName'],
    ['the page of a company', { profileUrl: 'linkedin.com/company/acme' }, 'INVALID input.profileUrl'],
    [
      'an address of Sales Navigator',
      { profileUrl: 'linkedin.com/sales/lead/ACwAAA123' },
      'INVALID input.profileUrl',
    ],
    [
      'a slug of 201 letters',
      { profileUrl: `linkedin.com/in/${'ж'.repeat(201)}` },
      'INVALID input.profileUrl',
    ],
    ['no zone', { timeZone: 'Mars/Olympus' }, 'INVALID input.timeZone'],
    [
      'no working day',
      { workingHours: { days: [], from: '09:00', to: '10:00' } },
      'INVALID input.workingHours.days',
    ],
    [
      'an eighth day',
      { workingHours: { days: [8], from: '09:00', to: '10:00' } },
      'INVALID input.workingHours.days',
    ],
    [
      'hours that end before they begin',
      { workingHours: { days: [1], from: '10:00', to: '10:00' } },
      'INVALID input.workingHours.from',
    ],
    [
      'opening use of an unknown history',
      { history: 'UNKNOWN', openingUse: [{ action: 'FOLLOW', days: 1, count: 1 }] },
      'INVALID input.openingUse',
    ],
    [
      'opening use of 0 days',
      { history: 'DECLARED', openingUse: [{ action: 'FOLLOW', days: 0, count: 1 }] },
      'INVALID input.openingUse.0.days',
    ],
    [
      'opening use of 401 days',
      { history: 'DECLARED', openingUse: [{ action: 'FOLLOW', days: 401, count: 1 }] },
      'INVALID input.openingUse.0.days',
    ],
    [
      'opening use over the bound',
      { history: 'DECLARED', openingUse: [{ action: 'FOLLOW', days: 9, count: 100_001 }] },
      'INVALID input.openingUse.0.count',
    ],
    [
      'opening use over the bound in all',
      {
        history: 'DECLARED',
        openingUse: [
          { action: 'FOLLOW', days: 9, count: 100_000 },
          { action: 'COMMENT', days: 9, count: 1 },
        ],
      },
      'INVALID input.openingUse',
    ],
    [
      'opening use below 0',
      { history: 'DECLARED', openingUse: [{ action: 'FOLLOW', days: 9, count: -1 }] },
      'INVALID input.openingUse.0.count',
    ],
    [
      'pending invitations below 0',
      { openingPendingInvitations: -1 },
      'INVALID input.openingPendingInvitations',
    ],
    ['more credits than there are', { openingCredits: 100_001 }, 'INVALID input.openingCredits'],
    ['credits below 0', { creditsPerMonth: -1 }, 'INVALID input.creditsPerMonth'],
  ] as const)('refuses %s', (_what, wrong, answer) => {
    expect(refused(checkSeat(newSeat('', wrong)))).toBe(answer);
  });

  it('takes everything at its bounds', () => {
    const openingUse = [
      { action: 'FOLLOW', days: 400, count: 100_000 },
      { action: 'COMMENT', days: 1, count: 0 },
    ] as const;
    const atBounds = {
      holderName: 'x'.repeat(200),
      externalRef: 'x'.repeat(200),
      workingHours: { days: [1, 7], from: '00:00', to: '24:00' },
      history: 'DECLARED',
      openingUse,
      openingPendingInvitations: 30_000,
      openingCredits: 100_000,
      creditsPerMonth: 0,
    } as const;
    expect(checkSeat(newSeat('', atBounds))).toBeNull();
  });
});
