import type { DoNotContactKind } from '../../quota/person.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { distinctBy } from '../reading/distinct.js';
import type { PersonRef, SetMark } from './people-facts.js';
import type { EmployerKey } from './employers.js';
import { everyKeyOf } from './recipients.js';

/** What a mark is looked up by. */
interface MarkKey {
  readonly kind: DoNotContactKind;
  readonly version: number;
  readonly fingerprint: Buffer;
}

/** All that a mark on a person, or on an employer whom the caller tells, may have been set by. */
export function markKeysOf({ key, employers }: Pick<PersonRef, 'key' | 'employers'>): MarkKey[] {
  const person = everyKeyOf(key).map(({ version, fingerprint }) => ({
    kind: 'PERSON' as const,
    version,
    fingerprint,
  }));
  return [...person, ...keysOfEmployers(employers)];
}

/** The same of employers alone. */
export function keysOfEmployers(employers: readonly EmployerKey[]): MarkKey[] {
  return employers.flatMap((employer) =>
    [employer, ...employer.older].map(({ version, fingerprint }) => ({
      kind: employer.kind,
      version,
      fingerprint,
    })),
  );
}

export function markName({ kind, version, fingerprint }: MarkKey): string {
  return `${kind} ${version} ${fingerprint.toString('base64')}`;
}

const READ_MARKS: Statement = {
  name: 'read_marks',
  text: `
SELECT n.i AS index, m.scope_id AS "scopeId", m.created_at AS "setAt"
FROM unnest($1::int4[], $2::uuid[], $3::text[], $4::int2[], $5::bytea[]) AS n (i, agency_id, kind, key_version, fingerprint)
CROSS JOIN LATERAL (
  SELECT scope_id, created_at FROM do_not_contact m WHERE m.agency_id = n.agency_id AND m.kind = n.kind
    AND m.key_version = n.key_version AND m.fingerprint = n.fingerprint OFFSET 0) AS m`,
};

/** The marks on people and employers as the callers name them, known or not, by agency and markName(). */
export async function readMarks(
  transaction: LedgerTransaction,
  people: readonly Pick<PersonRef, 'agencyId' | 'key' | 'employers'>[],
): Promise<{ readonly agencyId: string; readonly name: string; readonly mark: SetMark }[]> {
  const named = people.flatMap((person) =>
    markKeysOf(person).map((key) => ({ agencyId: person.agencyId, ...key })),
  );
  const asked = distinctBy(named, (key) => `${key.agencyId} ${markName(key)}`);
  if (asked.length === 0) return [];
  const rows = await transaction.query<{ index: number; scopeId: string; setAt: number }>(READ_MARKS, [
    asked.map((_, index) => index),
    asked.map(({ agencyId }) => agencyId),
    asked.map(({ kind }) => kind),
    asked.map(({ version }) => version),
    asked.map(({ fingerprint }) => fingerprint),
  ]);
  return rows.map(({ index, ...row }) => {
    const key = asked[index]!;
    return { agencyId: key.agencyId, name: markName(key), mark: { kind: key.kind, ...row } };
  });
}
