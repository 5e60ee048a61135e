import type { DataSource, EntityManager } from 'typeorm';
import { Failure, refuse, type Refusal } from '../../errors.js';
import { normalizeProfileUrl } from '../../imports/profile-url.js';
import { ledgerOn, writeRows } from '../../ledger/books/manager-rows.js';
import { DO_NOT_CONTACT } from '../../ledger/books/people-tables.js';
import { recipientsOfPerson } from '../../ledger/people/one-person.js';
import { releaseHoldsOfPeople } from '../../ledger/release-holds.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import type { TextVault } from '../../tenancy/text-vault.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { deleteTextsOfPeople } from '../agency/text-keeping.rows.js';
import { forbiddenBeyondClientAccount, requireWhole } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import type { BusyWork } from '../busy-work.js';
import type { Changes } from '../changes.js';
import { writePersonExport } from './person.export.js';
import { writeTerms } from './prospect.storing.js';
import { recipientKey } from '../decisions/recipient-input.js';

// What the lists tell of people ($2), and of who has this address ($3) besides another one.
const OTHER_ADDRESSES = `
SELECT DISTINCT a.address FROM prospect p CROSS JOIN LATERAL (VALUES (p.profile_url), (p.sales_navigator_url)) AS a (address)
WHERE p.agency_id = $1 AND (p.recipient_id = ANY ($2::uuid[]) OR p.sales_navigator_url = $3)
  AND a.address IS NOT NULL AND a.address <> $3`;

export interface Erased {
  /** Prospects that are on no list since. */
  readonly prospects: number;
  /** What was held for the person, and was given back. */
  readonly released: number;
}

interface Parts {
  readonly changes: Changes;
  readonly audit: AuditLog;
  readonly fingerprints: Fingerprints;
  /** Null where this server has no key of texts. */
  readonly textVault: TextVault | null;
  /** One export of an agency at a time: it is long. */
  readonly busy: Pick<BusyWork, 'run'>;
}

/** A fingerprint that finds a person. */
interface PersonKey {
  readonly kind: 'PROFILE' | 'SALES_NAVIGATOR';
  readonly key_version: number;
  readonly fingerprint: Buffer;
}

/** What a person may ask of an agency: to be told what it has of them, and to have it erased. */
export class PersonService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: Parts,
  ) {}

  /**
   * Empties the one row that says who a person is, takes them off every list, and deletes what is kept of texts to them. The fingerprints stay, and with them a
   * mark of the whole agency: so nobody writes to them again, no list brings them back, and history stays countable.
   * Refuses with INVALID, NOT_FOUND and FORBIDDEN_FOR_ROLE.
   */
  async erasePerson(viewer: Viewer, profileUrl: string): Promise<Erased | Refusal> {
    const refusal = forbiddenBeyondClientAccount(viewer, 'erasePerson');
    if (refusal) return refusal;
    const normalized = normalizeProfileUrl(profileUrl);
    if (normalized === null) {
      return refuse('INVALID', 'profileUrl is no address of a LinkedIn profile.', 'profileUrl');
    }
    return this.parts.changes.make(viewer, async (manager, at) => {
      const { agencyId } = viewer;
      const people = await this.find(manager, agencyId, normalized);
      const [recipientId] = people;
      if (recipientId === undefined)
        return refuse('NOT_FOUND', 'Nobody is known by this address.', 'profileUrl');
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
      const released = await markForGood(manager, viewer, people, at);
      await this.parts.audit.write(manager, viewer, at, {
        verb: 'erasePerson',
        subjectKind: 'PERSON',
        subjectId: recipientId,
        before: {},
        after: { erased: true, prospects: taken.length },
      });
      return { prospects: taken.length, released };
    });
  }

  /**
   * Everything that the agency has of a person, as a text that has each row as `write` writes it; null where nobody is known by the
   * address. Throws FORBIDDEN.
   */
  async exportPerson(
    viewer: Viewer,
    profileUrl: string,
    write: (snapshot: object) => string,
  ): Promise<string | null> {
    requireWhole(viewer, 'exportPerson');
    const normalized = normalizeProfileUrl(profileUrl);
    if (normalized === null) {
      throw new Failure('BAD_USER_INPUT', '`profileUrl` is no address of a LinkedIn profile.');
    }
    const { textVault, busy } = this.parts;
    return busy.run(viewer, () =>
      inAgency(this.dataSource, viewer, async (manager) => {
        const people = await this.find(manager, viewer.agencyId, normalized);
        if (people.length === 0) return null;
        const at = await clockOf(manager);
        const telling = { at, textVault, write };
        return writePersonExport(await ledgerOn(manager), viewer.agencyId, people, telling);
      }),
    );
  }

  /**
   * The person of an address, and those who were made one with them. A list may tell both addresses of somebody since before
   * those who have a history by either were made one: then it says that they are all the same.
   */
  private async find(manager: EntityManager, agencyId: string, profileUrl: string): Promise<string[]> {
    const found = await this.findBy(manager, agencyId, [profileUrl]);
    const besides = await manager.query<{ address: string }[]>(OTHER_ADDRESSES, [
      ...[agencyId, found, profileUrl],
    ]);
    const others = await this.findBy(
      manager,
      agencyId,
      besides.map(({ address }) => address),
    );
    return [...new Set([...found, ...others])];
  }

  private async findBy(
    manager: EntityManager,
    agencyId: string,
    profileUrls: readonly string[],
  ): Promise<string[]> {
    const made = profileUrls.flatMap((profileUrl) => {
      const { kind, older = [], ...newest } = recipientKey(this.parts.fingerprints, agencyId, profileUrl);
      return [newest, ...older].map((one) => ({ kind, ...one }));
    });
    const rows = await manager.query<{ id: string }[]>(
      `SELECT k.recipient_id AS id FROM recipient_key k
       JOIN unnest($2::text[], $3::int2[], $4::bytea[]) AS n (kind, key_version, fingerprint)
         ON k.kind = n.kind AND k.key_version = n.key_version AND k.fingerprint = n.fingerprint
       WHERE k.agency_id = $1`,
      [
        agencyId,
        made.map(({ kind }) => kind),
        made.map(({ version }) => version),
        made.map(({ fingerprint }) => fingerprint),
      ],
    );
    const found = rows.map(({ id }) => id);
    const joined = await manager.query<{ id: string }[]>(
      `SELECT p.id FROM unnest($2::uuid[]) AS n (id) CROSS JOIN LATERAL unnest(${recipientsOfPerson('$1', 'n.id')}) AS p (id)`,
      [agencyId, found],
    );
    return [...new Set([...found, ...joined.map(({ id }) => id)])];
  }
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
async function markForGood(
  manager: EntityManager,
  viewer: Viewer,
  people: readonly string[],
  at: number,
): Promise<number> {
  const { agencyId, actor } = viewer;
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
