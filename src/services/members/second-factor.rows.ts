import type { EntityManager } from 'typeorm';
import type { Instant } from '../../quota/window.js';

export interface Ref {
  readonly agencyId: string;
  readonly memberId: string;
}

export interface FactorRow {
  readonly sealed_secret: Buffer;
  readonly confirmed_at: string | null;
  readonly tries: number;
  readonly tried_at: string;
  /** Of the one that is to take its place, and when it was made. */
  readonly next_sealed_secret: Buffer | null;
  readonly next_made_at: string | null;
}

/** Whoever replaces the factor shows a code of the new one soon, or begins again. */
const NEXT_LASTS_MS = 15 * 60_000;

/** Locked until the end. */
export async function factorOf(manager: EntityManager, ref: Ref): Promise<FactorRow | null> {
  const rows = await manager.query<FactorRow[]>(
    `SELECT sealed_secret, confirmed_at, next_sealed_secret, next_made_at, tries, tried_at
     FROM second_factor WHERE agency_id = $1 AND member_id = $2 FOR UPDATE`,
    [ref.agencyId, ref.memberId],
  );
  return rows[0] ?? null;
}

/** Which factor is in force, by when it was put in force; null where there is none. Each that takes its place has another one. */
export async function inForceSince(
  manager: EntityManager,
  { agencyId, memberId }: Ref,
): Promise<string | null> {
  const [row] = await manager.query<Pick<FactorRow, 'confirmed_at'>[]>(
    'SELECT confirmed_at FROM second_factor WHERE agency_id = $1 AND member_id = $2',
    [agencyId, memberId],
  );
  return row?.confirmed_at ?? null;
}

/** What a code is to be shown of: a factor that is set up, or the one that takes the place of the one in force. */
export function offeredBy(
  { confirmed_at: confirmedAt, sealed_secret, next_sealed_secret: next, next_made_at: madeAt }: FactorRow,
  at: Instant,
): Pick<FactorRow, 'sealed_secret'> | null {
  if (!confirmedAt) return { sealed_secret };
  return next && at < Number(madeAt) + NEXT_LASTS_MS ? { sealed_secret: next } : null;
}
