import type { DataSource, EntityManager } from 'typeorm';
import { DAY, MINUTE, type Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import type { ShownSession } from '../../tenancy/session-rows.js';
import { systemViewer } from '../../tenancy/viewer.js';
import { inForceSince, type Ref } from './second-factor.rows.js';
import { askerOf, type SignInParts } from './sign-in.js';
import { tooManyTries, type Try } from './sign-in.limits.js';

/** Codes that are looked at before there is a pause, and before the member is told again. */
const CODES_AT_ONCE = 5;
/** The first pause; each next one is twice as long, up to a day. */
const PAUSE_MS = 15 * MINUTE;
const PAUSE_MS_MAX = DAY;
/** Nobody tried for so long: it begins anew. */
const FORGOTTEN_MS = 7 * DAY;

/** A code, and the network address that it comes from. */
export interface ShownCode {
  readonly code: string;
  readonly place: string;
}

/** A code that was counted: which one of those tried of late it was. */
export interface CountedCode {
  readonly tried: Try;
  /** Which factor was in force: the network is known by that one alone. */
  readonly factor: string | null;
  readonly number: number;
  /** Null where it came from a network that the member came in from. */
  readonly pauseUntil: Instant | null;
}

interface BrakeRow {
  readonly tries: number;
  readonly tried_at: string;
  readonly next_try_at: string;
}

/**
 * Who tries codes has shown the password: whoever found it out would get through by trying on. So of what is tried from networks that
 * the member never came in from, all together, ever less is looked at, and the member is told. A member is kept out by none of that:
 * from where they came in before they have tries of their own, and a recovery code, which nobody guesses, is looked at in any case.
 */
export class CodeBrake {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: Pick<SignInParts, 'limits' | 'turns' | 'audit' | 'letters'>,
  ) {}

  /** Counts a code before it is looked at. Throws THROTTLED where it is one too many. */
  async count(session: ShownSession, { code, place }: ShownCode): Promise<CountedCode> {
    const tried = triedBy(session, place);
    const canBeGuessed = isOfAuthenticator(code);
    const ref = refOf(session);
    const factor = await inAgency(this.dataSource, askerOf(session), (manager) => inForceSince(manager, ref));
    const { turns, limits } = this.parts;
    const number = await turns.run(tried, () => limits.countCode(tried, factor, canBeGuessed));
    if (number !== null || !canBeGuessed) return { tried, factor, number: number ?? 0, pauseUntil: null };
    return inAgency(this.dataSource, askerOf(session), async (manager) => {
      const at = await clockOf(manager);
      return { tried, factor, ...(await countElsewhere(manager, ref, at)) };
    });
  }

  /** The code was none: of every few of them the member is told, and whoever reads the audit log. */
  async miss(session: ShownSession, { number, pauseUntil }: CountedCode): Promise<void> {
    if (number === 0 || number % CODES_AT_ONCE !== 0) return;
    const ref = refOf(session);
    const { audit, letters } = this.parts;
    await inAgency(this.dataSource, askerOf(session), async (manager) => {
      const at = await clockOf(manager);
      await audit.write(manager, systemViewer(ref.agencyId, 'signIn'), at, {
        ...{ verb: 'tryCodes', subjectKind: 'MEMBER', subjectId: ref.memberId, before: {} },
        after: { codesTried: number, ...(pauseUntil !== null && { codesTakenFrom: pauseUntil }) },
      });
      await letters.writeNotice(manager, ref, 'CODES_TRIED', at);
    });
    letters.send(ref.agencyId);
  }

  /** The code was right: the network is one that the member came in from, and slips of theirs are none any more. */
  async pass(session: ShownSession, { tried, factor, number, pauseUntil }: CountedCode): Promise<void> {
    await this.parts.limits.forget(tried, factor);
    // Whoever else tries isn't forgiven by the member's coming in.
    if (pauseUntil === null || number >= CODES_AT_ONCE) return;
    const ref = refOf(session);
    await inAgency(this.dataSource, askerOf(session), (manager) => forgetCodesTried(manager, ref));
  }
}

/** For the first of them that a member tried, to set a factor up. */
export function triedBy({ memberId }: ShownSession, place: string): Try {
  return { what: 'CODE', account: memberId, place };
}

/** As an authenticator shows them: there are a million. Anything else is a recovery code, or nothing. */
export function isOfAuthenticator(code: string): boolean {
  return /^\d{6}$/.test(code.replaceAll(/\s/g, ''));
}

/** Codes that were tried from elsewhere of late, and none was right. */
export function codesTriedOf(
  { tries, tried_at: triedAt }: Omit<BrakeRow, 'next_try_at'>,
  at: Instant,
): number {
  return at - Number(triedAt) < FORGOTTEN_MS ? tries : 0;
}

export async function forgetCodesTried(manager: EntityManager, { agencyId, memberId }: Ref): Promise<void> {
  await manager.query(
    'UPDATE second_factor SET tries = 0, tried_at = 0, next_try_at = 0 WHERE agency_id = $1 AND member_id = $2',
    [agencyId, memberId],
  );
}

async function countElsewhere(
  manager: EntityManager,
  { agencyId, memberId }: Ref,
  at: Instant,
): Promise<Omit<CountedCode, 'tried' | 'factor'>> {
  const [row] = await manager.query<BrakeRow[]>(
    'SELECT tries, tried_at, next_try_at FROM second_factor WHERE agency_id = $1 AND member_id = $2 FOR UPDATE',
    [agencyId, memberId],
  );
  // There is nothing to find out.
  if (!row) return { number: 0, pauseUntil: null };
  if (at < Number(row.next_try_at)) throw tooManyTries(Number(row.next_try_at) - at);
  const number = codesTriedOf(row, at) + 1;
  const pauseUntil = at + pauseAfter(number);
  await manager.query(
    'UPDATE second_factor SET tries = $3, tried_at = $4, next_try_at = $5 WHERE agency_id = $1 AND member_id = $2',
    [agencyId, memberId, number, at, pauseUntil],
  );
  return { number, pauseUntil };
}

function pauseAfter(number: number): number {
  if (number % CODES_AT_ONCE !== 0) return 0;
  const pauses = number / CODES_AT_ONCE;
  return Math.min(PAUSE_MS * 2 ** Math.min(pauses - 1, 10), PAUSE_MS_MAX);
}

function refOf({ viewer, memberId }: ShownSession): Ref {
  return { agencyId: viewer.agencyId, memberId };
}
