import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { mintKey, parseKey } from '../../src/tenancy/api-key.js';
import { hasSecret } from '../../src/tenancy/token.js';

const uuid = fc.uuid();

describe('API keys', () => {
  it('tell whose they are, and are known by the hash that is kept', () => {
    fc.assert(
      fc.property(uuid, uuid, (agencyId, keyId) => {
        const minted = mintKey(agencyId, keyId);
        const parsed = parseKey(minted.key);
        expect(minted.key).toMatch(/^hr_live_[0-9A-Za-z]{22}_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}$/);
        expect(parsed).toMatchObject({ agencyId, keyId });
        expect(parsed && hasSecret(parsed, minted.secretSha256)).toBe(true);
      }),
      {
        numRuns: 200,
        examples: [['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']],
      },
    );
  });

  it('keep the SHA-256 of the secret, and show of it nothing in the prefix', () => {
    const agencyId = '0192f0c0-0000-7000-8000-000000000001';
    const { key, prefix, secretSha256 } = mintKey(agencyId, agencyId);
    const secret = key.slice(prefix.length + 1, -6);
    expect(key.startsWith(`${prefix}_`)).toBe(true);
    expect(secret).toHaveLength(43);
    expect(secretSha256).toEqual(createHash('sha256').update(secret).digest());
  });

  it('never come twice', () => {
    const id = '0192f0c0-0000-7000-8000-000000000001';
    expect(new Set(Array.from({ length: 1_000 }, () => mintKey(id, id).key)).size).toBe(1_000);
  });

  it('with one character changed, left out, doubled or moved are known to be wrong, offline', () => {
    const id = '0192f0c0-0000-7000-8000-000000000001';
    const { key } = mintKey(id, id);
    const positions = [...key].map((_, index) => index);
    for (const at of positions) {
      const [before, character, after] = [key.slice(0, at), key.charAt(at), key.slice(at + 1)];
      expect(parseKey(`${before}${character === 'a' ? 'b' : 'a'}${after}`)).toBeNull();
      expect(parseKey(before + after)).toBeNull();
      expect(parseKey(before + character + character + after)).toBeNull();
      if (character !== after.charAt(0) && after !== '') {
        expect(parseKey(before + after.charAt(0) + character + after.slice(1))).toBeNull();
      }
    }
  });

  it.each(['', 'hr_live_', 'hr_live_a_b_c', 'Bearer x', '\0', 'hr_live_'.repeat(99)])(
    'are not %j',
    (text) => {
      expect(parseKey(text)).toBeNull();
    },
  );

  it('know another secret from their own', () => {
    const id = '0192f0c0-0000-7000-8000-000000000001';
    const parsed = parseKey(mintKey(id, id).key);
    expect(parsed && hasSecret(parsed, mintKey(id, id).secretSha256)).toBe(false);
    expect(parsed && hasSecret(parsed, Buffer.alloc(0))).toBe(false);
  });
});
