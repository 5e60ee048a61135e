import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { Api, type Json } from '../support/api.js';
import { done, servicesOn } from '../support/agency.js';
import { ownDatabase, superuserUrl } from '../support/database.js';
import { codesOf, someone } from '../support/outreach.js';
import { WholeDatabase, words, WritingDesk } from './kept-texts.support.js';

let api: Api;
let database: WholeDatabase;
let desk: WritingDesk;

beforeAll(async () => {
  // Of its own: all of it is looked through.
  const own = await ownDatabase();
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' }, own);
  database = await WholeDatabase.open(await superuserUrl(own.appUrl));
});
afterAll(async () => {
  await database.close();
  await api.close();
});
beforeEach(async () => {
  desk = new WritingDesk(api, await api.seed());
});

const kept = () => database.kept(desk.agency.agencyId);

describe('at rest', () => {
  it('nothing of a text is anywhere in the database, unless the agency says so', async () => {
    const body = words();
    const id = await desk.write(body);
    await desk.commit(id);
    expect(await desk.keeping()).toEqual({ days: 0, hasKey: true });
    expect(await database.tablesWith(body)).toEqual([]);
    expect([await kept(), await desk.textOf(id)]).toEqual([0, null]);
  });

  it('where it says so it is kept, and still nowhere to be read', async () => {
    expect(await desk.keep(30)).toEqual({
      textKeeping: { days: 30, hasKey: true },
      deleted: 0,
      userErrors: [],
    });
    const [body, company] = [words(), words()];
    const before = Date.now();
    const id = await desk.write(body, someone({ degree: 'FIRST', company }));
    const { keptUntil, ...text } = await desk.textOf(id);
    expect(text).toEqual({ subject: `About ${body}`, body, unreadable: null });
    expect(Date.parse(keptUntil) - before).toBeGreaterThanOrEqual(30 * 86_400_000);
    expect(Date.parse(keptUntil) - Date.now()).toBeLessThanOrEqual(30 * 86_400_000);
    await desk.commit(id);
    expect((await desk.textOf(id)).body).toBe(body);
    expect([await kept(), await database.tablesWith(body)]).toEqual([1, []]);
    // What does stand there is found.
    expect(await database.tablesWith(company)).toEqual(['public.recipient']);
  });

  it('a subject is one only where there was one', async () => {
    await desk.keep(1);
    const body = words();
    const id = await desk.write(body, undefined, { message: { body } });
    expect(await desk.textOf(id)).toMatchObject({ subject: null, body });
  });
});

describe('what is not sent', () => {
  beforeEach(() => desk.keep(30));

  it('of a request that is refused nothing is kept, and nothing of a preview', async () => {
    const body = `Hi {{name}}, ${words()}`;
    const message = { body };
    const refused = await desk.reserve('DIRECT_MESSAGE', someone({ degree: 'FIRST' }), { message });
    expect([refused.outcome, codesOf(refused)]).toEqual(['DENIED', ['PLACEHOLDER_LEFT']]);
    const input = { seatId: desk.seat, action: 'DIRECT_MESSAGE', recipient: someone({ degree: 'FIRST' }) };
    const preview = 'query ($input: DecisionInput!) { previewDecision(input: $input) { outcome } }';
    const asked = await api.data(desk.agency.key, preview, {
      input: { ...input, message: { body: words() } },
    });
    expect(asked.previewDecision.outcome).toBe('ALLOWED');
    expect(await kept()).toBe(0);
  });

  it('a release takes it out, whoever released', async () => {
    const [byCaller, byUs, stays] = [await desk.write(), await desk.write(), await desk.write()];
    await desk.commit(stays);
    const release =
      'mutation ($id: ID!) { releaseReservation(input: { reservationId: $id }) { userErrors { code } } }';
    await api.data(desk.agency.key, release, { id: byCaller });
    expect([await desk.textOf(byCaller), await kept()]).toEqual([null, 2]);
    await desk.mutate('pauseSeat', 'SeatInput', { seatId: desk.seat }, 'seat { id }');
    expect(await desk.became(byUs)).toEqual(['RELEASED', 'SEAT_PAUSED']);
    expect([await desk.textOf(byUs), await kept()]).toEqual([null, 1]);
    expect((await desk.textOf(stays)).unreadable).toBeNull();
  });
});

describe('a person who asks', () => {
  beforeEach(() => desk.keep(400));
  const exported = async (profileUrl: string): Promise<Json> => {
    const query = 'query ($profileUrl: String!) { exportPerson(profileUrl: $profileUrl) }';
    return JSON.parse((await api.data(desk.agency.key, query, { profileUrl })).exportPerson);
  };
  const erase = (profileUrl: string): Promise<Json> =>
    desk.mutate('erasePerson', 'ErasePersonInput', { profileUrl }, 'released');

  it('is told what was written to them, and nothing that was written to others', async () => {
    const [ada, bea] = [someone({ degree: 'FIRST' }), someone({ degree: 'FIRST' })];
    const [first, second, other] = [words(), words(), words()];
    const id = await desk.write(first, ada);
    await desk.write(second, ada);
    await desk.write(other, bea);
    const { texts } = await exported(ada.profileUrl);
    expect(texts.map(({ body }: Json) => body)).toEqual([first, second]);
    expect(texts[0]).toEqual({
      ...{ reservation: id, client: desk.client, subject: `About ${first}`, body: first, unreadable: null },
      ...{ keptAt: expect.any(String), keptUntil: expect.any(String) },
    });
    expect(JSON.stringify(await exported(bea.profileUrl))).not.toContain(first);
  });

  it('is erased with every text, of all who were made one with them; others keep theirs', async () => {
    const [ada, bea] = [someone({ degree: 'FIRST' }), someone({ degree: 'FIRST' })];
    const lead = someone({
      degree: 'FIRST',
      profileUrl: `https://www.linkedin.com/sales/lead/ACw${randomUUID().slice(0, 8)}`,
    });
    const sent = [await desk.write(words(), ada), await desk.write(words(), lead)];
    for (const id of sent) await desk.commit(id);
    const held = await desk.write(words(), ada);
    const others = await desk.write(words(), bea);
    await desk.add([{ profileUrl: ada.profileUrl, salesNavigatorUrl: lead.profileUrl }]);
    expect(await kept()).toBe(4);
    expect((await erase(ada.profileUrl)).userErrors).toEqual([]);
    expect(await kept()).toBe(1);
    for (const id of [...sent, held]) expect(await desk.textOf(id)).toBeNull();
    expect((await desk.textOf(others)).unreadable).toBeNull();
    expect((await exported(ada.profileUrl)).texts).toEqual([]);
    // Nobody writes to them again, so nothing is kept again.
    expect((await desk.reserve('DIRECT_MESSAGE', ada, { message: { body: words() } })).outcome).toBe(
      'DENIED',
    );
    expect(await kept()).toBe(1);
  });
});

describe('setTextKeeping', () => {
  it('turned off deletes everything at once, and what comes after is not kept', async () => {
    await desk.keep(30);
    const ids = [await desk.write(), await desk.write()];
    await desk.commit(ids[0]!);
    const other = new WritingDesk(api, await api.seed());
    await other.keep(30);
    const othersText = await other.write();
    expect(await desk.keep(0)).toEqual({
      textKeeping: { days: 0, hasKey: true },
      deleted: 2,
      userErrors: [],
    });
    expect([await kept(), await desk.keeping()]).toEqual([0, { days: 0, hasKey: true }]);
    await desk.write();
    expect(await kept()).toBe(0);
    await desk.keep(30);
    for (const id of ids) expect(await desk.textOf(id)).toBeNull();
    expect((await other.textOf(othersText)).unreadable).toBeNull();
    const query = '{ auditLog(first: 3) { nodes { verb subjectKind changes { field old new } } } }';
    const told = (from: number, to: number) => ({
      ...{ verb: 'setTextKeeping', subjectKind: 'AGENCY' },
      changes: [{ field: 'textDays', old: String(from), new: String(to) }],
    });
    expect((await api.data(desk.agency.key, query)).auditLog.nodes).toEqual([
      told(0, 30),
      told(30, 0),
      told(0, 30),
    ]);
  });

  it('leaves nothing of what is decided meanwhile, whichever comes first', async () => {
    // Read once, so that a server that goes by what it remembers is found out.
    await desk.write();
    for (let round = 0; round < 8; round += 1) {
      await desk.keep(30);
      await desk.reserve('PROFILE_VIEW', someone(), { message: { body: words() } });
      expect(await kept()).toBe(1);
      const write = () => desk.reserve('PROFILE_VIEW', someone(), { message: { body: words() } });
      const [off, ...decided] = await Promise.all([desk.keep(0), write(), write(), write(), write()]);
      expect([off.userErrors, decided.map(({ outcome }) => outcome)]).toEqual([[], Array(4).fill('ALLOWED')]);
      expect(await kept()).toBe(0);
    }
  });

  it('is for those who see the whole agency, from ADMIN on', async () => {
    for (const [role, account] of [
      ['MANAGER', null],
      ['ANALYST', null],
      ['CLIENT', desk.agency.clientAccount.id],
      ['ADMIN', desk.agency.clientAccount.id],
    ] as const) {
      const { userErrors } = await desk.keep(5, await api.keyOf(desk.agency, role, account));
      expect(userErrors).toEqual([{ code: 'FORBIDDEN_FOR_ROLE', field: null }]);
    }
    expect((await desk.keep(5, await api.keyOf(desk.agency, 'ADMIN'))).userErrors).toEqual([]);
    for (const wrong of [-1, 401]) {
      expect((await desk.keep(wrong)).userErrors).toEqual([{ code: 'INVALID', field: ['input', 'days'] }]);
    }
    expect(await desk.keeping()).toEqual({ days: 5, hasKey: true });
  });
});

it('a repeated request keeps its text once, and a replay keeps none', async () => {
  const [body, idempotencyKey] = [words(), randomUUID()];
  const recipient = someone({ degree: 'FIRST' });
  await desk.write(body, recipient, { idempotencyKey });
  await desk.keep(30);
  const id = await desk.write(body, recipient, { idempotencyKey });
  expect([await desk.textOf(id), await kept()]).toEqual([null, 0]);
  const again = { idempotencyKey: randomUUID() };
  const [one, two] = [await desk.write(body, recipient, again), await desk.write(body, recipient, again)];
  expect(one).toBe(two);
  expect([(await desk.textOf(one)).body, await kept()]).toEqual([body, 1]);
});

it('a seat that moves leaves its texts with the client account of their time', async () => {
  await desk.keep(30);
  const id = await desk.write();
  await desk.commit(id);
  const other = await desk.addClientAccount();
  const { seatMoves } = servicesOn(api.dataSource);
  done(await seatMoves.moveSeat(desk.agency.owner, { seatId: desk.agency.seat.id, clientAccountId: other }));
  const before = await api.keyOf(desk.agency, 'MANAGER', desk.agency.clientAccount.id);
  const after = await api.keyOf(desk.agency, 'MANAGER', other);
  expect((await desk.textOf(id, before)).unreadable).toBeNull();
  expect(await desk.textOf(id, after)).toBeUndefined();
  expect(toId('seat', desk.agency.seat.id)).toBe(desk.seat);
});
