import type { EntityManager } from 'typeorm';
import type { FilterTerms } from '../../outreach/segment.js';
import type { Viewer } from '../../tenancy/viewer.js';

/** A saved filter of a client account's list, evaluated whenever somebody asks. */
export interface Segment {
  readonly id: string;
  readonly clientAccountId: string;
  readonly name: string;
  readonly filter: FilterTerms;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** As TypeORM reads it: bigints are texts. */
type SegmentRow = Omit<Segment, 'createdAt' | 'updatedAt'> & {
  readonly createdAt: string;
  readonly updatedAt: string;
};

const COLUMNS = `id, client_account_id AS "clientAccountId", name, filter->'filter' AS filter, created_at AS "createdAt",
  updated_at AS "updatedAt"`;

// Of the client accounts that the viewer sees whole: what a list says is theirs alone, and so is whom they mean.
const IS_SEEN = `agency_id = $1 AND ($2::uuid[] IS NULL OR client_account_id = ANY ($2::uuid[]))`;

function seenBy({ agencyId, reach }: Viewer): unknown[] {
  return [agencyId, reach?.clientAccountIds ?? null];
}

function fromRow(row: SegmentRow): Segment {
  return { ...row, createdAt: Number(row.createdAt), updatedAt: Number(row.updatedAt) };
}

/** By their ids, as far as the viewer sees them. */
export async function readSegments(
  manager: EntityManager,
  viewer: Viewer,
  ids: readonly string[],
): Promise<Segment[]> {
  const rows = await manager.query<SegmentRow[]>(
    `SELECT ${COLUMNS} FROM segment WHERE ${IS_SEEN} AND id = ANY ($3::uuid[])`,
    [...seenBy(viewer), ids],
  );
  return rows.map(fromRow);
}

export async function findSegment(
  manager: EntityManager,
  viewer: Viewer,
  id: string,
): Promise<Segment | null> {
  const [segment] = await readSegments(manager, viewer, [id]);
  return segment ?? null;
}

/** In order of name, so many behind a place; of one client account, or of all that the viewer sees. */
export async function listSegments(
  manager: EntityManager,
  viewer: Viewer,
  clientAccountId: string | null,
  { rows, after }: { readonly rows: number; readonly after: { text: string; id: string } | null },
): Promise<Segment[]> {
  const found = await manager.query<SegmentRow[]>(
    `SELECT ${COLUMNS} FROM segment WHERE ${IS_SEEN} AND ($3::uuid IS NULL OR client_account_id = $3)
       AND ($4::text IS NULL OR (name, id) > ($4, $5::uuid))
     ORDER BY name, id LIMIT $6`,
    [...seenBy(viewer), clientAccountId, after?.text ?? null, after?.id ?? null, rows],
  );
  return found.map(fromRow);
}

export async function countSegments(
  manager: EntityManager,
  viewer: Viewer,
  clientAccountId: string | null,
): Promise<number> {
  const [row] = await manager.query<{ count: string }[]>(
    `SELECT count(*) AS count FROM segment WHERE ${IS_SEEN} AND ($3::uuid IS NULL OR client_account_id = $3)`,
    [...seenBy(viewer), clientAccountId],
  );
  return Number(row?.count ?? 0);
}

export async function isNameTaken(
  manager: EntityManager,
  { agencyId }: Viewer,
  { id, clientAccountId, name }: Pick<Segment, 'id' | 'clientAccountId' | 'name'>,
): Promise<boolean> {
  const rows = await manager.query<object[]>(
    'SELECT 1 FROM segment WHERE agency_id = $1 AND client_account_id = $2 AND name = $3 AND id <> $4',
    [agencyId, clientAccountId, name, id],
  );
  return rows.length > 0;
}

export async function insertSegment(
  manager: EntityManager,
  { agencyId }: Viewer,
  { id, clientAccountId, name, filter, createdAt, updatedAt }: Segment,
): Promise<void> {
  await manager.query('INSERT INTO segment VALUES ($1, $2, $3, $4, $5, $6, $7)', [
    ...[agencyId, id, clientAccountId, name, { v: 1, filter }, createdAt, updatedAt],
  ]);
}

export async function alterSegment(
  manager: EntityManager,
  { agencyId }: Viewer,
  { id, name, filter, updatedAt }: Segment,
): Promise<void> {
  await manager.query(
    'UPDATE segment SET name = $3, filter = $4, updated_at = $5 WHERE agency_id = $1 AND id = $2',
    [agencyId, id, name, { v: 1, filter }, updatedAt],
  );
}

export async function deleteSegment(manager: EntityManager, { agencyId }: Viewer, id: string): Promise<void> {
  await manager.query('DELETE FROM segment WHERE agency_id = $1 AND id = $2', [agencyId, id]);
}
