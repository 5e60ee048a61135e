import type { DataSource, EntityManager } from 'typeorm';
import { refuse, Refusal } from '../../errors.js';
import { mappingOf, readLeadsToAvoid, type LeadToAvoid } from '../../imports/lead-list.js';
import { readOverrides, type LeadMapping } from '../../imports/lead-mapping.js';
import { writeRows } from '../../ledger/books/manager-rows.js';
import { DO_NOT_CONTACT } from '../../ledger/books/people-tables.js';
import { LongWork } from '../../ledger/long-work.js';
import { releaseHoldsOfPeople } from '../../ledger/release-holds.js';
import type { DoNotContactKind } from '../../quota/person.js';
import { inAgency } from '../../tenancy/door.js';
import type { Fingerprints, VersionedFingerprint } from '../../tenancy/fingerprint.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden, forbiddenBeyondClientAccount } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { findClientAccount } from '../agency/client-account.service.js';
import { Rejections, refusedList, type DoNotContactReport, type ListRefused } from './lead-list.report.js';
import { ListEntry } from './list.entry.js';
import { Pieces, type ImportLeadList } from './lead-list.service.js';
import { employerKey, recipientKey } from '../decisions/recipient-input.js';

export type ImportDoNotContact = Omit<ImportLeadList, 'clientAccountId' | 'replace'> & {
  /** Null for the agency. */
  readonly clientAccountId: string | null;
};

interface Parts {
  readonly changes: Changes;
  readonly audit: AuditLog;
  readonly fingerprints: Fingerprints;
}

/** Whom a mark is on, found by fingerprints under each of the secrets. */
interface Subject {
  readonly kind: DoNotContactKind;
  /** As `recipient_key` and `recipient_employer` have it. */
  readonly keyKind: string;
  readonly made: readonly VersionedFingerprint[];
}

interface Scope {
  readonly kind: 'AGENCY' | 'CLIENT_ACCOUNT';
  readonly id: string;
}

type Marked = Record<'people' | 'companies' | 'domains', number>;

interface Counts {
  readonly marked: Marked;
  alreadyMarked: number;
  released: number;
}

/** Where marks are put, and what is told of it: so far, and of the piece that is marked. */
interface Marking {
  readonly scope: Scope;
  readonly counts: Counts;
  readonly entry: ListEntry;
  readonly isLast: boolean;
}

/**
 * Lists of whom to leave alone. Marks are looked up whenever somebody asks, so that a list binds every prospect and every
 * request at once, those that are told of later too.
 */
export class DoNotContactLists {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: Parts,
  ) {}

  /** Why no list at all would be taken; null where one would be read. */
  async refusalOf(viewer: Viewer, clientAccountId: string | null): Promise<Refusal | null> {
    if (clientAccountId === null) return forbiddenBeyondClientAccount(viewer, 'addDoNotContact');
    const refusal = forbidden(viewer, 'addDoNotContact');
    if (refusal) return refusal;
    const found = await inAgency(this.dataSource, viewer, (manager) =>
      findClientAccount(manager, viewer, clientAccountId),
    );
    return found ? null : refuse('NOT_FOUND', 'There is no such client account.', 'clientAccountId');
  }

  /**
   * Marks everybody on a list, and gives back what is held for them. A row with an address is a person; one without is a
   * company, by name, by domain or by both. Refuses as a mark does; with ListRefused what can't be read.
   */
  async importList(
    viewer: Viewer,
    input: ImportDoNotContact,
  ): Promise<DoNotContactReport | Refusal | ListRefused> {
    const refusal = await this.refusalOf(viewer, input.clientAccountId);
    if (refusal) return refusal;
    try {
      const mapping = await mappingOf(input.path, readOverrides(input.mapping ?? []), 'DO_NOT_CONTACT');
      return await this.read(viewer, input, mapping);
    } catch (error) {
      return refusedList(error);
    }
  }

  private async read(
    viewer: Viewer,
    input: ImportDoNotContact,
    mapping: LeadMapping,
  ): Promise<DoNotContactReport | Refusal> {
    const { clientAccountId, dryRun = false } = input;
    const counts: Counts = { marked: numbersOf([]), alreadyMarked: 0, released: 0 };
    const rejections = new Rejections();
    const scope: Scope =
      clientAccountId === null
        ? { kind: 'AGENCY', id: viewer.agencyId }
        : { kind: 'CLIENT_ACCOUNT', id: clientAccountId };
    const subject = { verb: 'addDoNotContact', subjectKind: scope.kind, subjectId: scope.id } as const;
    const entry = new ListEntry(this.parts.audit, viewer, subject);
    const told = new Pieces<LeadToAvoid>(input, rejections, async (rows, isLast) => {
      const subjects = await new LongWork(viewer.agencyId).each(rows, (row) =>
        this.subjectsOf(viewer.agencyId, row, rejections),
      );
      if (!dryRun) await this.mark(viewer, differing(subjects.flat()), { scope, counts, entry, isLast });
    });
    try {
      const rowsRead = await readLeadsToAvoid(input.path, mapping, await told.opened(), input.signal);
      await told.end();
      return {
        ...{ clientAccountId, dryRun, mapping: mapping.columns, rowsRead, ...counts, warnings: [] },
        ...{ rejected: rejections.first, rejectedTotal: rejections.total },
      };
    } finally {
      // What was written stays, so it is told as well.
      await entry.end(this.dataSource);
    }
  }

  /** Under the agency's book, as a single mark is. */
  private async mark(
    viewer: Viewer,
    subjects: readonly Subject[],
    { scope, counts, entry, isLast }: Marking,
  ): Promise<void> {
    const done = await this.parts.changes.make(viewer, async (manager, at) => {
      const known = await knownOf(manager, viewer.agencyId, subjects, scope);
      const strangers = subjects.filter(
        (subject) => !subject.made.some((made) => known.has(nameOf(subject, made))),
      );
      const written = strangers.flatMap(({ kind, made }) => {
        const id = uuidAt(at);
        return made.map(({ version, fingerprint }) => ({
          ...{ agency_id: viewer.agencyId, id, scope_kind: scope.kind, scope_id: scope.id },
          ...{ kind, key_version: version, fingerprint, created_at: at, created_by: viewer.actor },
        }));
      });
      await writeRows(manager, DO_NOT_CONTACT, written);
      let released = 0;
      for (const keyKind of new Set(strangers.map((subject) => subject.keyKind))) {
        const ofKind = strangers.filter((subject) => subject.keyKind === keyKind);
        const kind = ofKind[0]!.kind;
        const people = { agencyId: viewer.agencyId, kind, keyKind, made: ofKind.flatMap(({ made }) => made) };
        const clientAccountId = scope.kind === 'AGENCY' ? null : scope.id;
        const releasing = { because: 'DO_NOT_CONTACT', at, by: viewer.actor } as const;
        released += await releaseHoldsOfPeople(manager, { ...people, clientAccountId }, releasing);
      }
      const marked = numbersOf(strangers);
      await entry.write(manager, at, marked, isLast);
      return { marked, released };
    });
    if (done instanceof Refusal) return;
    const { marked, released } = done;
    entry.wrote(marked, isLast);
    counts.released += released;
    counts.alreadyMarked += subjects.length - (marked.people + marked.companies + marked.domains);
    counts.marked.people += marked.people;
    counts.marked.companies += marked.companies;
    counts.marked.domains += marked.domains;
  }

  private subjectsOf(
    agencyId: string,
    { line, profileUrls, company, companyDomain }: LeadToAvoid,
    rejections: Rejections,
  ): Subject[] {
    const { fingerprints } = this.parts;
    const people = profileUrls.map((url): Subject => {
      const { kind, older = [], ...newest } = recipientKey(fingerprints, agencyId, url);
      return { kind: 'PERSON', keyKind: kind, made: [newest, ...older] };
    });
    const companies = (['COMPANY', 'DOMAIN'] as const).flatMap((kind): Subject[] => {
      const name = kind === 'COMPANY' ? company : companyDomain;
      const key = name === null ? null : employerKey(fingerprints, agencyId, kind, name);
      if (!key) return [];
      const { older, version, fingerprint } = key;
      return [{ kind, keyKind: kind, made: [{ version, fingerprint }, ...older] }];
    });
    const all = [...people, ...companies];
    if (all.length === 0) rejections.add(line, 'names a company or a domain that is none');
    return all;
  }
}

function numbersOf(marked: readonly Subject[]): Marked {
  const count = (kind: DoNotContactKind): number => marked.filter((subject) => subject.kind === kind).length;
  return { people: count('PERSON'), companies: count('COMPANY'), domains: count('DOMAIN') };
}

/** What differs from one mark to another: its kind, and the fingerprint that it is found by. */
function nameOf({ kind }: Pick<Subject, 'kind'>, { version, fingerprint }: VersionedFingerprint): string {
  return `${kind} ${version} ${fingerprint.toString('base64')}`;
}

function differing(subjects: readonly Subject[]): Subject[] {
  return [...new Map(subjects.map((subject) => [nameOf(subject, subject.made[0]!), subject])).values()];
}

/** The fingerprints of these that marks of the scope are on. */
async function knownOf(
  manager: EntityManager,
  agencyId: string,
  subjects: readonly Subject[],
  scope: Scope,
): Promise<Set<string>> {
  const rows = await manager.query<{ kind: DoNotContactKind; key_version: number; fingerprint: Buffer }[]>(
    `SELECT kind, key_version, fingerprint FROM do_not_contact
     WHERE agency_id = $1 AND scope_id = $2 AND fingerprint = ANY ($3::bytea[])
       AND kind IN ('PERSON', 'COMPANY', 'DOMAIN') AND key_version = ANY ($4::int2[])`,
    [
      ...[agencyId, scope.id],
      subjects.flatMap(({ made }) => made.map(({ fingerprint }) => fingerprint)),
      [...new Set(subjects.flatMap(({ made }) => made.map(({ version }) => version)))],
    ],
  );
  return new Set(
    rows.map(({ kind, key_version: version, fingerprint }) => nameOf({ kind }, { version, fingerprint })),
  );
}
