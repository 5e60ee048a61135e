import fc from 'fast-check';
import { audit } from '../../../src/ledger/audit/audit.js';
import { DAY, HOUR } from '../../../src/quota/window.js';
import {
  NOW,
  codes,
  commit,
  database,
  invite,
  live,
  openAnother,
  pending,
  record,
  stageInvitations,
  takeOut,
  told,
} from '../invitation-stage.js';
import { LAPSE, PlainInvitations, STEP } from '../plain-invitations.js';

stageInvitations();

describe('pending invitations', () => {
  it('are those that were sent, until the person answers or the seat withdraws', async () => {
    for (const slug of ['a', 'b', 'c', 'd', 'e']) await record(NOW - DAY, { slug });
    await record(NOW - DAY, { count: 4 });
    expect(await pending(NOW)).toBe(9);
    // Whoever asks has the gauge kept, so that it has to follow.
    await invite(NOW);
    await told('INVITATION_ACCEPTED', 'a', NOW - HOUR);
    await told('INVITATION_DECLINED', 'b', NOW - HOUR);
    await told('INVITATION_WITHDRAWN', 'c', NOW - HOUR);
    await record(NOW - HOUR, { slug: 'd', action: 'INVITATION_WITHDRAWAL' });
    await told('REPLIED', 'e', NOW - HOUR);
    expect(await pending(NOW)).toBe(5);
  });

  it('are counted once a person, and once an answer', async () => {
    await record(NOW - 40 * DAY, { slug: 'a' });
    await record(NOW - 2 * DAY, { slug: 'a' });
    expect(await pending(NOW)).toBe(1);
    await told('INVITATION_ACCEPTED', 'a', NOW - HOUR);
    await told('INVITATION_DECLINED', 'a', NOW - HOUR);
    expect(await pending(NOW)).toBe(0);
  });

  it('are none where the answer was told before the send', async () => {
    await told('INVITATION_ACCEPTED', 'a', NOW - HOUR);
    await record(NOW - 2 * HOUR, { slug: 'a' });
    expect(await pending(NOW)).toBe(0);
    await record(NOW - HOUR / 2, { slug: 'a' });
    expect(await pending(NOW)).toBe(1);
  });

  it('lapse exactly 180 days after they were sent', async () => {
    await record(NOW - DAY, { slug: 'a' });
    await record(NOW, { count: 2 });
    expect(await pending(NOW - DAY + LAPSE - 1)).toBe(3);
    expect(await pending(NOW - DAY + LAPSE)).toBe(2);
    expect(await pending(NOW + LAPSE)).toBe(0);
  });

  it('are those of the time before, for 180 days from when the seat was added', async () => {
    await openAnother({ addedAt: NOW, history: 'DECLARED', openingPending: 30 });
    expect(await pending(NOW + LAPSE - 1)).toBe(30);
    expect(await pending(NOW + LAPSE)).toBe(0);
  });

  it('are no more where the record of them was taken out, and again where that of their end was', async () => {
    await record(NOW - 3 * DAY, { slug: 'a' });
    await record(NOW - 2 * DAY, { slug: 'a' });
    await record(NOW - DAY, { slug: 'a', action: 'INVITATION_WITHDRAWAL' });
    await record(NOW - DAY, { count: 7 });
    expect(await pending(NOW)).toBe(7);
    await takeOut('INVITATION_WITHDRAWAL', NOW - DAY);
    expect(await pending(NOW)).toBe(8);
    await takeOut('CONNECTION_REQUEST', NOW - 2 * DAY);
    expect(await pending(NOW - 3 * DAY + LAPSE - 1)).toBe(8);
    expect(await pending(NOW - 3 * DAY + LAPSE)).toBe(7);
    await takeOut('CONNECTION_REQUEST', NOW - DAY);
    expect(await pending(NOW)).toBe(0);
  });

  it('are fewer by what was withdrawn without a name: the oldest first, and those of before the seat was added', async () => {
    await openAnother({ addedAt: NOW, history: 'DECLARED', openingPending: 30 });
    await record(NOW - 2 * DAY, { count: 10 });
    await database.setClock(NOW + DAY);
    await record(NOW + DAY, { count: 20 });
    // Of the time before, there were ten.
    await record(NOW - DAY, { count: 15, action: 'INVITATION_WITHDRAWAL' });
    expect(await pending(NOW + DAY)).toBe(50);
    await invite(NOW + DAY);
    await record(NOW + DAY, { count: 31, action: 'INVITATION_WITHDRAWAL' });
    expect(await pending(NOW + DAY)).toBe(19);
    expect(await pending(NOW + DAY + LAPSE - 1)).toBe(19);
    expect(await pending(NOW + DAY + LAPSE)).toBe(0);
  });

  it('are fewer by whoever was withdrawn, or answered, and was not invited since the seat was added', async () => {
    await openAnother({ addedAt: NOW, history: 'DECLARED', openingPending: 3 });
    await database.setClock(NOW + DAY);
    await record(NOW, { slug: 'withdrawn', action: 'INVITATION_WITHDRAWAL' });
    await record(NOW + HOUR, { slug: 'withdrawn', action: 'INVITATION_WITHDRAWAL' });
    expect(await pending(NOW + DAY)).toBe(2);
    await told('INVITATION_ACCEPTED', 'accepted', NOW + HOUR);
    expect(await pending(NOW + DAY)).toBe(1);
    await told('INVITATION_DECLINED', 'before', NOW - 1);
    await record(NOW + HOUR, { slug: 'invited' });
    await told('INVITATION_DECLINED', 'invited', NOW + 2 * HOUR);
    expect(await pending(NOW + DAY)).toBe(1);
    // It turns out that the person was invited in between.
    await record(NOW + 1, { slug: 'accepted' });
    expect(await pending(NOW + DAY)).toBe(2);
    await takeOut('INVITATION_WITHDRAWAL', NOW);
    expect(await pending(NOW + DAY)).toBe(2);
    await takeOut('INVITATION_WITHDRAWAL', NOW + HOUR);
    expect(await pending(NOW + DAY)).toBe(3);
  });

  it('leave with their 180 days, whatever is told of them later', async () => {
    await openAnother({ addedAt: NOW, history: 'DECLARED', openingPending: 3 });
    await invite(NOW);
    await database.setClock(NOW + LAPSE + 20 * DAY);
    await record(NOW + LAPSE - 20 * DAY, { slug: 'withdrawn', action: 'INVITATION_WITHDRAWAL' });
    expect(await pending(NOW + LAPSE + 20 * DAY)).toBe(0);
  });

  it('are pending again once the record of their withdrawal was taken out, unless they were taken out themselves', async () => {
    await record(NOW - 3 * DAY, { count: 5 });
    await record(NOW - 2 * DAY, { count: 5 });
    await record(NOW - DAY, { count: 7, action: 'INVITATION_WITHDRAWAL' });
    expect(await pending(NOW)).toBe(3);
    await invite(NOW);
    await takeOut('CONNECTION_REQUEST', NOW - 3 * DAY);
    expect(await pending(NOW)).toBe(3);
    await takeOut('INVITATION_WITHDRAWAL', NOW - DAY);
    expect(await pending(NOW)).toBe(5);
    await takeOut('CONNECTION_REQUEST', NOW - 2 * DAY);
    expect(await pending(NOW)).toBe(0);
  });

  it('P6: refuse at 700, held ones among them, until the first of them lapses', async () => {
    await record(NOW - 30 * DAY, { count: 1 });
    await record(NOW - 20 * DAY, { count: 698 });
    const allowed = await invite(NOW, 'last');
    expect(allowed).toMatchObject({
      outcome: 'ALLOWED',
      warnings: expect.arrayContaining([
        {
          code: 'TOO_MANY_PENDING_INVITATIONS',
          facts: { pending: 699, most: 700 },
          limit: null,
          retryAt: null,
        },
      ]),
    });
    const refused = await invite(NOW);
    const lapses = NOW - 30 * DAY + LAPSE;
    // The hold lapses, or is committed and then stays for 180 days.
    expect(refused).toMatchObject({ outcome: 'DENIED', retryAt: NOW + 900_000, certainAt: lapses });
    expect(codes(refused)).toEqual(['TOO_MANY_PENDING_INVITATIONS']);
    expect(await pending(NOW)).toBe(699);
    await commit(allowed);
    expect(await pending(NOW)).toBe(700);
    expect(await invite(NOW)).toMatchObject({ retryAt: lapses, certainAt: lapses });
    expect(codes(await invite(lapses - 1))).toContain('TOO_MANY_PENDING_INVITATIONS');
    expect((await invite(lapses)).outcome).toBe('ALLOWED');
  });

  it('warn from 500 on', async () => {
    await record(NOW - 20 * DAY, { count: 499 });
    const first = await invite(NOW);
    const second = await invite(NOW);
    const warned = [first, second].map(({ warnings }) => warnings.map(({ code }) => code));
    expect(warned).toEqual([[], ['TOO_SOON', 'TOO_MANY_PENDING_INVITATIONS']]);
  });

  it('P11: are what plain counting says, whatever happened', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 5, maxLength: 30 }), async (steps) => {
        await openAnother({ history: 'DECLARED', addedAt: NOW, openingPending: 3 });
        const plain = new PlainInvitations(NOW);
        let now = NOW;
        for (const step of steps) {
          now += step.later;
          await database.setClock(now);
          await live(step, now, plain);
          expect(await pending(now)).toBe(plain.pendingAt(now));
        }
        expect((await audit(database.appUrl)).drift).toEqual([]);
      }),
      { numRuns: 5 },
    );
  }, 120_000);
});
