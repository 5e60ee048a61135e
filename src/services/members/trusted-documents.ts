import { createHash } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { refuse, type Refusal } from '../../errors.js';
import { writeRows } from '../../ledger/books/manager-rows.js';
import type { Table } from '../../ledger/books/rows.js';
import type { Instant } from '../../quota/window.js';
import { inAgency } from '../../tenancy/door.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbiddenBeyondClientAccount, requireWhole } from './access.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { canBeKept } from '../checks.js';
import { inTurns } from '../in-turns.js';
import { afterId, pageOf, type Page, type PageAsked } from '../page.js';

/** Of one agency. */
const DOCUMENTS_MAX = 1_000;
/** At once. */
const REGISTERED_MAX = 100;
const REMOVED_MAX = 1_000;
/** In UTF-16 code units. */
export const TEXT_LENGTH_MAX = 50_000;

export interface TrustedDocument {
  /** Of the text, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly text: string;
  readonly registeredAt: Instant;
}

/** What is wrong with a text as a document, in words; null where nothing is. */
export type WrongWith = (text: string) => string | null;

/** The documents that an agency registered: what a key of `trustedDocumentsOnly` may send, and nothing besides. */
export class TrustedDocuments {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: Changes,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Registers texts as they are, to the last blank; one that is registered already is a no-op. Answers all of them in their
   * order. Refuses with FORBIDDEN_FOR_ROLE and INVALID, and then registers none.
   */
  async register(
    viewer: Viewer,
    texts: readonly string[],
    wrongWith: WrongWith,
  ): Promise<{ readonly documents: readonly TrustedDocument[] } | Refusal> {
    const refusal = refuseToChange(viewer, 'registerDocuments') ?? (await checkTexts(texts, wrongWith));
    if (refusal) return refusal;
    return this.changes.make(viewer, async (manager, at) => {
      const { agencyId } = viewer;
      const known = await readDocuments(manager, agencyId, texts.map(sha256Of));
      const added = [...new Set(texts)].filter((text) => !known.has(sha256Of(text)));
      if (added.length > 0) {
        const rows = added.map((text) => rowOf(agencyId, text, at));
        await writeRows(manager, TRUSTED_DOCUMENT, rows);
      }
      if ((await countOf(manager, agencyId)) > DOCUMENTS_MAX) {
        return refuse('INVALID', `An agency registers ${DOCUMENTS_MAX} documents at most.`, 'documents');
      }
      const sha256s = added.map(sha256Of).toSorted();
      await this.tell(manager, viewer, at, 'registerDocuments', { before: [], after: sha256s });
      const found = await readDocuments(manager, agencyId, texts.map(sha256Of));
      return { documents: texts.flatMap((text) => found.get(sha256Of(text)) ?? []) };
    });
  }

  /** Takes documents away: whoever may send nothing else is refused them from now on. Answers those that there were. */
  async remove(
    viewer: Viewer,
    sha256s: readonly string[],
  ): Promise<{ readonly removed: readonly string[] } | Refusal> {
    const refusal = refuseToChange(viewer, 'removeDocuments');
    if (refusal) return refusal;
    if (sha256s.length > REMOVED_MAX) {
      return refuse('INVALID', `Remove ${REMOVED_MAX} documents at most at once.`, 'sha256s');
    }
    const wrong = sha256s.findIndex((sha256) => !isSha256(sha256));
    if (wrong >= 0) {
      return refuse('INVALID', 'A SHA-256 is 64 hexadecimal digits.', 'sha256s', String(wrong));
    }
    return this.changes.end(viewer, async (manager, at) => {
      const [gone] = await manager.query<[{ sha256: string }[], number]>(
        `DELETE FROM trusted_document WHERE agency_id = $1 AND encode(sha256, 'hex') = ANY ($2::text[])
         RETURNING encode(sha256, 'hex') AS sha256`,
        [viewer.agencyId, sha256s.map((sha256) => sha256.toLowerCase())],
      );
      const removed = gone.map(({ sha256 }) => sha256).toSorted();
      await this.tell(manager, viewer, at, 'removeDocuments', { before: removed, after: [] });
      return { removed };
    });
  }

  /** In order of their hashes. Throws FORBIDDEN where the role may not see them. */
  async documents(viewer: Viewer, asked: PageAsked): Promise<Page<TrustedDocument>> {
    requireWhole(viewer, 'trustedDocuments');
    const after = afterId(asked);
    return inAgency(this.dataSource, viewer, async (manager) => {
      const rows = await manager.query<DocumentRow[]>(
        `${SELECT} AND ($2::text IS NULL OR sha256 > decode($2, 'hex')) ORDER BY sha256 LIMIT $3`,
        [viewer.agencyId, after, asked.rows + 1],
      );
      return pageOf(rows.map(documentOf), asked, ({ sha256 }) => [sha256]);
    });
  }

  count(viewer: Viewer): Promise<number> {
    requireWhole(viewer, 'trustedDocuments');
    return inAgency(this.dataSource, viewer, (manager) => countOf(manager, viewer.agencyId));
  }

  /** The text that is registered under a hash; null where none is. For everybody of the agency: to be sent. */
  async textOf(viewer: Viewer, sha256: string): Promise<string | null> {
    return inAgency(this.dataSource, viewer, async (manager) => {
      return (await readDocuments(manager, viewer.agencyId, [sha256])).get(sha256)?.text ?? null;
    });
  }

  private tell(
    manager: EntityManager,
    viewer: Viewer,
    at: Instant,
    verb: 'registerDocuments' | 'removeDocuments',
    { before, after }: { readonly before: readonly string[]; readonly after: readonly string[] },
  ): Promise<void> {
    return this.audit.write(manager, viewer, at, {
      ...{ verb, subjectKind: 'TRUSTED_DOCUMENTS', subjectId: viewer.agencyId },
      ...{ before: { documentSha256s: before }, after: { documentSha256s: after } },
    });
  }
}

interface DocumentRow {
  readonly sha256: string;
  readonly text: string;
  readonly registered_at: string;
}

const SELECT = `SELECT encode(sha256, 'hex') AS sha256, text, registered_at FROM trusted_document WHERE agency_id = $1`;

export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Whether a text is a SHA-256, as callers write it. */
export function isSha256(text: string): boolean {
  return /^[0-9a-f]{64}$/i.test(text);
}

interface NewRow {
  agency_id: string;
  sha256: Buffer;
  text: string;
  registered_at: Instant;
}

const TRUSTED_DOCUMENT: Table<NewRow> = {
  name: 'trusted_document',
  columns: { agency_id: 'uuid', sha256: 'bytea', text: 'text', registered_at: 'int8' },
};

function rowOf(agencyId: string, text: string, at: Instant): NewRow {
  return { agency_id: agencyId, sha256: Buffer.from(sha256Of(text), 'hex'), text, registered_at: at };
}

async function readDocuments(
  manager: EntityManager,
  agencyId: string,
  sha256s: readonly string[],
): Promise<Map<string, TrustedDocument>> {
  const rows = await manager.query<DocumentRow[]>(
    `${SELECT} AND sha256 = ANY (ARRAY(SELECT decode(n, 'hex') FROM unnest($2::text[]) AS n))`,
    [agencyId, sha256s],
  );
  return new Map(rows.map((row) => [row.sha256, documentOf(row)]));
}

function documentOf({ sha256, text, registered_at: registeredAt }: DocumentRow): TrustedDocument {
  return { sha256, text, registeredAt: Number(registeredAt) };
}

async function countOf(manager: EntityManager, agencyId: string): Promise<number> {
  const [counted] = await manager.query<{ documents: number }[]>(
    'SELECT count(*)::int4 AS documents FROM trusted_document WHERE agency_id = $1',
    [agencyId],
  );
  return counted?.documents ?? 0;
}

/** A key that may send registered documents alone would register whatever it likes to send. */
function refuseToChange(viewer: Viewer, permission: 'registerDocuments' | 'removeDocuments'): Refusal | null {
  const refusal = forbiddenBeyondClientAccount(viewer, permission);
  if (refusal || !viewer.trustedDocumentsOnly) return refusal;
  return refuse('FORBIDDEN_FOR_ROLE', `${permission} is not for a key of trusted documents alone.`);
}

async function checkTexts(texts: readonly string[], wrongWith: WrongWith): Promise<Refusal | null> {
  if (texts.length === 0 || texts.length > REGISTERED_MAX) {
    return refuse('INVALID', `Register 1 to ${REGISTERED_MAX} documents at once.`, 'documents');
  }
  let refusal: Refusal | null = null;
  // Each takes as long as to check an operation: others have their turn in between.
  await inTurns(texts, 1, undefined, ([text = ''], index) => {
    const wrong = refusal ? null : checkText(text, wrongWith);
    if (wrong !== null) refusal = refuse('INVALID', wrong, 'documents', String(index));
  });
  return refusal;
}

function checkText(text: string, wrongWith: WrongWith): string | null {
  if (text.length <= TEXT_LENGTH_MAX && canBeKept(text)) return wrongWith(text);
  return `A document is ${TEXT_LENGTH_MAX} characters at most, without NUL or half of a surrogate pair.`;
}
