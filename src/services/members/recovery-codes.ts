import { createHash, randomBytes } from 'node:crypto';

/** 80 random bits: 16 letters and digits. */
const RECOVERY_CODE_BYTES = 10;
const CODE_DIGITS = 'abcdefghjkmnpqrstuvwxyz023456789';

/** `xxxx-xxxx-xxxx-xxxx`, of digits that are hard to mistake. */
export function newRecoveryCode(): string {
  let bits = BigInt(`0x${randomBytes(RECOVERY_CODE_BYTES).toString('hex')}`);
  let code = '';
  for (; code.length < 16; bits >>= 5n) code += CODE_DIGITS.charAt(Number(bits & 31n));
  return code.replace(/(.{4})(?=.)/g, '$1-');
}

/** How it is kept; however it was typed. */
export function recoveryHash(code: string): Buffer {
  return createHash('sha256')
    .update(code.toLowerCase().replaceAll(/[^a-z0-9]/g, ''))
    .digest();
}
