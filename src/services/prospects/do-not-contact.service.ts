import type { EntityManager } from 'typeorm';
import { refuse, Refusal } from '../../errors.js';
import { normalizeProfileUrl } from '../../imports/profile-url.js';
import { writeRows } from '../../ledger/books/manager-rows.js';
import { DO_NOT_CONTACT } from '../../ledger/books/people-tables.js';
import { recipientsOfPerson } from '../../ledger/people/one-person.js';
import { releaseHoldsOfPeople } from '../../ledger/release-holds.js';
import type { DoNotContactKind } from '../../quota/person.js';
import type { Fingerprints, VersionedFingerprint } from '../../tenancy/fingerprint.js';
import type { Permission } from '../../tenancy/roles.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden, forbiddenBeyondClientAccount } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { checkText, NAME_LENGTH_MAX } from '../checks.js';
import { findClientAccount } from '../agency/client-account.service.js';
import { checkDomain, employerKey, recipientKey } from '../decisions/recipient-input.js';

/** Whom to leave alone: exactly one of person, company and domain; for one client account, or the whole agency. */
export interface DoNotContactTerms {
  readonly profileUrl?: string | null;
  readonly company?: string | null;
  readonly domain?: string | null;
  readonly clientAccountId?: string | null;
  readonly reason?: string | null;
}

export interface MarksChanged {
  /** 1, or 0 where it was so already. */
  readonly changed: number;
}

/** What a mark is found by: under the newest secret first, and under the older ones. */
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

const REASON_LENGTH_MAX = 1_000;
/** The kinds of keys that addresses of people are found by. */
const ADDRESSES = `'PROFILE', 'SALES_NAVIGATOR'`;

/** Whom the agency leaves alone. Fingerprints alone are kept: they outlive the person's data. */
export class DoNotContactService {
  constructor(
    private readonly changes: Changes,
    private readonly audit: AuditLog,
    private readonly fingerprints: Fingerprints,
  ) {}

  /** Marks, and gives back at once what is under way to these people. Refuses with INVALID, NOT_FOUND, FORBIDDEN_FOR_ROLE. */
  add(viewer: Viewer, terms: DoNotContactTerms): Promise<MarksChanged | Refusal> {
    return this.change(viewer, 'addDoNotContact', terms, async (manager, at, subject, scope) => {
      if ((await findMarks(manager, viewer, subject, scope)).length > 0) return null;
      const id = uuidAt(at);
      const rows = subject.made.map(({ version, fingerprint }) => ({
        agency_id: viewer.agencyId,
        id,
        scope_kind: scope.kind,
        scope_id: scope.id,
        kind: subject.kind,
        key_version: version,
        fingerprint,
        created_at: at,
        created_by: viewer.actor,
      }));
      await writeRows(manager, DO_NOT_CONTACT, rows);
      const clientAccountId = scope.kind === 'AGENCY' ? null : scope.id;
      const people = { agencyId: viewer.agencyId, ...subject, clientAccountId };
      await releaseHoldsOfPeople(manager, people, { because: 'DO_NOT_CONTACT', at, by: viewer.actor });
      return id;
    });
  }

  /**
   * Takes a mark back, of just that scope, by whichever address of the person it was set; and with it what people said to its
   * seats, of the agency to any. Refuses as `add` does, and with WRONG_STATE: the mark of an erased person stays.
   */
  remove(viewer: Viewer, terms: DoNotContactTerms): Promise<MarksChanged | Refusal> {
    return this.change(viewer, 'removeDoNotContact', terms, async (manager, _at, named, scope) => {
      const subject = await withAllAddresses(manager, viewer, named);
      const ids = await findMarks(manager, viewer, subject, scope);
      const [id] = ids;
      if (id !== undefined && scope.kind === 'AGENCY' && (await isOfErased(manager, viewer, subject))) {
        return refuse('WRONG_STATE', 'The person was erased: the mark of the agency stays.', 'profileUrl');
      }
      const ofSeats = await forgetMarksOfSeats(manager, viewer, subject, scope);
      if (id === undefined) return ofSeats[0] ?? null;
      await manager.query('DELETE FROM do_not_contact WHERE agency_id = $1 AND id = ANY ($2::uuid[])', [
        viewer.agencyId,
        ids,
      ]);
      return id;
    });
  }

  private async change(
    viewer: Viewer,
    permission: Permission & ('addDoNotContact' | 'removeDoNotContact'),
    terms: DoNotContactTerms,
    /** Answers with the id of the mark; null where nothing was to be done. */
    work: (
      manager: EntityManager,
      at: number,
      subject: Subject,
      scope: Scope,
    ) => Promise<string | Refusal | null>,
  ): Promise<MarksChanged | Refusal> {
    const clientAccountId = terms.clientAccountId ?? null;
    const refusal =
      clientAccountId === null
        ? (forbidden(viewer, permission) ?? forbiddenBeyondClientAccount(viewer, permission))
        : forbidden(viewer, permission);
    if (refusal) return refusal;
    const subject = this.read(viewer, terms);
    if (subject instanceof Refusal) return subject;
    return this.changes.make(viewer, async (manager, at) => {
      if (clientAccountId !== null && !(await findClientAccount(manager, viewer, clientAccountId))) {
        return refuse('NOT_FOUND', 'There is no such client account.', 'clientAccountId');
      }
      const scope: Scope =
        clientAccountId === null
          ? { kind: 'AGENCY', id: viewer.agencyId }
          : { kind: 'CLIENT_ACCOUNT', id: clientAccountId };
      const id = await work(manager, at, subject, scope);
      if (id instanceof Refusal) return id;
      if (id === null) return { changed: 0 };
      const mark = { kind: subject.kind, scopeKind: scope.kind, scopeId: scope.id };
      const told = { ...mark, reason: terms.reason ?? null };
      const isAdded = permission === 'addDoNotContact';
      await this.audit.write(manager, viewer, at, {
        verb: permission,
        subjectKind: 'DO_NOT_CONTACT',
        subjectId: id,
        before: isAdded ? {} : mark,
        after: isAdded ? told : { reason: told.reason },
      });
      return { changed: 1 };
    });
  }

  private read(
    { agencyId }: Viewer,
    { profileUrl, company, domain, reason }: DoNotContactTerms,
  ): Subject | Refusal {
    const given = [profileUrl, company, domain].filter((one) => one !== null && one !== undefined);
    if (given.length !== 1) {
      return refuse('INVALID', 'Give exactly one of profileUrl, company and domain.');
    }
    const wrong =
      checkText(company ?? undefined, NAME_LENGTH_MAX, 'company') ??
      checkText(domain ?? undefined, NAME_LENGTH_MAX, 'domain') ??
      checkDomain(domain ?? undefined, 'domain') ??
      checkText(reason ?? undefined, REASON_LENGTH_MAX, 'reason');
    if (wrong) return wrong;
    if (profileUrl !== null && profileUrl !== undefined) {
      const normalized = normalizeProfileUrl(profileUrl);
      if (normalized === null) {
        return refuse('INVALID', 'profileUrl is no address of a LinkedIn profile.', 'profileUrl');
      }
      const { kind, older = [], ...newest } = recipientKey(this.fingerprints, agencyId, normalized);
      return { kind: 'PERSON', keyKind: kind, made: [newest, ...older] };
    }
    const kind = company !== null && company !== undefined ? 'COMPANY' : 'DOMAIN';
    const key = employerKey(this.fingerprints, agencyId, kind, company ?? domain ?? '');
    if (key === null) return refuse('INVALID', 'company is blank.', 'company');
    const { older, version, fingerprint } = key;
    return { kind, keyKind: kind, made: [{ version, fingerprint }, ...older] };
  }
}

/** The same, by all that finds whoever is the same person. */
async function withAllAddresses(
  manager: EntityManager,
  { agencyId }: Viewer,
  subject: Subject,
): Promise<Subject> {
  const { kind, keyKind, made } = subject;
  if (kind !== 'PERSON') return subject;
  const others = await manager.query<VersionedFingerprint[]>(
    `SELECT DISTINCT o.key_version AS version, o.fingerprint FROM unnest($3::int2[], $4::bytea[]) AS n (version, fingerprint)
     JOIN recipient_key k ON k.agency_id = $1 AND k.kind = $2 AND k.key_version = n.version AND k.fingerprint = n.fingerprint
     CROSS JOIN LATERAL unnest(${recipientsOfPerson('$1', 'k.recipient_id')}) AS p (id)
     JOIN recipient_key o ON o.agency_id = $1 AND o.recipient_id = p.id AND o.kind IN (${ADDRESSES})`,
    [agencyId, keyKind, made.map(({ version }) => version), made.map(({ fingerprint }) => fingerprint)],
  );
  const isNamed = ({ fingerprint }: VersionedFingerprint) =>
    made.some((one) => one.fingerprint.equals(fingerprint));
  return { ...subject, made: [...made, ...others.filter((one) => !isNamed(one))] };
}

async function findMarks(
  manager: EntityManager,
  { agencyId }: Viewer,
  { kind, made }: Subject,
  scope: Scope,
): Promise<string[]> {
  const marks = await manager.query<{ id: string }[]>(
    `SELECT DISTINCT d.id FROM unnest($3::int2[], $4::bytea[]) AS n (version, fingerprint)
     JOIN do_not_contact d ON d.agency_id = $1 AND d.kind = $2 AND d.key_version = n.version
       AND d.fingerprint = n.fingerprint AND d.scope_id = $5`,
    [
      ...[agencyId, kind, made.map(({ version }) => version), made.map(({ fingerprint }) => fingerprint)],
      scope.id,
    ],
  );
  return marks.map(({ id }) => id);
}

/** Whether the mark is all that keeps an erased person from being written to. */
async function isOfErased(
  manager: EntityManager,
  { agencyId }: Viewer,
  { kind, made }: Subject,
): Promise<boolean> {
  if (kind !== 'PERSON') return false;
  const erased = await manager.query<unknown[]>(
    `SELECT 1 FROM recipient_key JOIN recipient r ON r.agency_id = $1 AND r.id = recipient_id
      WHERE recipient_key.agency_id = $1 AND kind IN (${ADDRESSES}) AND key_version = ANY ($2::int2[])
        AND fingerprint = ANY ($3::bytea[]) AND erased_at IS NOT NULL LIMIT 1`,
    [agencyId, made.map(({ version }) => version), made.map(({ fingerprint }) => fingerprint)],
  );
  return erased.length > 0;
}

/**
 * Of a client account those that were told to seats that it had then and has now: what was told to a seat of another one, or of that one
 * since, too, binds on, whoever has the seat. Answers their ids.
 */
async function forgetMarksOfSeats(
  manager: EntityManager,
  { agencyId }: Viewer,
  { kind, made }: Subject,
  scope: Scope,
): Promise<string[]> {
  if (kind !== 'PERSON') return [];
  const clientAccountId = scope.kind === 'AGENCY' ? null : scope.id;
  const marks = await manager.query<{ id: string }[]>(
    `SELECT DISTINCT d.id FROM unnest($2::int2[], $3::bytea[]) AS n (key_version, fingerprint)
     JOIN do_not_contact d ON d.agency_id = $1 AND d.kind = 'PERSON' AND d.scope_kind = 'SEAT'
       AND d.key_version = n.key_version AND d.fingerprint = n.fingerprint
     JOIN seat s ON s.agency_id = d.agency_id AND s.id = d.scope_id
     WHERE $4::uuid IS NULL OR s.client_account_id = $4 AND $4 = (
       SELECT a.client_account_id FROM seat_assignment a WHERE a.agency_id = d.agency_id AND a.seat_id = d.scope_id
         AND a.from_at <= d.created_at ORDER BY a.from_at DESC LIMIT 1)
       AND NOT EXISTS (SELECT FROM recipient_key k JOIN engagement e ON e.agency_id = k.agency_id AND e.seat_id = d.scope_id
         AND e.recipient_id = k.recipient_id AND e.kind = 'OPTED_OUT' AND e.client_account_id <> $4
         AND e.recorded_at >= d.created_at
         WHERE k.agency_id = d.agency_id AND k.kind IN (${ADDRESSES}) AND k.key_version = ANY ($2::int2[])
           AND k.fingerprint = ANY ($3::bytea[]))`,
    [
      agencyId,
      made.map(({ version }) => version),
      made.map(({ fingerprint }) => fingerprint),
      clientAccountId,
    ],
  );
  const forgotten = marks.map(({ id }) => id);
  await manager.query('DELETE FROM do_not_contact WHERE agency_id = $1 AND id = ANY ($2::uuid[])', [
    agencyId,
    forgotten,
  ]);
  return forgotten;
}
