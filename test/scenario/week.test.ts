import { audit } from '../../src/ledger/audit/audit.js';
import { query, superuserUrl } from '../support/database.js';
import type { Json } from '../support/api.js';
import {
  alertsOf,
  GAP,
  isNoted,
  localTime,
  pendingOf,
  ratesOf,
  RECOMMENDED_A_DAY,
  stoppedAt,
  usedOf,
  ZONES,
} from './counting.js';
import { ENDED, LAUNCHED, SATURDAY, SEATS, WORKDAYS } from './fates.js';
import { WeekStage } from './stage.js';
import { Week, type Claim } from './week.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** People of the list who are for the campaign: 36 whom no seat knows, seven who are connected to one. */
const ENROLLED = 43;

let stage: WeekStage;
let week: Week;

beforeAll(async () => {
  stage = await WeekStage.open(LAUNCHED);
  await stage.setUp();
  await stage.launch();
  week = new Week(stage);
  for (const morning of WORKDAYS) {
    if (morning > SATURDAY && stage.now < SATURDAY) {
      await week.rest(SATURDAY);
      await expectNoWork();
    }
    await week.rest(morning);
    await week.work(morning + 10 * HOUR);
  }
  await week.rest(ENDED);
}, 240_000);
afterAll(() => stage.close());

/** On a weekend nothing is told: what waits, waits for a morning. */
async function expectNoWork(): Promise<void> {
  for (const seat of SEATS) {
    const { touches, waiting, binding } = await week.next(seat);
    expect(touches).toEqual([]);
    if (waiting > 0) expect(Date.parse(binding.retryAt)).toBeGreaterThan(stage.now + DAY);
  }
}

function sendsOf(campaign: string): Claim[] {
  return week.sends.filter((send) => send.campaign === campaign);
}

describe('a week of a campaign, by the page alone', () => {
  it('brought in what the lists and archives hold', () => {
    expect(stage.imported).toMatchObject([
      { status: 200, connections: 7 },
      { status: 200, connections: 4 },
      { status: 200, connections: 3 },
      { status: 200, marked: { people: 1 } },
      { status: 200, people: 47, added: 47, duplicates: 1, rejectedTotal: 1, doNotContact: 1 },
    ]);
  });

  it('gave every answer that the page shows, and every mishap had its occasion', () => {
    expect(stage.neverAsked).toEqual([]);
    expect(week.leftOut).toEqual([]);
    const kinds = new Set(week.heard.map(({ kind }) => kind));
    expect([...kinds].toSorted()).toEqual([
      ...['INMAIL_ACCEPTED', 'INMAIL_DECLINED', 'INVITATION_ACCEPTED', 'INVITATION_DECLINED'],
      ...['OPTED_OUT', 'REPLIED'],
    ]);
  });

  it('gave what it told: no claim was refused but of the one whom the archive knew to be invited', () => {
    expect(week.denied.map(({ seat, step, codes }) => [seat, step, codes])).toEqual([
      ['navigator', 'ask', ['ALREADY_INVITED']],
    ]);
  });

  it('asked nobody for the same twice, and nobody after an answer', () => {
    const names = week.sends.map(({ campaign, step, person }) => `${campaign} ${step} ${person}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { person, at } of week.sends) expect(at).toBeLessThan(stoppedAt(person, week.heard));
  });

  it('asked for no step before its condition', () => {
    for (const send of sendsOf('Autumn')) {
      const before = (step: string) =>
        week.claims.find(({ person, step: key, ended }) => {
          return person === send.person && key === step && (ended === 'SENT' || ended === 'SKIPPED');
        })?.at;
      const heard = (kind: string) =>
        week.heard.find((one) => one.person === send.person && one.kind === kind)?.at;
      const accepted = heard('INVITATION_ACCEPTED') ?? (before('invite') === undefined ? LAUNCHED : Infinity);
      if (send.step === 'thank') expect(send.at).toBeGreaterThanOrEqual(accepted + HOUR);
      if (send.step === 'more') expect(before('thank')).toBeLessThanOrEqual(send.at - 2 * DAY);
      if (send.step === 'mail') {
        const waited = (before('invite') ?? LAUNCHED) + 3 * DAY;
        expect(send.at).toBeGreaterThanOrEqual(Math.min(waited, heard('INVITATION_DECLINED') ?? Infinity));
        expect(accepted).toBeGreaterThan(waited);
      }
    }
  });

  it('kept each seat to its recommended day, its gap, and its hours', () => {
    for (const seat of SEATS) {
      const own = week.sends.filter((send) => send.seat === seat);
      for (const [index, send] of own.entries()) {
        const day = own.filter(
          ({ action, at }) => action === send.action && at <= send.at && at > send.at - DAY,
        );
        expect(day.length).toBeLessThanOrEqual(RECOMMENDED_A_DAY[send.action]!);
        if (index > 0) expect(send.at - own[index - 1]!.at).toBeGreaterThanOrEqual(GAP);
        const { weekday, hour } = localTime(send.at, ZONES[seat]);
        expect(['Sat', 'Sun']).not.toContain(weekday);
        expect(hour).toBeGreaterThanOrEqual(9);
        expect(hour).toBeLessThan(18);
      }
    }
    const firstDay = week.sends.filter(
      ({ seat, action, at }) =>
        seat === 'navigator' && action === 'CONNECTION_REQUEST' && at < LAUNCHED + DAY,
    );
    expect(firstDay).toHaveLength(16);
  });

  it('has a committed decision for each send, and no other', async () => {
    const reservations = week.claims.map(({ reservation, ended }) => [reservation, ended === 'SENT']);
    const found: [string, boolean][] = [];
    let after: string | null = null;
    do {
      const page: Json = await stage.other(
        `query ($after: String) { decisions(first: 100, after: $after, outcome: ALLOWED) {
          nodes { reservation { id status sentAt } } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
      for (const { reservation } of page.decisions.nodes) {
        found.push([reservation.id, reservation.status === 'COMMITTED']);
      }
      after = page.decisions.pageInfo.hasNextPage ? page.decisions.pageInfo.endCursor : null;
    } while (after !== null);
    expect(found.toSorted()).toEqual(reservations.toSorted());
    const [row] = await query(
      await superuserUrl(stage.database.ownerUrl),
      `SELECT count(*)::int AS count FROM charge WHERE origin IN ('COMMIT', 'RECORD')`,
    );
    expect(row).toEqual({ count: week.sends.length });
  });
});

describe('what came of it', () => {
  let outcome: Json;
  beforeAll(async () => {
    for (const seat of SEATS) await week.next(seat);
    outcome = await stage.ask('Outcome', { campaign: stage.autumn, other: stage.winter });
  });

  it('people: who waits, is under way, is through and was stopped', () => {
    const own = week.claims.filter(({ campaign }) => campaign === 'Autumn');
    const people = new Set(own.map(({ person }) => person));
    const ends = [...people].map((person) => {
      const mine = own.filter((claim) => claim.person === person);
      return mine.some(({ ended }) => ended === 'PERSON_GONE')
        ? 'STOPPED'
        : endOf(throughAt(mine), stoppedAt(person, week.heard));
    });
    const stopped = ends.filter((end) => end === 'STOPPED').length;
    const finished = ends.filter((end) => end === 'FINISHED').length;
    expect(outcome.campaign.people).toEqual({
      ...{ enrolled: ENROLLED, waiting: ENROLLED - people.size, finished, stopped },
      underWay: people.size - finished - stopped,
    });
  });

  it('rates, by step, by text and by seat', () => {
    const own = sendsOf('Autumn');
    const rates = (isOf: (send: Claim) => boolean) => ratesOf(own.filter(isOf), week.sends, week.heard);
    const keysOf = (nameOf: (send: Claim) => string) => [...new Set(own.map(nameOf))].toSorted();
    expect(outcome.steps.nodes).toEqual(
      keysOf(({ step }) => step).map((step) => ({ step, ...rates((send) => send.step === step) })),
    );
    const textOf = ({ step, variant }: Claim) => `${step} ${variant}`;
    expect(outcome.variants.nodes).toEqual(
      keysOf(textOf).map((text) => {
        const [step, variant] = text.split(' ');
        return { step, variant, ...rates((send) => textOf(send) === text) };
      }),
    );
    const ofSeats = SEATS.map((seat) => ({
      seat: { id: stage.seats[seat] },
      ...rates((send) => send.seat === seat),
    }));
    expect(outcome.seats.nodes).toHaveLength(SEATS.length);
    expect(outcome.seats.nodes).toEqual(expect.arrayContaining(ofSeats));
  });

  it('two campaigns, compared: too few to tell', () => {
    const acceptanceOf = (name: string) => ratesOf(sendsOf(name), week.sends, week.heard).acceptance;
    expect(outcome.compareCampaigns).toMatchObject({
      verdict: 'NOT_ENOUGH',
      first: acceptanceOf('Autumn'),
      second: acceptanceOf('Winter'),
    });
  });

  it.each(SEATS)('the books of the %s seat', async (name) => {
    const own = week.sends.filter(({ seat }) => seat === name);
    const heard = week.heard.filter(({ seat }) => seat === name);
    const { seat } = await stage.ask('Seat', { seat: stage.seats[name] });
    const remaining = new Map<string, number>();
    for (const { used, held, limit } of seat.usage) {
      expect({ limit, used, held }).toEqual({ limit, used: usedOf(own, limit, ENDED), held: 0 });
      if (limit.onlyWithNote) continue;
      for (const action of limit.actions) {
        const left = Math.max(0, limit.max - used);
        remaining.set(action, Math.min(remaining.get(action) ?? Infinity, left));
      }
    }
    const fromArchive = name === 'navigator' ? 1 : 0;
    expect(seat.pendingInvitations).toBe(pendingOf(own, heard) + fromArchive);
    const mails = own.filter(({ action }) => action === 'INMAIL').length;
    const back = heard.reduce((sum, { creditsReturned }) => sum + creditsReturned, 0);
    // Sales Navigator has its month's grant on the 1st.
    const credits = { navigator: 100 - mails + back, recruiter: 8 - mails + back, basic: null }[name];
    expect(seat.credits).toEqual(credits === null ? null : { available: credits, held: 0 });
    const isRestricted = name === 'navigator';
    expect(seat.status).toBe(isRestricted ? 'RESTRICTED' : 'ACTIVE');
    expect(seat.restrictions).toMatchObject(isRestricted ? [{ kind: 'INVITATION_LIMIT' }] : []);
    expect(seat.room.map((one: Json) => [one.action, one.remaining])).toEqual([
      ['CONNECTION_REQUEST', isRestricted ? 0 : remaining.get('CONNECTION_REQUEST')],
      ['DIRECT_MESSAGE', remaining.get('DIRECT_MESSAGE')],
      ['INMAIL', Math.min(remaining.get('INMAIL')!, credits ?? 0)],
    ]);
  });

  it('a credit came back for each InMail that was answered, and for nothing else', () => {
    for (const { kind, person, at, creditsReturned } of week.heard) {
      const mail = week.sends.some(
        (send) => send.person === person && send.action === 'INMAIL' && send.at <= at,
      );
      const isAnswer = ['REPLIED', 'INMAIL_ACCEPTED', 'INMAIL_DECLINED'].includes(kind);
      expect([kind, creditsReturned]).toEqual([kind, mail && isAnswer ? 1 : 0]);
    }
  });

  it('raised the alerts that it had to, each once, and numbered without a gap', async () => {
    const { nodes } = (await stage.ask('Alerts')).alerts;
    const names = new Map(SEATS.map((name) => [stage.seats[name], name]));
    const told = nodes.map(({ kind, seat }: Json) => `${kind} ${seat && names.get(seat.id)}`);
    const ofSeats = SEATS.flatMap((name) => alertsOf(name, week.claims, week.heard));
    // The client answered once, before anything was sent.
    expect(told.toSorted()).toEqual([...ofSeats, 'CAMPAIGN_APPROVED null'].toSorted());
    expect(nodes.map(({ sequence }: Json) => sequence)).toEqual(
      nodes.map((_: Json, index: number) => nodes.length - index),
    );
    // All that is in these counts somewhere happened.
    expect(told).toEqual(expect.arrayContaining(['CREDITS_LOW recruiter', 'LIMIT_REACHED basic']));
    expect(week.sends.filter(isNoted).length).toBeGreaterThan(20);
  });

  it('P11: the audit finds nothing', async () => {
    expect((await audit(stage.database.appUrl)).drift).toEqual([]);
  });
});

function endOf(through: number, stopped: number): 'FINISHED' | 'STOPPED' | 'UNDER_WAY' {
  if (Math.min(through, stopped) > ENDED) return 'UNDER_WAY';
  return through <= stopped ? 'FINISHED' : 'STOPPED';
}

/** When somebody had no step left: behind the last message, or, of a seat without InMails, where an InMail would come. */
function throughAt(claims: readonly Claim[]): number {
  const last = claims.find(({ step, ended }) => {
    return (step === 'more' || step === 'mail') && (ended === 'SENT' || ended === 'SKIPPED');
  });
  if (last) return last.at;
  const invited = claims.find(({ step, seat, ended }) => {
    return step === 'invite' && seat === 'basic' && ended === 'SENT';
  });
  if (!invited) return Infinity;
  const heard = (kind: string) =>
    week.heard.find(({ person, kind: what }) => person === invited.person && what === kind)?.at ?? Infinity;
  const until = Math.min(invited.at + 3 * DAY, heard('INVITATION_DECLINED'));
  return heard('INVITATION_ACCEPTED') <= until ? Infinity : until;
}
