import { timingSafeEqual } from 'node:crypto';
import type { Instant } from '../../quota/window.js';
import { comparable, type Lock } from '../../tenancy/accounts.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import type { Sealer } from '../../tenancy/sealed.js';
import { bytesOf, instantOf, uuidAt, uuidFrom } from '../../tenancy/uuid.js';
import type { BegunSession } from './sessions.js';
import { DEVICE_LASTS_SECONDS, type SignInLimits, type Try } from './sign-in.limits.js';

const ID_BYTES = 16;
const FINGERPRINT_BYTES = 32;
/** Before it the epochs were an address's, whatever its password: browsers that came in then are strangers once. */
const VERSION = 2;

/** Where somebody comes from. */
export interface CameFrom {
  /** The network address. */
  readonly place: string;
  /** What the browser says it is known by. */
  readonly device?: string | undefined;
}

/**
 * Browsers that somebody came in with, as OWASP's device cookies have it: a number, and a keyed fingerprint of it with the address and
 * what is kept of the password that was shown. So a browser is known for the one address, until it has another password or whoever has
 * that password signs out everywhere; and the same is asked and reckoned for an address that nobody has. Whoever takes the cookie has a few tries
 * (`SignInLimits`) and no session. Who came by a provider gets none: its owner says who that is, and showed no password.
 */
export class Devices {
  constructor(
    private readonly fingerprints: Fingerprints,
    private readonly sealer: Sealer,
    private readonly limits: Pick<SignInLimits, 'deviceEpoch'>,
  ) {}

  /** What a browser is known by from now on. */
  async make(account: string, passwordHash: string | null, at: Instant): Promise<string> {
    const id = uuidAt(at);
    const fingerprint = await this.fingerprintOf(id, account, passwordHash);
    return Buffer.concat([bytesOf(id), fingerprint]).toString('base64url');
  }

  /** A try of the password of an address, by the browser that it comes from where that one is known. */
  async tryFrom({ place, device = '' }: CameFrom, account: string, lock: Lock, at: Instant): Promise<Try> {
    return { account, place, lock, device: await this.idOf(device, account, lock.passwordHash, at) };
  }

  /** Gives away nothing while the session waits for its second factor: it is told by nobody but this server, behind that. */
  hold({ id }: Pick<BegunSession, 'id'>, device: string): string {
    return this.sealer.seal('DEVICE', [id], device).toString('base64url');
  }

  /** What was held while a session waited; null where it was of another one, or is none. */
  release({ id }: Pick<BegunSession, 'id'>, held: string): string | null {
    return this.sealer.tryToOpen('DEVICE', [id], Buffer.from(held, 'base64url'));
  }

  private async idOf(
    device: string,
    account: string,
    passwordHash: string | null,
    at: Instant,
  ): Promise<string | null> {
    const bytes = Buffer.from(device, 'base64url');
    if (bytes.length !== ID_BYTES + FINGERPRINT_BYTES) return null;
    const id = uuidFrom(bytes.subarray(0, ID_BYTES));
    const fingerprint = await this.fingerprintOf(id, account, passwordHash);
    const isOurs = timingSafeEqual(fingerprint, bytes.subarray(ID_BYTES));
    return isOurs && at - instantOf(id) < DEVICE_LASTS_SECONDS * 1_000 ? id : null;
  }

  /** Under the newest secret alone: what ended those of before is kept under that of then, and is not found any more. */
  private async fingerprintOf(id: string, account: string, passwordHash: string | null): Promise<Buffer> {
    const epoch = await this.limits.deviceEpoch(account, passwordHash);
    return this.fingerprints.of('DEVICE', '', id, comparable(account), passwordHash, epoch, VERSION);
  }
}
