import fc from 'fast-check';
import { type CursorOwner, cursorKeys, openCursor, sealCursor } from '../../src/schema/cursor.js';

const KEYS = cursorKeys('a server secret of the tests');
const OWNER: CursorOwner = { agencyId: '01890a5d-ac96-774b-bcce-b302099a8057', connection: 'seats' };
const POSITION = ['Ana Canary', '01890a5d-ac96-774b-bcce-b302099a8058'];

const parts = fc.oneof(fc.string({ maxLength: 200 }), fc.maxSafeInteger(), fc.constant(null));
const positions = fc.array(parts, { maxLength: 5 });

describe('cursors', () => {
  it('open to the position that they were sealed with', () => {
    fc.assert(
      fc.property(positions, (position) => {
        expect(openCursor(KEYS, OWNER, sealCursor(KEYS, OWNER, position))).toEqual(position);
      }),
    );
  });

  it('hold any text: quotes, line ends, halves of a surrogate pair', () => {
    for (const text of ['"', '\n\0', '  ends blank  ', '🦊', '\ud83e', '']) {
      expect(openCursor(KEYS, OWNER, sealCursor(KEYS, OWNER, [text]))).toEqual([text]);
    }
  });

  it('open in another process that has the secret, and in none that has another', () => {
    const cursor = sealCursor(KEYS, OWNER, POSITION);
    expect(openCursor(cursorKeys('a server secret of the tests'), OWNER, cursor)).toEqual(POSITION);
    expect(openCursor(cursorKeys('another secret'), OWNER, cursor)).toBeNull();
  });

  it('open under the secret before, while that is known, and are sealed under the newest', () => {
    const replaced = cursorKeys('another secret', 'a server secret of the tests');
    expect(openCursor(replaced, OWNER, sealCursor(KEYS, OWNER, POSITION))).toEqual(POSITION);
    expect(openCursor(replaced, { ...OWNER, connection: 'x' }, sealCursor(KEYS, OWNER, POSITION))).toBeNull();
    const newest = cursorKeys('another secret');
    expect(sealCursor(replaced, OWNER, POSITION)).toBe(sealCursor(newest, OWNER, POSITION));
    expect(openCursor(newest, OWNER, sealCursor(KEYS, OWNER, POSITION))).toBeNull();
  });

  it('open for their own agency and list alone', () => {
    const cursor = sealCursor(KEYS, OWNER, POSITION);
    expect(
      openCursor(KEYS, { ...OWNER, agencyId: '01890a5d-ac96-774b-bcce-b302099a8059' }, cursor),
    ).toBeNull();
    expect(openCursor(KEYS, { ...OWNER, connection: 'decisions' }, cursor)).toBeNull();
  });

  it('do not confuse an agency and a list whose names run together', () => {
    const cursor = sealCursor(KEYS, { agencyId: 'a', connection: 'bc' }, POSITION);
    expect(openCursor(KEYS, { agencyId: 'ab', connection: 'c' }, cursor)).toBeNull();
    expect(openCursor(KEYS, { agencyId: 'a","bc', connection: '' }, cursor)).toBeNull();
  });

  it('are refused when a single bit is changed, anywhere', () => {
    const bytes = Buffer.from(sealCursor(KEYS, OWNER, POSITION), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(openCursor(KEYS, OWNER, changed.toString('base64url'))).toBeNull();
    }
  });

  it('are refused when cut, lengthened, or spelled otherwise', () => {
    const cursor = sealCursor(KEYS, OWNER, POSITION);
    for (let length = 0; length < cursor.length; length++) {
      expect(openCursor(KEYS, OWNER, cursor.slice(0, length))).toBeNull();
    }
    for (const other of [`${cursor}A`, `${cursor}=`, ` ${cursor}`, `${cursor}\n`, cursor.repeat(100)]) {
      expect(openCursor(KEYS, OWNER, other)).toBeNull();
    }
  });

  it('have one spelling: the spare bits of the last character are no other cursor', () => {
    // Lengths of 1, 2 and 3 bytes over: some of these have spare bits in their last character.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (const size of [0, 1, 70, 140]) {
      const cursor = sealCursor(KEYS, OWNER, ['x'.repeat(size)]);
      for (const last of alphabet) {
        const other = cursor.slice(0, -1) + last;
        if (other !== cursor) expect(openCursor(KEYS, OWNER, other)).toBeNull();
      }
    }
  });

  it('are refused when made up', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(openCursor(KEYS, OWNER, Buffer.from(bytes).toString('base64url'))).toBeNull();
        expect(openCursor(KEYS, OWNER, Buffer.from([1, ...bytes]).toString('base64url'))).toBeNull();
      }),
    );
    for (const text of ['', 'not a cursor', 'null', '[]', Buffer.from('["Ana"]').toString('base64')]) {
      expect(openCursor(KEYS, OWNER, text)).toBeNull();
    }
  });

  it('tell nothing: not the row, not the agency, not how long a name is', () => {
    const cursor = sealCursor(KEYS, OWNER, POSITION);
    const bytes = Buffer.from(cursor, 'base64url');
    for (const secret of ['Ana', 'Canary', 'seats', OWNER.agencyId])
      expect(bytes.includes(secret)).toBe(false);
    expect(sealCursor(KEYS, OWNER, ['Al', 1]).length).toBe(
      sealCursor(KEYS, OWNER, ['Alexandra-Maria', 1]).length,
    );
  });

  it('are the same for the same row, and share no beginning with its neighbours', () => {
    expect(sealCursor(KEYS, OWNER, ['Ana', 1])).toBe(sealCursor(KEYS, OWNER, ['Ana', 1]));
    const starts = [1, 2, 3].map((id) => sealCursor(KEYS, OWNER, ['Ana', id]).slice(0, 12));
    expect(new Set(starts).size).toBe(3);
    const other = sealCursor(KEYS, { ...OWNER, connection: 'apiKeys' }, ['Ana', 1]);
    expect(other.slice(2, 18)).not.toBe(sealCursor(KEYS, OWNER, ['Ana', 1]).slice(2, 18));
  });
});
