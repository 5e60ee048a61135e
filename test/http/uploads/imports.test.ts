import pg from 'pg';
import { toId } from '../../../src/schema/ids.js';
import { newSeat, done, servicesOn, type SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { testDatabase } from '../../support/database.js';
import { kept, NOTHING_KEPT, SMALL_EXPORT, upload, zipOf, type UploadAnswer } from '../../support/exports.js';
import { ME, message, MESSAGE_HEADER } from '../../imports/reading.js';

const NOBODYS = toId('seat', '00000000-0000-4000-8000-000000000000');

let api: Api;
let agency: SeededAgency;
let zip: Buffer;

beforeAll(async () => {
  api = await Api.start();
  zip = await zipOf(SMALL_EXPORT);
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed({ seat: { profileUrl: ME, history: 'UNKNOWN' } });
});

interface Sent {
  readonly key?: string;
  readonly query?: string;
  readonly zip?: Buffer;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

function send(terms: Sent = {}): Promise<UploadAnswer> {
  const query = `seatId=${toId('seat', agency.seat.id)}`;
  return upload(api.url, { key: agency.key, query, zip, ...terms });
}

/** The status and code of a refusal, after which the books are as they were. */
async function refusalOf(sent: Sent): Promise<string> {
  const { status, body } = await send(sent);
  expect(body).toEqual({ error: expect.any(String), message: expect.stringMatching(/\w/) });
  expect(await kept(api, agency)).toEqual(NOTHING_KEPT);
  return `${status} ${body.error}`;
}

describe('POST /imports/linkedin-export', () => {
  it('takes the archive in, and tells what became of it', async () => {
    const { status, headers, body } = await send();
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(body).toEqual({
      seatId: toId('seat', agency.seat.id),
      owner: ME,
      rowsRead: 5,
      recorded: { DIRECT_MESSAGE: 1, CONNECTION_REQUEST: 1, INMAIL: 0 },
      notedInvitations: 1,
      engagements: { INVITATION_ACCEPTED: 1, REPLIED: 1 },
      connections: 1,
      alreadyKnown: 0,
      matched: 0,
      committedNotInArchive: 0,
      rejected: [{ file: 'messages.csv', line: 4, reason: expect.stringMatching(/fields/) }],
      rejectedTotal: 1,
      warnings: [],
    });
    expect(await kept(api, agency)).toEqual({
      ...{ charge: 2, engagement: 2, connection: 1, archive_row: 4, archive_import: 1 },
      history: 'DECLARED',
    });
    expect((await send()).body).toMatchObject({ alreadyKnown: 2, recorded: { DIRECT_MESSAGE: 0 } });
  });

  it('is counted by its route alone, as every other one', async () => {
    await send();
    const metrics = await fetch(`${api.url}/metrics`).then((response) => response.text());
    expect(metrics).toMatch(/_count\{method="POST",route="\/imports\/linkedin-export",status="200"\} [1-9]/);
  });

  it.each(['ADMIN', 'MANAGER'] as const)('is for %s as well', async (role) => {
    expect((await send({ key: await api.keyOf(agency, role) })).status).toBe(200);
  });

  it.each(['OPERATOR', 'ANALYST'] as const)('is not for %s', async (role) => {
    expect(await refusalOf({ key: await api.keyOf(agency, role) })).toBe('403 FORBIDDEN_FOR_ROLE');
  });

  it('knows no seat that the key does not see, and says of each what it says of nobody’s', async () => {
    const other = await api.seed({ seat: { profileUrl: ME } });
    const { clientAccounts, seats } = servicesOn(api.dataSource);
    const account = done(
      await clientAccounts.createClientAccount(agency.owner, {
        name: 'Other',
        planId: agency.plan.id,
        timeZone: 'UTC',
      }),
    );
    const hidden = done(await seats.addSeat(agency.owner, newSeat(account.id)));
    const key = await api.keyOf(agency, 'MANAGER', agency.clientAccount.id);
    const answers = [];
    for (const id of [toId('seat', other.seat.id), toId('seat', hidden.id), NOBODYS, 'seat_x', 'x']) {
      answers.push(await send({ key, query: `seatId=${id}` }));
    }
    for (const { status, body } of answers) {
      expect([status, body]).toEqual([404, { error: 'NOT_FOUND', message: 'There is no such seat.' }]);
    }
    expect(await kept(api, other)).toEqual({ ...NOTHING_KEPT, history: 'NONE' });
    expect((await send({ key })).status).toBe(200);
  });

  it.each([
    ['a key', { authorization: undefined }, '401 UNAUTHENTICATED'],
    ['a key that is one', { authorization: 'Bearer hr_live_x' }, '401 UNAUTHENTICATED'],
    ['the header that no form can send', { 'x-headroom-import': undefined }, '400 BAD_USER_INPUT'],
    ['1 in that header', { 'x-headroom-import': 'yes' }, '400 BAD_USER_INPUT'],
    ['the type of a zip', { 'content-type': 'application/json' }, '415 BAD_USER_INPUT'],
    ['no other coding', { 'content-encoding': 'gzip' }, '415 BAD_USER_INPUT'],
    [
      'the type that a form sends',
      { 'content-type': 'multipart/form-data; boundary=x' },
      '415 BAD_USER_INPUT',
    ],
  ])('needs %s', async (_, headers, expected) => {
    expect(await refusalOf({ headers })).toBe(expected);
  });

  it('needs one seat, force told as true or false, and nothing else: an archive has no dry run', async () => {
    const seat = `seatId=${toId('seat', agency.seat.id)}`;
    const odd = [
      '',
      `${seat}&${seat}`,
      `${seat}&force=1`,
      `${seat}&force=true&force=true`,
      `${seat}&dryRun=true`,
    ];
    for (const query of odd) {
      expect(await refusalOf({ query })).toBe('400 BAD_USER_INPUT');
    }
  });

  it('refuses a seat that another import is of', async () => {
    const other = new pg.Client({ connectionString: (await testDatabase()).ownerUrl });
    await other.connect();
    const { agencyId, id } = agency.seat;
    await other.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`import ${agencyId} ${id}`]);
    expect(await refusalOf({})).toBe('409 WRONG_STATE');
    await other.end();
    expect((await send()).status).toBe(200);
  });
});

describe('an archive', () => {
  const messages = (text: string | Buffer) => zipOf({ ...SMALL_EXPORT, 'messages.csv': text });

  it.each<[string, () => Buffer | Promise<Buffer>, string]>([
    ['without a byte', () => Buffer.alloc(0), '400 NOT_AN_EXPORT'],
    ['that is no zip', () => Buffer.from('Hello, this is a text.'), '400 NOT_AN_EXPORT'],
    ['of something else', () => zipOf({ 'holiday.csv': 'Date\n2026-01-01\n' }), '400 NOT_AN_EXPORT'],
    ['that is cut off', () => zip.subarray(0, zip.length - 30), '400 BROKEN'],
    ['with a NUL byte', () => messages(`${MESSAGE_HEADER}${message({ content: 'a\0b' })}`), '400 NUL_BYTE'],
    [
      'in another encoding',
      () => messages(Buffer.from(`${MESSAGE_HEADER}é`, 'latin1')),
      '400 WRONG_ENCODING',
    ],
    ['that goes out of its folder', () => renamed('messages.csv', '../sages.csv'), '400 UNSAFE_NAME'],
    ['with a file twice', () => zipOf({ ...SMALL_EXPORT, 'Messages.csv': 'x' }), '400 AMBIGUOUS'],
    ['that is encrypted', encrypted, '400 ENCRYPTED'],
    ['that expands', () => messages('x'.repeat(100_000_000)), '413 TOO_LARGE'],
  ])('%s is refused, and changes nothing', async (_, make, expected) => {
    expect(await refusalOf({ zip: await make() })).toBe(expected);
  });

  it('of somebody else is refused, unless it is forced', async () => {
    const { clientAccount } = agency;
    const { seats } = servicesOn(api.dataSource);
    const seat = done(await seats.addSeat(agency.owner, newSeat(clientAccount.id)));
    const query = `seatId=${toId('seat', seat.id)}`;
    expect(await refusalOf({ query })).toBe('409 WRONG_OWNER');
    expect(await refusalOf({ query: `${query}&force=false` })).toBe('409 WRONG_OWNER');
    const forced = await send({ query: `${query}&force=true` });
    expect([forced.status, forced.body.owner, forced.body.warnings]).toEqual([
      200,
      ME,
      [expect.stringContaining('taken all the same')],
    ]);
  });

  it('that does not tell whose it is, is taken with a warning', async () => {
    const { status, body } = await send({
      zip: await zipOf({ 'Connections.csv': SMALL_EXPORT['Connections.csv'] }),
    });
    expect([status, body.owner]).toEqual([200, null]);
    expect(body.warnings.join(' ')).toContain("doesn't tell whose it is");
  });

  /** With another name of the same length. */
  function renamed(from: string, to: string): Buffer {
    return Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1');
  }

  /** The flag of the first entry says so. */
  function encrypted(): Buffer {
    const changed = Buffer.from(zip);
    const central = changed.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
    changed.writeUInt16LE(changed.readUInt16LE(central + 8) | 1, central + 8);
    return changed;
  }
});
