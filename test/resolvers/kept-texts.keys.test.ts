import { fromId, toId } from '../../src/schema/ids.js';
import type { Role } from '../../src/quota/words.js';
import { KeptTexts } from '../../src/services/decisions/kept-texts.js';
import { LedgerReader } from '../../src/ledger/told/reader.js';
import { parseKey } from '../../src/tenancy/api-key.js';
import { textVaultOf } from '../../src/tenancy/text-vault.js';
import type { Reach, Viewer } from '../../src/tenancy/viewer.js';
import { Api } from '../support/api.js';
import { ownDatabase, superuserUrl, type TestDatabase } from '../support/database.js';
import { someone } from '../support/outreach.js';
import { WholeDatabase, words, WritingDesk } from './kept-texts.support.js';

const KEY = 'a key of texts that is at hand here';
const NEWER = 'a key of texts that came after that one';

/** Servers on one database, which differ in what they can read. */
let own: TestDatabase;
let api: Api;
let withoutKey: Api;
let withNewer: Api;
let database: WholeDatabase;
let desk: WritingDesk;

beforeAll(async () => {
  own = await ownDatabase();
  const start = (keys: object) =>
    Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off', ...keys }, own);
  api = await start({ HEADROOM_TEXT_KEY: KEY });
  withoutKey = await start({ HEADROOM_TEXT_KEY: '' });
  withNewer = await start({ HEADROOM_TEXT_KEY: NEWER, HEADROOM_TEXT_KEY_PREVIOUS: KEY });
  database = await WholeDatabase.open(await superuserUrl(own.appUrl));
});
afterAll(async () => {
  await database.close();
  for (const server of [api, withoutKey, withNewer]) await server.close();
});
beforeEach(async () => {
  desk = new WritingDesk(api, await api.seed());
  await desk.keep(30);
});

const uuid = (id: string) => fromId('reservation', id);
const unreadable = async (id: string, at = desk) => (await at.textOf(id))?.unreadable;

describe('a server without the key', () => {
  it('keeps nothing and lets nobody turn it on, and says so; turned off it is everywhere', async () => {
    const other = new WritingDesk(withoutKey, desk.agency);
    const id = await desk.write();
    expect(await other.keeping()).toEqual({ days: 30, hasKey: false });
    expect(await other.textOf(id)).toMatchObject({ subject: null, body: null, unreadable: 'KEY_MISSING' });
    expect(await other.textOf(await other.write())).toBeNull();
    expect(await database.kept(desk.agency.agencyId)).toBe(1);
    expect(await other.keep(60)).toEqual({
      ...{ textKeeping: null, deleted: 0 },
      userErrors: [{ code: 'WRONG_STATE', field: ['input', 'days'] }],
    });
    expect(await other.keep(0)).toEqual({
      textKeeping: { days: 0, hasKey: false },
      deleted: 1,
      userErrors: [],
    });
    expect([await database.kept(desk.agency.agencyId), await desk.textOf(id)]).toEqual([0, null]);
  });

  it('still exports what it can’t read, as such, and erases it', async () => {
    const ada = someone({ degree: 'FIRST' });
    await desk.write(words(), ada);
    const query = 'query ($url: String!) { exportPerson(profileUrl: $url) }';
    const { exportPerson } = await withoutKey.data(desk.agency.key, query, { url: ada.profileUrl });
    expect(JSON.parse(exportPerson).texts).toMatchObject([{ body: null, unreadable: 'KEY_MISSING' }]);
    const other = new WritingDesk(withoutKey, desk.agency);
    await other.mutate('erasePerson', 'ErasePersonInput', { profileUrl: ada.profileUrl }, 'released');
    expect(await database.kept(desk.agency.agencyId)).toBe(0);
  });
});

it('a key that is replaced still opens what it sealed; what is new is under the newer one', async () => {
  const newer = new WritingDesk(withNewer, desk.agency);
  const [old, now] = [words(), words()];
  const [before, after] = [await desk.write(old), await newer.write(now)];
  expect([(await newer.textOf(before)).body, (await newer.textOf(after)).body]).toEqual([old, now]);
  expect(await unreadable(after)).toBe('KEY_MISSING');
});

describe('a row that somebody altered', () => {
  let id: string;
  beforeEach(async () => {
    id = await desk.write();
    expect(await unreadable(id)).toBeNull();
  });

  it('opens no more once a bit of it is another', async () => {
    await database.alter(
      'UPDATE kept_text SET sealed = set_bit(sealed, 8 * (length(sealed) - 1), 1 - get_bit(sealed, 8 * (length(sealed) - 1))) WHERE id = $1',
      [uuid(id)],
    );
    expect(await desk.textOf(id)).toMatchObject({ subject: null, body: null, unreadable: 'DAMAGED' });
  });

  it('shows nothing of another agency, whose bytes were put into it', async () => {
    const theirs = new WritingDesk(api, await api.seed());
    await theirs.keep(30);
    const taken = await theirs.write();
    await database.alter(
      'UPDATE kept_text SET sealed = t.sealed, key_version = t.key_version FROM kept_text t WHERE kept_text.id = $1 AND t.id = $2',
      [uuid(id), uuid(taken)],
    );
    expect(await unreadable(id)).toBe('DAMAGED');
    expect(await unreadable(taken, theirs)).toBeNull();
  });

  it('nor of another reservation of the same agency', async () => {
    const taken = await desk.write();
    await database.alter(
      'UPDATE kept_text SET sealed = t.sealed FROM kept_text t WHERE kept_text.id = $1 AND t.id = $2',
      [...[uuid(id), uuid(taken)]],
    );
    expect([await unreadable(id), await unreadable(taken)]).toEqual(['DAMAGED', null]);
  });

  it('and opens for nobody to whom it was given by its columns', async () => {
    const other = await desk.addClientAccount();
    await database.alter('UPDATE kept_text SET client_account_id = $2 WHERE id = $1', [uuid(id), other]);
    expect(await unreadable(id)).toBe('DAMAGED');
  });
});

describe('who reads a text', () => {
  it('is whoever manages the whole client account, and whoever asked for it', async () => {
    const operator = await api.keyOf(desk.agency, 'OPERATOR');
    const asking = new WritingDesk(api, { ...desk.agency, key: operator });
    const id = await asking.write();
    const account = desk.agency.clientAccount.id;
    const keyOf = (role: Role, clientAccountId: string | null = null) =>
      api.keyOf(desk.agency, role, clientAccountId);
    const isTold = async (key: string) => ((await desk.textOf(id, key)) ?? null) !== null;
    expect(await isTold(operator)).toBe(true);
    expect(await isTold(desk.agency.key)).toBe(true);
    expect(await isTold(await keyOf('ADMIN'))).toBe(true);
    expect(await isTold(await keyOf('MANAGER'))).toBe(true);
    expect(await isTold(await keyOf('MANAGER', account))).toBe(true);
    expect(await isTold(await keyOf('MANAGER', await desk.addClientAccount()))).toBe(false);
    expect(await isTold(await keyOf('OPERATOR'))).toBe(false);
    expect(await isTold(await keyOf('OPERATOR', account))).toBe(false);
    expect(await isTold(await keyOf('ANALYST'))).toBe(false);
    expect(await isTold(await keyOf('CLIENT', account))).toBe(false);
    expect(await isTold((await api.seed()).key)).toBe(false);
    const rotate = async (key: string): Promise<string> => {
      const input = { apiKeyId: toId('key', parseKey(key)!.keyId) };
      const rotated = await desk.mutate('rotateApiKey', 'RotateApiKeyInput', input, 'secret');
      return rotated.secret;
    };
    expect(await isTold(await rotate(await rotate(operator)))).toBe(true);
    expect(await isTold(await rotate(await keyOf('OPERATOR')))).toBe(false);
    // The reservation itself they do see.
    expect(await desk.textOf(id, await keyOf('CLIENT', account))).toBeNull();
  });

  it('goes by what they were given now: a single seat is not the client account', async () => {
    const reader = new LedgerReader(own.appUrl);
    try {
      const texts = new KeptTexts(reader, textVaultOf([KEY]));
      const reservation = uuid(await desk.write()) ?? '';
      const { agencyId, owner, seat, clientAccount } = desk.agency;
      const reach = (clientAccountIds: string[], seatIds: string[]): Reach => ({
        ...{ clientAccountIds, seatIds, seatAccountIds: seatIds.map(() => clientAccount.id) },
      });
      const isTold = async (viewer: Partial<Viewer>) =>
        (await texts.byReservationIds({ ...owner, actor: 'member:somebody', ...viewer }, [reservation]))
          .size === 1;
      const ofSeat = reach([], [seat.id]);
      const ofAccount = reach([clientAccount.id], []);
      expect(await isTold({ role: 'MANAGER', reach: ofAccount })).toBe(true);
      expect(await isTold({ role: 'MANAGER', reach: ofSeat })).toBe(false);
      expect(await isTold({ role: 'MANAGER', reach: reach([], []) })).toBe(false);
      // Whoever asked, as long as the seat is theirs.
      const asker = { role: 'OPERATOR', actor: owner.actor } as const;
      expect(await isTold({ ...asker, reach: ofSeat })).toBe(true);
      expect(await isTold({ ...asker, reach: ofAccount })).toBe(true);
      expect(await isTold({ ...asker, reach: reach([], []) })).toBe(false);
      for (const role of ['ANALYST', 'CLIENT'] as const) {
        expect(await isTold({ role, actor: owner.actor, reach: ofAccount })).toBe(false);
        expect(await isTold({ role, actor: owner.actor, reach: null })).toBe(false);
      }
      expect(agencyId).toBe(owner.agencyId);
    } finally {
      await reader.close();
    }
  });
});
