import { Args, Ctx, Query, Resolver } from 'type-graphql';
import { AuditEntry, AuditEntryConnection, AuditLogArgs } from '../schema/audit.schema.js';
import type { Connection } from '../schema/connection.js';
import { kindOf } from '../schema/ids.js';
import type { AuditLogReader } from '../services/audit-log.reader.js';
import { showAuditEntry } from './audit.show.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import type { Pages } from './pages.js';

@Resolver(() => AuditEntry)
export class AuditResolver {
  constructor(
    private readonly reader: AuditLogReader,
    private readonly pages: Pages,
  ) {}

  @Query(() => AuditEntryConnection, {
    description: 'Who changed what, newest first. For those who may make keys, of the whole agency.',
  })
  auditLog(
    @Args(() => AuditLogArgs) args: AuditLogArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<AuditEntry>> {
    const { subjectId, subjectKinds = null, verbs = null, from = null, until = null } = args;
    const filter = { subjectId: subjectOf(subjectId ?? null), subjectKinds, verbs, from, until };
    return this.pages.of(viewer, {
      type: AuditEntryConnection,
      name: 'Query.auditLog',
      args,
      read: (asked) => this.reader.list(viewer, filter, asked),
      show: showAuditEntry,
    });
  }
}

/** Of whatever kind; what is malformed names nothing. */
function subjectOf(id: string | null): string | null {
  return id === null ? null : uuidOf(kindOf(id) ?? 'seat', id);
}
