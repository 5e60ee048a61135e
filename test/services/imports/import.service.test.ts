import { viewerAs, type SeededAgency } from '../../support/agency.js';
import { kept, NOTHING_KEPT, SMALL_EXPORT, usageOf, writtenUnzoned } from '../../support/exports.js';
import { ImportDesk, secondsAgo, sentTo, type Outcome } from '../../support/import-desk.js';
import {
  ALICE,
  BOB,
  CONNECTION_HEADER,
  INVITATION_HEADER,
  ME,
  message,
  MESSAGE_HEADER,
  PROFILE,
} from '../../imports/reading.js';

const DAY_SECONDS = 86_400;
const HOUR = 3_600_000;

let desk: ImportDesk;
let agency: SeededAgency;

beforeAll(async () => {
  desk = await ImportDesk.open();
});
afterAll(() => desk.api.close());
beforeEach(async () => {
  agency = await desk.api.seed({ seat: { profileUrl: ME, history: 'UNKNOWN' } });
});
afterEach(async () => {
  expect(await desk.drift(agency)).toEqual([]);
});

const messagesOfDay = () => usageOf(desk.api, agency, 'DIRECT_MESSAGE', DAY_SECONDS);

function codeOf(outcome: Outcome): string {
  return 'code' in outcome ? outcome.code : 'taken';
}

describe('an import', () => {
  it('counts in the windows that are open, at the instants of the sends', async () => {
    const sent = [secondsAgo(90_000), secondsAgo(80_000), secondsAgo(3_600)];
    // Asked before, so that counters are kept, and have to follow.
    expect(await messagesOfDay()).toMatchObject({ used: 0 });
    await desk.hold(agency);
    const report = await desk.take(agency, sentTo(...sent));
    expect(report).toMatchObject({ owner: ME, rowsRead: 3, recorded: { DIRECT_MESSAGE: 3 } });
    expect(await messagesOfDay()).toMatchObject({ used: 2, held: 1 });
    expect(await desk.sentAt(agency, 'DIRECT_MESSAGE')).toEqual(sent);
  });

  it('leaves the room, and the exact retryAt, that its history says', async () => {
    const oldest = secondsAgo(20 * 3_600);
    // 150 in 24 hours is the most; five minutes apart they are no burst.
    const sent = Array.from({ length: 150 }, (_, index) => oldest + index * 300_000);
    await desk.take(agency, sentTo(...sent.slice(1)));
    expect(await messagesOfDay()).toMatchObject({ used: 149, remaining: 1 });
    expect(await desk.preview(agency)).toEqual({ outcome: 'ALLOWED', retryAt: null });
    await desk.take(agency, sentTo(...sent));
    expect(await messagesOfDay()).toMatchObject({ used: 150, remaining: 0 });
    expect(await desk.preview(agency)).toEqual({
      outcome: 'DENIED',
      retryAt: new Date(oldest + 24 * HOUR).toISOString(),
    });
  });

  it('makes an unknown history a declared one, and lifts its caps', async () => {
    await desk.take(
      agency,
      sentTo(...Array.from({ length: 25 }, (_, index) => secondsAgo(3_600 * (index + 1) * 0.9))),
    );
    // Of an unknown history 20 messages in 24 hours would be the most.
    expect(await desk.preview(agency)).toEqual({ outcome: 'ALLOWED', retryAt: null });
    expect(await kept(desk.api, agency)).toMatchObject({ history: 'DECLARED' });
  });

  it('takes a send once, whether the archive is the same, a newer or an older one', async () => {
    const [first, second, third] = [secondsAgo(3_000), secondsAgo(2_000), secondsAgo(1_000)];
    await desk.take(agency, sentTo(first, second));
    const before = await kept(desk.api, agency);
    const again = await desk.take(agency, sentTo(first, second));
    expect(again).toMatchObject({ recorded: { DIRECT_MESSAGE: 0 }, alreadyKnown: 2, matched: 0 });
    expect(await kept(desk.api, agency)).toEqual({ ...before, archive_import: 2 });
    const newer = await desk.take(agency, sentTo(first, second, third));
    expect(newer).toMatchObject({ recorded: { DIRECT_MESSAGE: 1 }, alreadyKnown: 2 });
    expect(await desk.take(agency, sentTo(first))).toMatchObject({ alreadyKnown: 1 });
    expect(await messagesOfDay()).toMatchObject({ used: 3 });
  });

  it('counts rows alike in every column as many sends, across archives the higher number', async () => {
    const at = secondsAgo(1_000);
    const { recorded } = await desk.take(agency, sentTo(at, at));
    expect(recorded.DIRECT_MESSAGE).toBe(2);
    const newer = await desk.take(agency, sentTo(at, at, at));
    expect(newer).toMatchObject({ recorded: { DIRECT_MESSAGE: 1 }, alreadyKnown: 2 });
    expect(await messagesOfDay()).toMatchObject({ used: 3 });
  });

  it('knows invitations, acceptances, replies and connections again, too', async () => {
    const first = await desk.take(agency, SMALL_EXPORT);
    expect(first.engagements).toEqual({ INVITATION_ACCEPTED: 1, REPLIED: 1 });
    const before = await kept(desk.api, agency);
    const again = await desk.take(agency, SMALL_EXPORT);
    expect(again).toMatchObject({ alreadyKnown: 2, notedInvitations: 0, connections: 1 });
    expect(again.engagements).toEqual({ INVITATION_ACCEPTED: 0, REPLIED: 0 });
    expect(await kept(desk.api, agency)).toEqual({ ...before, archive_import: 2 });
  });

  it('counts a date without a zone at the latest instant that it can mean and that is not after the import', async () => {
    const [now, longAgo] = [secondsAgo(0), Date.UTC(2026, 0, 29, 14, 37)];
    const row = (at: number, url: string) =>
      `Me Example,X Example,"${writtenUnzoned(at)}",,OUTGOING,${ME},${url}\n`;
    const from = Date.now();
    await desk.take(agency, {
      'Invitations.csv': INVITATION_HEADER + row(longAgo, ALICE) + row(now, BOB),
    });
    const [old, recent = 0] = await desk.sentAt(agency, 'CONNECTION_REQUEST');
    // At UTC−12 it was sent last, in the last millisecond of its minute.
    expect(old).toBe(longAgo + 12 * HOUR + 59_999);
    expect(recent).toBeGreaterThanOrEqual(from);
    expect(recent).toBeLessThanOrEqual(Date.now());
  });

  it('takes an opening message with a subject to somebody who was not connected then for an InMail', async () => {
    const opening = { subject: 'A word', conversation: 'c2', toUrls: BOB, to: 'Bob Example' };
    const rows = [message({ ...opening }), message({ subject: 'A word' })];
    const { recorded } = await desk.take(agency, {
      'Profile.csv': PROFILE,
      'Connections.csv': `${CONNECTION_HEADER}Alice,Example,${ALICE},,Acme,CEO,01 Jan 2026\n`,
      'messages.csv': MESSAGE_HEADER + rows.join(''),
    });
    expect(recorded).toEqual({ DIRECT_MESSAGE: 1, CONNECTION_REQUEST: 0, INMAIL: 1 });
  });

  it('tells what it read of, in bytes and then in rows', async () => {
    const seen: string[] = [];
    let last = { done: 0, total: 0 };
    await desk.take(agency, SMALL_EXPORT, {
      onProgress: ({ stage, done, total }) => {
        if (seen.at(-1) !== stage) seen.push(stage);
        last = { done, total };
      },
    });
    expect(seen).toEqual(['READING', 'WRITING']);
    expect(last.done).toBe(last.total);
  });
});

describe('nothing at all is kept', () => {
  afterEach(async () => {
    expect(await kept(desk.api, agency)).toEqual(NOTHING_KEPT);
  });

  it('of an archive that breaks off behind good rows', async () => {
    const broken = { ...SMALL_EXPORT, 'messages.csv': `${SMALL_EXPORT['messages.csv']}"never closed` };
    expect(codeOf(await desk.try(agency, broken))).toBe('BROKEN');
  });

  it('of an import whose key the books don’t know any more when it is all written', async () => {
    const nobody = { kind: 'KEY', id: '00000000-0000-4000-8000-000000000000', rights: 0 } as const;
    const viewer = { ...viewerAs(agency.owner, 'MANAGER'), credential: nobody };
    const importing = desk.try(agency, SMALL_EXPORT, { viewer });
    await expect(importing).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('of an import that is given up while it is written', async () => {
    const giveUp = new AbortController();
    const importing = desk.try(agency, SMALL_EXPORT, {
      signal: giveUp.signal,
      onProgress: ({ stage }) => void (stage === 'WRITING' && giveUp.abort()),
    });
    await expect(importing).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('of an archive of somebody else’s', async () => {
    const theirs = SMALL_EXPORT['Invitations.csv'].replaceAll(ME, 'https://www.linkedin.com/in/someone-else');
    expect(codeOf(await desk.try(agency, { ...SMALL_EXPORT, 'Invitations.csv': theirs }))).toBe(
      'WRONG_OWNER',
    );
  });

  it('for a role that may not, and for a seat that is nobody’s', async () => {
    const operator = await desk.try(agency, SMALL_EXPORT, { viewer: viewerAs(agency.owner, 'OPERATOR') });
    expect(codeOf(operator)).toBe('FORBIDDEN_FOR_ROLE');
    const other = await desk.api.seed({ seat: { profileUrl: ME } });
    expect(codeOf(await desk.try(agency, SMALL_EXPORT, { seatId: other.seat.id }))).toBe('NOT_FOUND');
  });
});
