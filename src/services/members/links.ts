import type { EntityManager } from 'typeorm';
import type { Instant } from '../../quota/window.js';
import { hasSecret, mintToken, type ParsedToken } from '../../tenancy/token.js';
import { uuidAt } from '../../tenancy/uuid.js';

/** Links that are good for one thing, once. */

export type LinkPurpose = 'INVITATION' | 'PASSWORD';

const HOUR_MS = 3_600_000;
const LASTS_MS: Readonly<Record<LinkPurpose, number>> = { INVITATION: 7 * 24 * HOUR_MS, PASSWORD: HOUR_MS };

export interface IssuedLink {
  /** `hr_link_…`: shown or sent once, kept nowhere. */
  readonly token: string;
  readonly expiresAt: Instant;
}

export interface FoundLink {
  readonly agencyId: string;
  readonly id: string;
  readonly memberId: string;
  readonly purpose: LinkPurpose;
}

/** Makes a link for a member; those before it for the same purpose are good for nothing any more. */
export async function issueLink(
  manager: EntityManager,
  { agencyId, memberId }: { readonly agencyId: string; readonly memberId: string },
  purpose: LinkPurpose,
  at: Instant,
): Promise<IssuedLink> {
  await endLinks(manager, { agencyId, memberId }, at, [purpose]);
  const id = uuidAt(at);
  const { token, secretSha256 } = mintToken('LINK', agencyId, id);
  const expiresAt = at + LASTS_MS[purpose];
  await manager.query(
    `INSERT INTO member_link (agency_id, id, member_id, purpose, secret_sha256, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [agencyId, id, memberId, purpose, secretSha256, at, expiresAt],
  );
  return { token, expiresAt };
}

/** Answers what for those were that were good until then. */
export async function endLinks(
  manager: EntityManager,
  { agencyId, memberId }: { readonly agencyId: string; readonly memberId: string },
  at: Instant,
  purposes: readonly LinkPurpose[] = ['INVITATION', 'PASSWORD'],
): Promise<LinkPurpose[]> {
  const [ended] = await manager.query<[{ purpose: LinkPurpose; was_good: boolean }[], number]>(
    `UPDATE member_link SET ended_at = $3
     WHERE agency_id = $1 AND member_id = $2 AND ended_at IS NULL AND purpose = ANY ($4::text[])
     RETURNING purpose, expires_at > $3 AS was_good`,
    [agencyId, memberId, at, purposes],
  );
  return ended.filter((link) => link.was_good).map(({ purpose }) => purpose);
}

/** The link of a token, if it is good at an instant: null for one that is used, replaced, expired or nobody's. */
export async function findLink(
  manager: EntityManager,
  token: ParsedToken,
  purpose: LinkPurpose,
  at: Instant,
): Promise<FoundLink | null> {
  const [row] = await manager.query<{ member_id: string; secret_sha256: Buffer }[]>(
    `SELECT member_id, secret_sha256 FROM member_link
     WHERE agency_id = $1 AND id = $2 AND purpose = $3 AND ended_at IS NULL AND expires_at > $4`,
    [token.agencyId, token.id, purpose, at],
  );
  if (!row || !hasSecret(token, row.secret_sha256)) return null;
  return { agencyId: token.agencyId, id: token.id, memberId: row.member_id, purpose };
}

/** Uses a link up. False where somebody else did meanwhile: then nothing may be done with it. */
export async function useLink(manager: EntityManager, link: FoundLink, at: Instant): Promise<boolean> {
  const [used] = await manager.query<[{ id: string }[], number]>(
    'UPDATE member_link SET ended_at = $3 WHERE agency_id = $1 AND id = $2 AND ended_at IS NULL RETURNING id',
    [link.agencyId, link.id, at],
  );
  return used.length === 1;
}

/** Whether a link was sent to the member's address; whoever runs this server hands over others. */
export async function wasSentAsLetter(manager: EntityManager, { agencyId, id }: FoundLink): Promise<boolean> {
  const [link] = await manager.query<[{ wasSent: boolean }]>(
    `SELECT EXISTS (SELECT FROM letter l WHERE ${isLetterOf('l', 'k')}) AS "wasSent"
     FROM member_link k WHERE k.agency_id = $1 AND k.id = $2`,
    [agencyId, id],
  );
  return link.wasSent;
}

/** Whether a letter is the one with a link, which was written with it: in SQL. */
export function isLetterOf(letter: string, link: string): string {
  return ['agency_id', 'member_id', 'created_at']
    .map((column) => `${letter}.${column} = ${link}.${column}`)
    .concat(`${letter}.kind = ${link}.purpose`)
    .join(' AND ');
}
