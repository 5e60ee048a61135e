import type { EntityManager } from 'typeorm';
import { employerRows, writeEmployers, type EmployerKey } from '../../ledger/people/employers.js';
import { recipientsOfPerson } from '../../ledger/people/one-person.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { employersOf } from '../decisions/recipient-input.js';
import type { Prospect } from './prospect.rows.js';

/** Where somebody works, as the list of a client account shows it. */
export type ListedWork = Pick<Prospect, 'recipientId' | 'clientAccountId' | 'company' | 'companyDomain'>;

interface Keys {
  readonly fingerprints: Fingerprints;
  readonly agencyId: string;
}

/** Keeps by what a mark on a company or its domain binds people of lists. Answers of whom it is not kept. */
export function writeEmployersOf(
  manager: EntityManager,
  { fingerprints, agencyId }: Keys,
  people: readonly ListedWork[],
): Promise<Set<string>> {
  const made = new Map<string, readonly EmployerKey[]>();
  const keysOf = (terms: Partial<ListedWork>): readonly EmployerKey[] => {
    const name = JSON.stringify(terms);
    const keys = made.get(name) ?? employersOf(fingerprints, agencyId, terms);
    made.set(name, keys);
    return keys;
  };
  const told = people.flatMap(({ recipientId, clientAccountId, company, companyDomain }) =>
    employerRows({ agencyId, recipientId, scopeId: agencyId }, [
      ...keysOf({ company }),
      ...keysOf({ companyDomain }),
    ]).map((row) => ({ ...row, client_account_id: clientAccountId })),
  );
  return writeEmployers(manager, told);
}

const LISTED_WORK = `
SELECT l.recipient_id AS "recipientId", l.client_account_id AS "clientAccountId", l.company, l.company_domain AS "companyDomain"
FROM (SELECT ${recipientsOfPerson('$1::uuid', '$2::uuid')} AS ids OFFSET 0) AS p
JOIN prospect l ON l.agency_id = $1 AND l.recipient_id = ANY (p.ids)
ORDER BY l.id`;

/**
 * Keeps what each list shows of somebody who was made one with others: so many are kept of one person that what one list tells could
 * take the room of what another shows, and the mark of whoever shows it is to bind them all the same.
 */
export async function keepListedEmployers(
  manager: EntityManager,
  keys: Keys,
  recipientId: string,
): Promise<void> {
  const listed = await manager.query<ListedWork[]>(LISTED_WORK, [keys.agencyId, recipientId]);
  await writeEmployersOf(manager, keys, listed);
}
