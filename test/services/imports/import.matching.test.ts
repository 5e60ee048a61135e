import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { EntityManager } from 'typeorm';
import type { SeededAgency } from '../../support/agency.js';
import { usageOf, written, writtenUnzoned } from '../../support/exports.js';
import { ImportDesk, secondsAgo, sentTo } from '../../support/import-desk.js';
import { Outreach } from '../../support/outreach.js';
import {
  ALICE,
  BOB,
  CONNECTION_HEADER,
  INVITATION_HEADER,
  ME,
  message,
  MESSAGE_HEADER,
} from '../../imports/reading.js';

const DAY_SECONDS = 86_400;
const FIVE_MINUTES = 300_000;

let desk: ImportDesk;
let agency: SeededAgency;

beforeAll(async () => {
  desk = await ImportDesk.open();
});
afterAll(() => desk.api.close());
beforeEach(async () => {
  agency = await desk.api.seed({ seat: { profileUrl: ME } });
});
afterEach(async () => {
  expect(await desk.drift(agency)).toEqual([]);
});

const usage = () => usageOf(desk.api, agency, 'DIRECT_MESSAGE', DAY_SECONDS);

describe('P14: one send is one charge', () => {
  it('of what was committed here, and nothing of it is missing in the archive', async () => {
    await desk.resolve('commit', agency, await desk.hold(agency));
    const report = await desk.take(agency, sentTo(secondsAgo(0)));
    expect(report).toMatchObject({ matched: 1, recorded: { DIRECT_MESSAGE: 0 }, committedNotInArchive: 0 });
    expect(await usage()).toMatchObject({ used: 1 });
    expect(await desk.take(agency, sentTo(secondsAgo(0)))).toMatchObject({ matched: 0 });
  });

  it('by whichever address of the person it was sent', async () => {
    const lead = 'https://www.linkedin.com/sales/lead/ACwAAAabcDEF';
    const outreach = new Outreach(desk.api, agency);
    await outreach.send('FOLLOW', { profileUrl: ALICE });
    await outreach.send('DIRECT_MESSAGE', { profileUrl: lead, degree: 'FIRST' });
    const add = 'mutation ($input: AddProspectsInput!) { addProspects(input: $input) { added } }';
    const prospects = [{ profileUrl: ALICE, salesNavigatorUrl: lead }];
    await desk.api.data(agency.key, add, { input: { clientAccountId: outreach.client, prospects } });
    const report = await desk.take(agency, sentTo(secondsAgo(0)));
    expect(report).toMatchObject({ matched: 1, recorded: { DIRECT_MESSAGE: 0 }, committedNotInArchive: 0 });
  });

  it('the same archive again knows a row that was matched', async () => {
    await desk.resolve('commit', agency, await desk.hold(agency));
    const archive = sentTo(secondsAgo(0));
    await desk.take(agency, archive);
    expect(await desk.take(agency, archive)).toMatchObject({ matched: 0, alreadyKnown: 1 });
    expect(await usage()).toMatchObject({ used: 1 });
  });

  it.each([
    ['at most five minutes before', -FIVE_MINUTES, 1],
    ['at most five minutes after', FIVE_MINUTES, 1],
    ['earlier than that', -FIVE_MINUTES - 1_000, 0],
    ['later than that', FIVE_MINUTES + 1_000, 0],
  ])('of what was recorded here, %s', async (_, apart, matched) => {
    const at = secondsAgo(40 * 3_600);
    await desk.record(agency, at);
    const report = await desk.take(agency, sentTo(at + apart));
    expect(report).toMatchObject({ matched, recorded: { DIRECT_MESSAGE: 1 - matched } });
    expect(await desk.sentAt(agency, 'DIRECT_MESSAGE')).toHaveLength(2 - matched);
  });

  it('is at most one row, the nearest in time; rows of one archive are never one', async () => {
    const at = secondsAgo(40 * 3_600);
    await desk.record(agency, at);
    const report = await desk.take(agency, sentTo(at - 60_000, at + 30_000, at + 90_000));
    expect(report).toMatchObject({ matched: 1, recorded: { DIRECT_MESSAGE: 2 } });
    expect(await desk.sentAt(agency, 'DIRECT_MESSAGE')).toEqual([at - 60_000, at, at + 90_000]);
  });

  it('of a row without a zone that may be any zone’s', async () => {
    const at = secondsAgo(50 * 3_600);
    await desk.record(agency, at, 'CONNECTION_REQUEST');
    const row = (from: number) => ({
      'Invitations.csv': `${INVITATION_HEADER}Me Example,Alice Example,"${writtenUnzoned(from)}",,OUTGOING,${ME},${ALICE}\n`,
    });
    // Written in Auckland, 13 hours ahead.
    expect(await desk.take(agency, row(at + 13 * 3_600_000))).toMatchObject({ matched: 1 });
    expect(await desk.sentAt(agency, 'CONNECTION_REQUEST')).toEqual([at]);
    // No zone is 15 hours ahead.
    expect(await desk.take(agency, row(at + 15 * 3_600_000))).toMatchObject({ matched: 0 });
  });

  it('of a record that comes after the archive', async () => {
    const at = secondsAgo(40 * 3_600);
    await desk.take(agency, sentTo(at));
    expect(await desk.record(agency, at + 60_000)).toMatchObject({ recorded: 0, alreadyKnown: 1 });
    expect(await desk.sentAt(agency, 'DIRECT_MESSAGE')).toEqual([at]);
  });

  it('of a live hold: it stays held, and counts once when it is committed', async () => {
    const reservation = await desk.hold(agency);
    const archive = sentTo(secondsAgo(0));
    const report = await desk.take(agency, archive);
    expect(report).toMatchObject({ matched: 1, recorded: { DIRECT_MESSAGE: 0 } });
    expect(report.warnings.join(' ')).toMatch(/commit them\..* recorded with their reservationId/);
    expect(await usage()).toMatchObject({ used: 0, held: 1 });
    await desk.resolve('commit', agency, reservation);
    expect(await desk.take(agency, archive)).toMatchObject({ matched: 1, recorded: { DIRECT_MESSAGE: 0 } });
    expect(await usage()).toMatchObject({ used: 1, held: 0 });
  });

  it('of a hold that was given back all the same: the archive knows better the next time', async () => {
    const reservation = await desk.hold(agency);
    const archive = sentTo(secondsAgo(0));
    await desk.take(agency, archive);
    await desk.resolve('release', agency, reservation);
    expect(await desk.take(agency, archive)).toMatchObject({ matched: 0, recorded: { DIRECT_MESSAGE: 1 } });
    expect(await usage()).toMatchObject({ used: 1, held: 0 });
  });

  it('of what is recorded while the archive is being written', async () => {
    const at = secondsAgo(40 * 3_600);
    // Whoever holds this table keeps an import in its middle: its sends are written already, its connections not.
    const holder = new pg.Client({ connectionString: desk.database.ownerUrl });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE connection IN SHARE MODE');
    const importing = desk.take(agency, {
      ...sentTo(at),
      'Connections.csv': `${CONNECTION_HEADER}Alice,Example,${ALICE},,Acme,CEO,01 Jan 2026\n`,
    });
    const waiting = `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE d.datname = current_database() AND l.relation = 'connection'::regclass AND NOT l.granted`;
    while ((await holder.query(waiting)).rowCount === 0) await pause(5);
    await desk.record(agency, at + 60_000);
    await holder.query('ROLLBACK');
    await holder.end();
    expect(await importing).toMatchObject({ matched: 1, recorded: { DIRECT_MESSAGE: 0 } });
    expect(await desk.sentAt(agency, 'DIRECT_MESSAGE')).toEqual([at + 60_000]);
  });

  it('of each of thousands of rows that are alike, and each is looked up by itself', async () => {
    const row = message({ date: written(secondsAgo(40 * 3_600)) });
    const archive = { ...sentTo(), 'messages.csv': MESSAGE_HEADER + row.repeat(5_000) };
    expect(await desk.take(agency, archive)).toMatchObject({ recorded: { DIRECT_MESSAGE: 5_000 } });
    const asked = jest.spyOn(EntityManager.prototype, 'query');
    expect(await desk.take(agency, archive)).toMatchObject({ alreadyKnown: 5_000 });
    const answers = await Promise.all(
      asked.mock.calls.map(([text], index) =>
        text.includes('archive_row') ? asked.mock.results[index]?.value : [],
      ),
    );
    asked.mockRestore();
    // One more tells that there was an archive before.
    expect(answers.flat()).toHaveLength(5_001);
  });

  it('tells how many committed sends the archive should have told of', async () => {
    await desk.resolve('commit', agency, await desk.hold(agency));
    // A date without a zone may lie on either side of the commit.
    const date = written(secondsAgo(0)).replace(' UTC', '');
    const toBob = { 'messages.csv': MESSAGE_HEADER + message({ date, toUrls: BOB, to: 'Bob Example' }) };
    const report = await desk.take(agency, toBob);
    expect(report).toMatchObject({ matched: 0, committedNotInArchive: 1, recorded: { DIRECT_MESSAGE: 1 } });
  });
});
