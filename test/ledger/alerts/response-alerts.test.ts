import type { LinkedInTier } from '../../../src/quota/words.js';
import { DAY, HOUR } from '../../../src/quota/window.js';
import { alertsOf } from '../alerts-told.js';
import {
  commit,
  database,
  ledger,
  NOW,
  office,
  openAnother,
  stageInvitations,
  takeOut,
} from '../invitation-stage.js';
import { decisionOf, engageInput, person, recordInput, reserveRequest } from '../support.js';

stageInvitations();

async function alerts(): Promise<[object | undefined, number][]> {
  const all = await alertsOf(database.appUrl, office);
  return all
    .filter(({ kind }) => kind === 'LOW_REPLY_RATE')
    .map(({ detail, raised_at }) => [detail.facts, Number(raised_at)]);
}

/** A Recruiter's seat, with so many InMails of some days ago in its books, one a millisecond, to `<days>-0`, … */
async function recruiter(tier: LinkedInTier = 'RECRUITER_LITE'): Promise<void> {
  await openAnother({ tier, history: 'DECLARED' });
}

async function sent(count: number, daysAgo: number): Promise<void> {
  const inputs = Array.from({ length: count }, (_, index) =>
    recordInput(office, 'INMAIL', NOW - daysAgo * DAY + index, { recipient: person(`${daysAgo}-${index}`) }),
  );
  await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
}

async function answered(count: number, daysAgo: number, from = 0): Promise<void> {
  const inputs = Array.from({ length: count }, (_, index) =>
    engageInput(office, 'REPLIED', `${daysAgo}-${from + index}`, NOW - daysAgo * DAY + HOUR),
  );
  await ledger.ask({ kind: 'ENGAGE', viewer: office.viewer, inputs });
}

const sweep = () => ledger.ask({ kind: 'SWEEP', viewer: office.viewer, seatIds: office.seatIds });

describe('P10: LOW_REPLY_RATE', () => {
  it('is told with the hundredth InMail, once, and again only after the rate was 18 in a hundred', async () => {
    await recruiter();
    await sent(99, 2);
    expect(await alerts()).toEqual([]);
    await sent(1, 1);
    const first = [{ sent: 100, answered: 0 }, NOW];
    expect(await alerts()).toEqual([first]);
    await answered(17, 2);
    await sent(40, 3);
    expect(await alerts()).toEqual([first]);
    await answered(10, 2, 17);
    await sent(90, 4);
    expect(await alerts()).toEqual([first, [{ sent: 230, answered: 27 }, NOW]]);
  });

  it('is told with a commit', async () => {
    await openAnother({
      tier: 'RECRUITER_LITE',
      history: 'DECLARED',
      openingCredits: 200,
      addedAt: NOW - 20 * DAY,
    });
    await sent(99, 2);
    const decision = decisionOf(await ledger.ask(reserveRequest(office, 'INMAIL')));
    expect(await alerts()).toEqual([]);
    await commit(decision);
    expect(await alerts()).toEqual([[{ sent: 100, answered: 0 }, NOW]]);
  });

  it('counts no InMail that was taken out, none to nobody in particular, and none of another tier', async () => {
    await recruiter();
    await sent(99, 2);
    const toNobody = [recordInput(office, 'INMAIL', NOW - DAY, { count: 50 })];
    await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs: toNobody });
    await takeOut('INMAIL', NOW - 2 * DAY);
    await sent(1, 1);
    expect(await alerts()).toEqual([]);
    await recruiter('SALES_NAVIGATOR');
    await sent(100, 2);
    expect(await alerts()).toEqual([]);
  });

  it('is told by time alone when InMails that were answered are out of reach, dated then', async () => {
    await recruiter();
    await sent(20, 13);
    await answered(20, 13);
    await sent(100, 2);
    await sweep();
    expect(await alerts()).toEqual([]);
    // With 14 answers left of 114 it is low: six have left.
    const due = NOW + DAY + 5;
    await database.setClock(due - 1);
    await sweep();
    expect(await alerts()).toEqual([]);
    await database.setClock(due + 3 * HOUR);
    await sweep();
    await sweep();
    const [[facts, at]] = (await alerts()) as [[object, number]];
    expect([facts, at]).toEqual([{ sent: 100, answered: 0 }, due]);
  });
});
