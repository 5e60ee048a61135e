import { toId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import { newSeat } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { SeatDesk } from './seat-moves.support.js';

let api: Api;
let desk: SeatDesk;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = await SeatDesk.open(api, { plan: { seatAllowance: 50 }, clientAccount: { externalRef: 'acme' } });
});

const ADD = `mutation ($input: AddSeatsInput!) { addSeats(input: $input) { added dryRun
  rows { index line holderName isRight seat { id holderName clientAccount { id } } }
  errors { index line column code message } userErrors { code field message } } }`;

async function add(input: object, key = desk.agency.key): Promise<Json> {
  return (await desk.ask(ADD, { input }, key)).addSeats;
}

/** What is wrong, as `line column CODE`. */
function wrong({ errors }: Json): string[] {
  return errors.map(({ line, column, code }: Json) => [line, column, code].join(' '));
}

async function seatsThere(): Promise<number> {
  return (await desk.ask('{ seats { totalCount } }')).seats.totalCount;
}

const HEADER =
  'Client,Holder,LinkedIn,Tier,Time zone,Agreed on,Ref,Hours,History,Sent before,Pending,Credits,Credits renewal';

/** A line of a table, of a seat of which all is told. */
function lineOf(number: number, account = 'acme'): string {
  const use = '"80 CONNECTION_REQUEST in 7 days; 20 direct messages in 1 day"';
  return [
    ...[account, `Holder ${number}`, `linkedin.com/in/bulk-${number}`, 'Sales Navigator', 'Europe/Madrid'],
    ...['2026-01-02', `bulk-${number}`, '"Mon-Wed,5 9:00-18:00"', 'declared', use, '7', '40', '2026-12-24'],
  ].join(',');
}

const FORTY_ONE = [HEADER, ...Array.from({ length: 41 }, (_, index) => lineOf(index))].join('\n');

describe('addSeats', () => {
  it('adds 41 seats of a table in one go, with all that is told of them', async () => {
    const { added, rows, errors, userErrors } = await add({ csv: FORTY_ONE });
    expect([added, errors, userErrors]).toEqual([41, [], []]);
    expect(rows[40]).toEqual({
      ...{ index: 40, line: 42, holderName: 'Holder 40', isRight: true },
      seat: { id: expect.any(String), holderName: 'Holder 40', clientAccount: { id: desk.client } },
    });
    const query = `query { seat(externalRef: "bulk-40") { profileUrl tier timeZone holderAgreedOn history pendingInvitations
      workingHours { days from to } credits { available nextGrantAt }
      usage(actions: [CONNECTION_REQUEST, DIRECT_MESSAGE]) { used limit { actions window { seconds } } } } }`;
    const { usage, credits, ...seat } = (await desk.ask(query)).seat;
    expect(seat).toEqual({
      ...{ profileUrl: 'https://www.linkedin.com/in/bulk-40', tier: 'SALES_NAVIGATOR' },
      ...{ timeZone: 'Europe/Madrid', holderAgreedOn: '2026-01-02', history: 'DECLARED' },
      workingHours: { days: [1, 2, 3, 5], from: '09:00', to: '18:00' },
      pendingInvitations: expect.any(Number),
    });
    expect(credits.available).toBe(40);
    const week = usage.find(({ limit }: Json) => limit.window.seconds === 604_800);
    expect(week).toMatchObject({ used: 80, limit: { actions: ['CONNECTION_REQUEST'] } });
    expect(
      (await desk.ask(`query ($client: ID!) { clientAccount(id: $client) { seatsTaken seatsFree } }`))
        .clientAccount,
    ).toEqual({
      seatsTaken: 42,
      seatsFree: 8,
    });
    const entries = await inAgency(api.dataSource, desk.agency.owner, (manager) =>
      manager.query<Json[]>(`SELECT changes FROM audit_entry WHERE verb = 'addSeat'`),
    );
    expect(entries).toHaveLength(42);
  });

  it('tells beforehand what would come of it, and adds nothing', async () => {
    const preview = await add({ csv: FORTY_ONE, dryRun: true });
    expect(preview).toMatchObject({ added: 0, dryRun: true, errors: [], userErrors: [] });
    expect(preview.rows).toHaveLength(41);
    expect(new Set(preview.rows.map(({ seat, isRight }: Json) => `${seat} ${isRight}`))).toEqual(
      new Set(['null true']),
    );
    expect(await seatsThere()).toBe(1);
    // And it is what comes of it.
    expect((await add({ csv: FORTY_ONE })).added).toBe(41);
  });

  it('adds all or none, and tells all that is wrong at once, with line and column', async () => {
    const taken = desk.agency.seat.profileUrl.replace('https://www.', 'https://de.');
    const csv = [
      'client,name,url,tier,tz,agreed,hours,sent before,credits,ref',
      'acme,Ada,linkedin.com/in/ada,Gold,Mars/Olympus,2026-02-30,late,many,-1,a',
      `acme,Bea,${taken},None,UTC,2999-01-01,,,,b`,
      'nobody,Cleo,example.com/cleo,BASIC,UTC,,,,,c',
      ',,linkedin.com/in/dora,BASIC,UTC,,,,,d',
      'acme,Eve,https://www.linkedin.com/in/DORA/,BASIC,UTC,,,5 FOLLOW in 1 day,,e',
      'acme,Fay,linkedin.com/in/fay,BASIC,UTC,,,,,f',
    ].join('\n');
    const answer = await add({ csv });
    expect(wrong(answer)).toEqual([
      ...['2 tier INVALID', '2 agreed INVALID', '2 hours INVALID', '2 sent before INVALID'],
      ...['2 credits INVALID', '2 tz INVALID', '3 tier INVALID', '3 agreed INVALID', '3 url TAKEN'],
      ...['4 client NOT_FOUND', '4 url INVALID', '5 client INVALID', '5 name INVALID'],
      ...['6 sent before INVALID', '6 url TAKEN'],
    ]);
    expect(answer.userErrors).toEqual([
      { code: 'INVALID', field: null, message: expect.stringContaining('none was added') },
    ]);
    expect(answer.rows.map(({ isRight, seat }: Json) => [isRight, seat])).toEqual([
      ...Array.from({ length: 5 }, () => [false, null]),
      [true, null],
    ]);
    expect(await seatsThere()).toBe(1);
  });

  it('tells what can’t be kept where it is, in a table and in a list', async () => {
    const csv = `client,name,url,tier,tz,ref\nac\0me,Ada,in/ada,BASIC,UTC,1\nacme,Bea,in/bea,BASIC,UTC,r\0f`;
    expect(wrong(await add({ csv }))).toEqual(['2 client NOT_FOUND', '3 ref INVALID']);
    const told = {
      holderName: 'Cleo',
      profileUrl: 'in/cleo',
      tier: 'BASIC',
      timeZone: 'UTC',
      externalRef: 'r\0f',
    };
    const { errors } = await add({ seats: [{ ...told, clientAccountId: desk.client }] });
    expect(errors).toMatchObject([{ index: 0, code: 'INVALID' }]);
  });

  it('names columns that are not known, and accounts and references that are there twice', async () => {
    const csv = `client,name,url,tier,tz,ref,colour\nacme,Ada,in/ada,BASIC,UTC,1,red\nacme,Bea,https://es.linkedin.com/in/ADA,BASIC,UTC,1,red`;
    const answer = await add({ csv });
    expect(wrong(answer)).toEqual(['1 colour INVALID', '3 url TAKEN', '3 ref TAKEN']);
    expect(answer.errors[0].message).toContain('no column "colour"');
  });

  it('holds the allowance of each client account, over the whole of it', async () => {
    desk = await SeatDesk.open(api, { plan: { seatAllowance: 3 }, clientAccount: { externalRef: 'acme' } });
    const lines = [1, 2, 3, 4].map((number) => lineOf(number));
    const others = [5, 6, 7].map((number) => lineOf(number, desk.other));
    const answer = await add({ csv: [HEADER, ...lines, ...others].join('\n') });
    expect(wrong(answer)).toEqual(['4 Client SEAT_ALLOWANCE_REACHED', '5 Client SEAT_ALLOWANCE_REACHED']);
    expect(await seatsThere()).toBe(1);
    expect(await add({ csv: [HEADER, ...lines.slice(0, 2), ...others].join('\n') })).toMatchObject({
      added: 5,
    });
    const { alerts } = await desk.ask(
      '{ alerts(kinds: [SEAT_ALLOWANCE_REACHED]) { nodes { clientAccount { id } } } }',
    );
    expect(alerts.nodes.map(({ clientAccount }: Json) => clientAccount.id).toSorted()).toEqual(
      [desk.client, desk.other].toSorted(),
    );
  });

  it('takes a list as well, and one client account for lines that name none', async () => {
    const { openingUse: _use, ...seat } = newSeat(desk.other);
    expect(await add({ seats: [seat, { ...seat, profileUrl: 'in/second', tier: 'BASIC' }] })).toMatchObject({
      added: 2,
      rows: [{ line: null, seat: { clientAccount: { id: desk.other } } }, {}],
    });
    const wrongOnes = await add({
      seats: [{ ...seat, openingUse: [{ action: 'FOLLOW', days: 0, count: 1 }], history: 'DECLARED' }],
    });
    expect(wrong(wrongOnes)).toEqual([' openingUse.0.days INVALID', ' profileUrl TAKEN']);
    const csv = `name,url,tier,tz\nAda,in/ada,BASIC,UTC`;
    expect(await add({ csv, clientAccountId: desk.other })).toMatchObject({ added: 1 });
    expect((await add({ csv: '', seats: [seat] })).userErrors).toMatchObject([
      { code: 'INVALID', field: ['input', 'csv'] },
    ]);
    expect((await add({ csv, seats: [seat] })).userErrors).toMatchObject([
      { code: 'INVALID', field: ['input', 'csv'] },
    ]);
    expect((await add({})).userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'seats'] }]);
  });

  it('adds nothing by a name that another client account has for its reference', async () => {
    const update = `mutation ($input: UpdateClientAccountInput!) {
      updateClientAccount(input: $input) { userErrors { code } } }`;
    const say = (clientAccountId: string, more: object) =>
      desk.ask(update, { input: { clientAccountId, ...more } });
    await say(desk.client, { name: 'Acme' });
    const csv = `client,name,url,tier,tz\nAcme,Ada,in/ada,BASIC,UTC`;
    expect((await add({ csv, dryRun: true })).errors).toEqual([]);
    await say(desk.other, { externalRef: 'Acme' });
    const { errors } = await add({ csv });
    expect(errors).toMatchObject([{ line: 2, column: 'client', code: 'INVALID' }]);
    expect(errors[0].message).toContain('2 client accounts are called "Acme"');
    await say(desk.client, { externalRef: 'ours' });
    expect(await add({ csv: csv.replace('Acme', 'ours') })).toMatchObject({
      rows: [{ seat: { clientAccount: { id: desk.client } } }],
    });
  });

  it('finds no client account of another agency, and is for admins alone', async () => {
    const stranger = await SeatDesk.open(api, { clientAccount: { externalRef: 'theirs' } });
    const csv = (account: string): string => `client,name,url,tier,tz\n${account},Ada,in/ada,BASIC,UTC`;
    const nobodys = await add({ csv: csv(toId('client', desk.agency.seat.id)) });
    expect(wrong(nobodys)).toEqual(['2 client NOT_FOUND']);
    expect(await add({ csv: csv(stranger.client) })).toEqual(nobodys);
    expect(wrong(await add({ csv: csv('theirs') }))).toEqual(['2 client NOT_FOUND']);
    const manager = await api.keyOf(desk.agency, 'MANAGER');
    expect((await add({ csv: FORTY_ONE }, manager)).userErrors).toMatchObject([
      { code: 'FORBIDDEN_FOR_ROLE' },
    ]);
    // Whoever sees one client account has no other one to add to.
    const admin = await api.keyOf(desk.agency, 'ADMIN', desk.agency.clientAccount.id);
    expect(wrong(await add({ csv: csv(desk.other) }, admin))).toEqual(['2 client NOT_FOUND']);
  });
});
