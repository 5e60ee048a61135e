import { mintToken, parseToken, type MintedToken, type ParsedToken } from './token.js';

/** API keys: `hr_live_<agency>_<key>_<secret><checksum>`, tokens that programs ask with. */

/** A new key: what is shown once, and what is kept. */
export interface MintedKey extends Omit<MintedToken, 'token'> {
  readonly key: string;
}

/** A well-formed key: whose it says it is, and the hash to compare with the one kept. */
export interface ParsedKey extends Omit<ParsedToken, 'id'> {
  readonly keyId: string;
}

export function mintKey(agencyId: string, keyId: string): MintedKey {
  const { token: key, ...kept } = mintToken('KEY', agencyId, keyId);
  return { key, ...kept };
}

/** Null for anything that no key looks like, whatever is wrong with it. Asks nobody. */
export function parseKey(key: string): ParsedKey | null {
  const parsed = parseToken('KEY', key);
  return parsed && { agencyId: parsed.agencyId, keyId: parsed.id, secretSha256: parsed.secretSha256 };
}
