import { DAY, HOUR } from '../../../src/quota/window.js';
import { alertsOf } from '../alerts-told.js';
import {
  database,
  invite,
  ledger,
  NOW,
  office,
  record,
  stageInvitations,
  told,
} from '../invitation-stage.js';
import { LAPSE, pastInvitations } from '../plain-invitations.js';

stageInvitations();

/** The alerts of a kind: their numbers, and when it happened. */
async function alerts(kind: string): Promise<[object | undefined, number][]> {
  const all = await alertsOf(database.appUrl, office);
  return all
    .filter((alert) => alert.kind === kind)
    .map(({ detail, raised_at }) => [detail.facts, Number(raised_at)]);
}

async function withdraw(count: number): Promise<void> {
  await record(NOW, { count, action: 'INVITATION_WITHDRAWAL' });
}

describe('P10: PENDING_INVITATIONS_HIGH', () => {
  it('is told once at 500, and again only after they were 35 fewer', async () => {
    await record(NOW - 20 * DAY, { count: 499 });
    expect(await alerts('PENDING_INVITATIONS_HIGH')).toEqual([]);
    await record(NOW - 19 * DAY, { count: 1 });
    const first = [{ pending: 500, most: 700 }, NOW];
    expect(await alerts('PENDING_INVITATIONS_HIGH')).toEqual([first]);
    await withdraw(34);
    await record(NOW - 18 * DAY, { count: 40 });
    expect(await alerts('PENDING_INVITATIONS_HIGH')).toEqual([first]);
    await withdraw(41);
    await record(NOW - 17 * DAY, { count: 100 });
    expect(await alerts('PENDING_INVITATIONS_HIGH')).toEqual([first, [{ pending: 565, most: 700 }, NOW]]);
  });

  it('is told again where they lapsed in between', async () => {
    await record(NOW - 20 * DAY, { count: 300 });
    await record(NOW - 10 * DAY, { count: 300 });
    const later = NOW - 20 * DAY + LAPSE;
    await database.setClock(later);
    await record(later - DAY, { count: 200 });
    expect(await alerts('PENDING_INVITATIONS_HIGH')).toEqual([
      [{ pending: 600, most: 700 }, NOW],
      [{ pending: 500, most: 700 }, later],
    ]);
  });
});

describe('P10: LOW_ACCEPTANCE', () => {
  /** Invitations of some days ago, the first of which was declined. */
  async function invited(count: number, daysAgo: number): Promise<void> {
    const inputs = pastInvitations(office, NOW - daysAgo * DAY, count, daysAgo);
    await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
    await told('INVITATION_DECLINED', `${daysAgo}-0`, NOW - daysAgo * DAY + HOUR);
  }

  const sweep = () => ledger.ask({ kind: 'SWEEP', viewer: office.viewer, seatIds: office.seatIds });

  it('is told by time alone when the fiftieth comes of age, dated then, and once', async () => {
    await invited(50, 29);
    expect(await alerts('LOW_ACCEPTANCE')).toEqual([]);
    const due = NOW + DAY + 49;
    await database.setClock(due - 1);
    await sweep();
    expect(await alerts('LOW_ACCEPTANCE')).toEqual([]);
    await database.setClock(due + 3 * HOUR);
    await sweep();
    await sweep();
    expect(await alerts('LOW_ACCEPTANCE')).toEqual([[{ judged: 50, accepted: 0, stopDays: 7 }, due]]);
  });

  it('is told with the records and the answer that cause it: that it is low, and that it stops them', async () => {
    const inputs = pastInvitations(office, NOW - 40 * DAY, 50, 40);
    await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
    const low = [{ judged: 50, accepted: 0 }, NOW];
    expect(await alerts('LOW_ACCEPTANCE')).toEqual([low]);
    await invite(NOW);
    await told('INVITATION_DECLINED', '40-0', NOW - DAY);
    const stopped = [{ judged: 50, accepted: 0, stopDays: 7 }, NOW];
    expect(await alerts('LOW_ACCEPTANCE')).toEqual([low, stopped]);
    await invite(NOW + HOUR);
    expect(await alerts('LOW_ACCEPTANCE')).toEqual([low, stopped]);
  });
});
