import fc from 'fast-check';
import { audit } from '../../src/ledger/audit/audit.js';
import { DAY, HOUR } from '../../src/quota/window.js';
import {
  NOW,
  codes,
  commit,
  database,
  invite,
  ledger,
  live,
  office,
  openAnother,
  record,
  stageInvitations,
  told,
} from './invitation-stage.js';
import { pastInvitations, PlainInvitations, STEP } from './plain-invitations.js';

stageInvitations();

describe('a seat whose invitations hardly anybody accepts', () => {
  /** Sends told of its past, of which the first was answered. */
  async function invited(count: number, daysAgo: number) {
    await database.setClock(NOW);
    const inputs = pastInvitations(office, NOW - daysAgo * DAY, count, daysAgo);
    await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
    await told('INVITATION_DECLINED', `${daysAgo}-0`, NOW - daysAgo * DAY + HOUR);
  }

  it('P6: sends none for 7 days, then 5 a day, and as before when they are out of reach', async () => {
    await invited(50, 32);
    const refused = await invite(NOW + HOUR);
    // The last of the 50 came of age two days ago.
    const slowedFrom = NOW - 2 * DAY + 49 + 7 * DAY;
    expect(codes(refused)).toEqual(['LOW_ACCEPTANCE']);
    expect(refused).toMatchObject({ retryAt: slowedFrom, certainAt: slowedFrom });
    expect(refused.reasons[0]!.facts).toEqual({ judged: 50, accepted: 0 });
    expect(refused.usage.map(({ limit: { max, origin } }) => [max, origin])).toContainEqual([0, 'HEALTH']);
    expect(codes(await invite(slowedFrom - 1))).toEqual(['LOW_ACCEPTANCE']);
    for (let sent = 0; sent < 5; sent += 1) await commit(await invite(slowedFrom + sent * HOUR));
    const sixth = await invite(slowedFrom + 5 * HOUR);
    expect(sixth).toMatchObject({
      outcome: 'DENIED',
      reasons: [{ code: 'LIMIT_REACHED', limit: { max: 5, origin: 'HEALTH' } }],
      retryAt: slowedFrom + DAY,
    });
    // Fewer than 50 are judged from the instant on at which the first of them is out of reach.
    const healed = NOW - 32 * DAY + 60 * DAY;
    for (let sent = 0; sent < 6; sent += 1) await commit(await invite(healed + sent * 3 * HOUR));
  }, 60_000);

  it('heals by an answer, at once', async () => {
    await invited(50, 40);
    for (let sent = 0; sent < 5; sent += 1) await commit(await invite(NOW));
    await database.setClock(NOW + HOUR);
    const slowed = await invite(NOW + HOUR);
    expect(slowed.reasons).toMatchObject([{ code: 'LIMIT_REACHED', limit: { max: 5, origin: 'HEALTH' } }]);
    for (let person = 1; person <= 5; person += 1) await told('INVITATION_ACCEPTED', `40-${person}`, NOW);
    const healed = await invite(NOW + HOUR);
    expect(healed.outcome).toBe('ALLOWED');
    expect(healed.warnings.map(({ code }) => code)).toEqual(['LOW_ACCEPTANCE']);
  });

  it('is not judged by invitations to nobody in particular', async () => {
    await invited(49, 40);
    await record(NOW - 40 * DAY, { count: 100 });
    expect((await invite(NOW)).warnings).toEqual([]);
    await record(NOW - 39 * DAY, { slug: 'fiftieth' });
    expect((await invite(NOW)).warnings.map(({ code }) => code)).toEqual(['TOO_SOON', 'LOW_ACCEPTANCE']);
  });

  it('P11: is judged as plain counting says, whatever happened since it was last looked at', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 3, maxLength: 12 }), async (steps) => {
        await openAnother({ history: 'DECLARED' });
        await invited(54, 25);
        const plain = new PlainInvitations(0);
        let now = NOW;
        for (const step of steps) {
          now += Math.floor(step.later / 20);
          await database.setClock(now);
          await live(step, now, plain);
          // Whoever asks has it looked at, and kept.
          await invite(now);
          expect((await audit(database.appUrl)).drift).toEqual([]);
        }
      }),
      { numRuns: 3 },
    );
  }, 120_000);
});
