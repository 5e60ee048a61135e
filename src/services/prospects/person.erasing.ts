import type { EntityManager } from 'typeorm';
import { writeRows } from '../../ledger/books/manager-rows.js';
import { DO_NOT_CONTACT } from '../../ledger/books/people-tables.js';
import { recipientsOfPerson } from '../../ledger/people/one-person.js';
import { releaseHoldsOfPeople } from '../../ledger/release-holds.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { deleteTextsOfPeople } from '../agency/text-keeping.rows.js';
import { writeTerms } from './prospect.terms.js';

/** A fingerprint that finds a person. */
interface PersonKey {
  readonly kind: 'PROFILE' | 'SALES_NAVIGATOR';
  readonly key_version: number;
  readonly fingerprint: Buffer;
}

/**
 * Empties the rows that say who some recipients are, takes them off every list, and deletes what is kept of texts to them, under the
 * agency's book. Answers how many were on lists.
 */
export async function emptyPeople(
  manager: EntityManager,
  agencyId: string,
  people: readonly string[],
  at: number,
): Promise<number> {
  await manager.query(
    `UPDATE recipient SET profile_url = NULL, told_as = NULL, name = NULL, company = NULL, company_domain = NULL,
       erased_at = coalesce(erased_at, $3) WHERE agency_id = $1 AND id = ANY ($2::uuid[])`,
    [agencyId, people, at],
  );
  await deleteTextsOfPeople(manager, agencyId, people);
  await forgetClaimKeys(manager, agencyId, people);
  const [taken] = await manager.query<[{ id: string }[], number]>(
    'DELETE FROM prospect WHERE agency_id = $1 AND recipient_id = ANY ($2::uuid[]) RETURNING id',
    [agencyId, people],
  );
  await writeTerms(manager, agencyId, { all: taken.map(({ id }) => id), now: [] });
  return taken.length;
}

// All who are the person, where some were erased and others not.
const HALF_ERASED = `
SELECT r.id FROM recipient r WHERE r.agency_id = $1 AND r.id = ANY ($2::uuid[])
  AND (SELECT bool_or(o.erased_at IS NOT NULL) AND bool_or(o.erased_at IS NULL) FROM recipient o
    WHERE o.agency_id = $1 AND o.id = ANY ($2::uuid[]))`;

/** Whoever turns out to be somebody who was erased is erased with them, under the agency's book. */
export async function eraseWithPerson(
  manager: EntityManager,
  {
    agencyId,
    recipientId,
    by,
  }: { readonly agencyId: string; readonly recipientId: string; readonly by: string },
  instant: () => Promise<number>,
): Promise<void> {
  const [person] = await manager.query<{ ids: string[] }[]>(
    `SELECT ${recipientsOfPerson('$1::uuid', '$2::uuid')} AS ids`,
    [agencyId, recipientId],
  );
  const half = await manager.query<{ id: string }[]>(HALF_ERASED, [agencyId, person?.ids ?? []]);
  if (half.length === 0) return;
  const people = half.map(({ id }) => id);
  const at = await instant();
  await emptyPeople(manager, agencyId, people, at);
  await markForGood(manager, { agencyId, actor: by }, people, at);
}

/** Whoever claimed a touch gave it a key of their own words, and may have named the person in it. */
async function forgetClaimKeys(
  manager: EntityManager,
  agencyId: string,
  people: readonly string[],
): Promise<void> {
  await manager.query(
    `UPDATE touch SET claim_key = NULL WHERE agency_id = $1 AND claim_key IS NOT NULL AND enrolment_id = ANY (ARRAY(
       SELECT id FROM enrolment WHERE agency_id = $1 AND recipient_id = ANY ($2::uuid[])))`,
    [agencyId, people],
  );
}

/** Marks a person by every fingerprint that finds them, and gives back what is held. */
export async function markForGood(
  manager: EntityManager,
  { agencyId, actor }: Pick<Viewer, 'agencyId' | 'actor'>,
  people: readonly string[],
  at: number,
): Promise<number> {
  const keys = await manager.query<PersonKey[]>(
    `SELECT kind, key_version, fingerprint FROM recipient_key k WHERE agency_id = $1 AND recipient_id = ANY ($2::uuid[])
       AND kind IN ('PROFILE', 'SALES_NAVIGATOR') AND NOT EXISTS (
         SELECT 1 FROM do_not_contact d WHERE d.agency_id = $1 AND d.kind = 'PERSON' AND d.scope_id = $1
           AND d.key_version = k.key_version AND d.fingerprint = k.fingerprint)`,
    [agencyId, people],
  );
  await writeRows(
    manager,
    DO_NOT_CONTACT,
    keys.map(({ key_version, fingerprint }) => ({
      ...{ agency_id: agencyId, id: uuidAt(at), scope_kind: 'AGENCY' as const, scope_id: agencyId },
      ...{ kind: 'PERSON' as const, key_version, fingerprint, created_at: at, created_by: actor },
    })),
  );
  let released = 0;
  for (const keyKind of ['PROFILE', 'SALES_NAVIGATOR'] as const) {
    const made = keys
      .filter(({ kind }) => kind === keyKind)
      .map(({ key_version: version, fingerprint }) => ({ version, fingerprint }));
    if (made.length === 0) continue;
    const found = { agencyId, kind: 'PERSON', keyKind, made, clientAccountId: null } as const;
    released += await releaseHoldsOfPeople(manager, found, { because: 'DO_NOT_CONTACT', at, by: actor });
  }
  return released;
}
