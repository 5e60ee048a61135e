import { randomUUID } from 'node:crypto';
import { audit } from '../../src/ledger/audit/audit.js';
import { toId } from '../../src/schema/ids.js';
import { Api } from '../support/api.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { codesOf, Outreach, someone } from '../support/outreach.js';

let api: Api;
let database: TestDatabase;
let desk: Outreach;

beforeAll(async () => {
  database = await ownDatabase();
  api = await Api.start({}, database);
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = new Outreach(api, await api.seed({ seat: { openingCredits: 50 } }));
});

const KNOWN = { matched: true, creditsReturned: 0, alreadyKnown: false };

describe('recordEngagement', () => {
  it('an acceptance makes a connection, and ends the invitation', async () => {
    const person = someone();
    await desk.send('CONNECTION_REQUEST', person);
    expect(codesOf(await desk.reserve('DIRECT_MESSAGE', person))).toEqual(['DEGREE_UNKNOWN']);
    expect(await desk.engage(desk.engagement('INVITATION_ACCEPTED', person))).toEqual({
      results: [KNOWN],
      creditsReturned: 0,
      userErrors: [],
    });
    expect((await desk.reserve('DIRECT_MESSAGE', person)).outcome).toBe('ALLOWED');
    expect(codesOf(await desk.reserve('CONNECTION_REQUEST', person))).toEqual(['ALREADY_CONNECTED']);
    // What the caller knows is newer: they are connected no more.
    const now = { ...person, degree: 'SECOND' };
    expect(codesOf(await desk.reserve('DIRECT_MESSAGE', now))).toEqual(['NOT_CONNECTED']);
    expect((await desk.reserve('CONNECTION_REQUEST', now)).outcome).toBe('ALLOWED');
  });

  it.each([
    ['CONNECTION_REQUEST', 'INVITATION_DECLINED', []],
    ['CONNECTION_REQUEST', 'INVITATION_WITHDRAWN', ['REINVITE_EMBARGO']],
    ['CONNECTION_REQUEST', 'REPLIED', ['ALREADY_INVITED']],
    ['INMAIL', 'REPLIED', []],
    ['INMAIL', 'INMAIL_ACCEPTED', []],
    ['INMAIL', 'INMAIL_DECLINED', []],
    ['INMAIL', 'INVITATION_DECLINED', ['AWAITING_REPLY']],
  ])('after %s and %s another one is refused by %j', async (action, kind, refused) => {
    const person = someone();
    await desk.send(action, person);
    const { creditsReturned, userErrors } = await desk.engage(desk.engagement(kind, person));
    expect(userErrors).toEqual([]);
    // The credit comes back with an answer to the InMail.
    expect(creditsReturned).toBe(action === 'INMAIL' && refused.length === 0 ? 1 : 0);
    const people = ['ALREADY_INVITED', 'REINVITE_EMBARGO', 'AWAITING_REPLY'];
    const codes = codesOf(await desk.reserve(action, person)).filter((code) => people.includes(code));
    expect(codes).toEqual(refused);
  });

  it('an answer from before the send is none to it; a little before is by another clock', async () => {
    const person = someone();
    await desk.send('CONNECTION_REQUEST', person);
    const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
    const old = desk.engagement('INVITATION_DECLINED', person, { occurredAt: ago(6) });
    expect((await desk.engage(old)).results).toMatchObject([{ matched: false }]);
    expect(codesOf(await desk.reserve('CONNECTION_REQUEST', person))).toEqual(['ALREADY_INVITED']);
    const late = someone();
    await desk.send('CONNECTION_REQUEST', late);
    const declined = desk.engagement('INVITATION_DECLINED', late, { occurredAt: ago(4) });
    expect((await desk.engage(declined)).results).toMatchObject([{ matched: true }]);
    expect((await desk.reserve('CONNECTION_REQUEST', late)).outcome).toBe('ALLOWED');
  });

  it.each([
    ['INMAIL', 'REPLIED'],
    ['INMAIL', 'INMAIL_DECLINED'],
    ['CONNECTION_REQUEST', 'INVITATION_DECLINED'],
    ['CONNECTION_REQUEST', 'INVITATION_WITHDRAWN'],
  ])('whoever names the %s that is answered tells of no %s from before it', async (action, kind) => {
    const person = someone();
    const { id: reservationId } = (await desk.send(action, person)).reservation;
    const tell = (minutes: number, idempotencyKey: string = randomUUID()) => {
      const occurredAt = new Date(Date.now() - minutes * 60_000).toISOString();
      return desk.engage(desk.engagement(kind, person, { reservationId, occurredAt, idempotencyKey }));
    };
    for (const minutes of [6, 24 * 60, 300 * 24 * 60]) {
      expect(await tell(minutes)).toEqual({
        results: [],
        creditsReturned: 0,
        userErrors: [{ code: 'INVALID', field: ['inputs', '0', 'occurredAt'] }],
      });
    }
    const credits = action === 'INMAIL' ? 1 : 0;
    expect(await tell(4)).toMatchObject({ results: [{ matched: true, creditsReturned: credits }] });
  });

  it('is known the second time, by its key or by itself', async () => {
    const person = someone();
    const input = desk.engagement('REPLIED', person);
    expect((await desk.engage(input, input)).results).toEqual([
      { ...KNOWN, matched: false },
      { ...KNOWN, matched: false, alreadyKnown: true },
    ]);
    const again = { ...input, idempotencyKey: randomUUID() };
    expect((await desk.engage(input, again)).results).toMatchObject([
      { alreadyKnown: true },
      { alreadyKnown: true },
    ]);
    const other = { ...input, kind: 'OPTED_OUT' };
    expect((await desk.engage(other)).userErrors).toEqual([
      { code: 'IDEMPOTENCY_KEY_REUSED', field: ['inputs', '0', 'idempotencyKey'] },
    ]);
  });

  it('P4: shares its keys with reserve', async () => {
    const idempotencyKey = randomUUID();
    const person = someone();
    await desk.reserve('PROFILE_VIEW', person, { idempotencyKey });
    const { userErrors } = await desk.engage(desk.engagement('REPLIED', person, { idempotencyKey }));
    expect(userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED' }]);
  });

  it('is all or nothing, and says which input is wrong', async () => {
    const person = someone();
    await desk.send('CONNECTION_REQUEST', person);
    const fine = desk.engagement('INVITATION_DECLINED', person);
    const future = new Date(Date.now() + 6 * 60_000).toISOString();
    const other = await desk.reserve('PROFILE_VIEW', someone());
    const wrong: [object, string, string][] = [
      [desk.engagement('REPLIED', person, { seatId: 'seat_x' }), 'NOT_FOUND', 'seatId'],
      [desk.engagement('REPLIED', person, { occurredAt: future }), 'INVALID', 'occurredAt'],
      [desk.engagement('REPLIED', { profileUrl: 'nowhere' }), 'INVALID', 'recipientProfileUrl'],
      [desk.engagement('REPLIED', person, { reservationId: 'x' }), 'NOT_FOUND', 'reservationId'],
      [
        desk.engagement('REPLIED', person, { reservationId: other.reservation.id }),
        'INVALID',
        'reservationId',
      ],
      [desk.engagement('REPLIED', person, { idempotencyKey: '' }), 'INVALID', 'idempotencyKey'],
    ];
    for (const [input, code, field] of wrong) {
      expect(await desk.engage(fine, input)).toEqual({
        results: [],
        creditsReturned: 0,
        userErrors: [{ code, field: ['inputs', '1', field] }],
      });
    }
    expect(codesOf(await desk.reserve('CONNECTION_REQUEST', person))).toEqual(['ALREADY_INVITED']);
  });

  it('P13: whoever opts out is left alone by the whole client account, and what is held goes at once', async () => {
    const person = someone({ degree: 'FIRST' });
    const second = await desk.addSeat();
    const elsewhere = await desk.addSeat(await desk.addClientAccount());
    const [here, there, other] = [
      await desk.reserve('DIRECT_MESSAGE', person),
      await desk.reserve('DIRECT_MESSAGE', person, { seatId: second }),
      await desk.reserve('DIRECT_MESSAGE', person, { seatId: elsewhere }),
    ];
    await desk.engage(desk.engagement('OPTED_OUT', person));
    expect(await desk.became(here.reservation.id)).toEqual(['RELEASED', 'DO_NOT_CONTACT']);
    expect(await desk.became(there.reservation.id)).toEqual(['RELEASED', 'DO_NOT_CONTACT']);
    expect(await desk.became(other.reservation.id)).toEqual(['HELD', null]);
    const again = await desk.reserve('DIRECT_MESSAGE', person, { seatId: second, isReply: true });
    expect(again).toMatchObject({ retryAt: null, reasons: [{ code: 'DO_NOT_CONTACT' }], suggestions: [] });
    expect((await desk.reserve('PROFILE_VIEW', person, { seatId: elsewhere })).outcome).toBe('ALLOWED');
  });

  it('P13: names the seat that is connected, only while nobody was turned down', async () => {
    const [person, decliner] = [someone(), someone()];
    const connected = await desk.addSeat();
    await desk.engage(
      desk.engagement('INVITATION_ACCEPTED', person, { seatId: connected }),
      desk.engagement('INVITATION_ACCEPTED', decliner, { seatId: connected }),
      desk.engagement('INVITATION_DECLINED', decliner),
    );
    const seatsOf = async (recipient: object): Promise<unknown[]> => {
      const asked = { ...person, ...recipient, degree: 'SECOND' };
      const { suggestions } = await desk.reserve('DIRECT_MESSAGE', asked);
      return suggestions.flatMap(({ action, seat }: { action: string; seat: { id: string } | null }) =>
        seat ? [[action, seat.id]] : [],
      );
    };
    expect(await seatsOf(person)).toEqual([['DIRECT_MESSAGE', connected]]);
    expect(await seatsOf(decliner)).toEqual([]);
    await desk.send('CONNECTION_REQUEST', person);
    expect(await seatsOf(person)).toEqual([]);
    const pause = 'mutation ($id: ID!) { pauseSeat(input: { seatId: $id }) { userErrors { code } } }';
    const stranger = someone();
    await desk.engage(desk.engagement('INVITATION_ACCEPTED', stranger, { seatId: connected }));
    await api.data(desk.agency.key, pause, { id: connected });
    expect(await seatsOf(stranger)).toEqual([]);
  });

  it.each([
    ['OPEN_PROFILE_MESSAGE', null],
    ['GROUP_MESSAGE', null],
    ['DIRECT_MESSAGE', null],
    ['INMAIL', null],
    ['CONNECTION_REQUEST', 'INVITATION_WITHDRAWAL'],
  ] as const)('P13: names no other seat while nobody answered: %s', async (action, behind) => {
    const person = someone({ degree: 'SECOND' });
    const connected = await desk.addSeat();
    await desk.engage(desk.engagement('INVITATION_ACCEPTED', person, { seatId: connected }));
    const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
    const named = async (): Promise<unknown[]> => {
      const { suggestions } = await desk.reserve('DIRECT_MESSAGE', person);
      return suggestions.flatMap(({ seat }: { seat: { id: string } | null }) => (seat ? [seat.id] : []));
    };
    expect(await named()).toEqual([connected]);
    await desk.record({ action, recipient: person, occurredAt: ago(3) });
    if (behind !== null) await desk.record({ action: behind, recipient: person, occurredAt: ago(2) });
    expect(await named()).toEqual([]);
    if (behind !== null) return;
    await desk.engage(desk.engagement('REPLIED', person, { occurredAt: ago(1) }));
    expect(await named()).toEqual([connected]);
  });

  it('leaves the books clean, and tells nothing of another agency', async () => {
    const person = someone();
    await desk.send('CONNECTION_REQUEST', person);
    const theirs = new Outreach(api, await api.seed());
    await theirs.engage(
      theirs.engagement('OPTED_OUT', person),
      theirs.engagement('INVITATION_ACCEPTED', person),
    );
    expect(codesOf(await desk.reserve('CONNECTION_REQUEST', person))).toEqual(['ALREADY_INVITED']);
    const foreign = desk.engagement('REPLIED', person, { seatId: theirs.seat });
    const nobodys = desk.engagement('REPLIED', person, { seatId: toId('seat', randomUUID()) });
    expect((await desk.engage(foreign)).userErrors).toEqual((await desk.engage(nobodys)).userErrors);
    expect((await audit(database.appUrl)).drift).toEqual([]);
  });
});
