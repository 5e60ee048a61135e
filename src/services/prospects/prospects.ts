import type { DataSource } from 'typeorm';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import type { TextVault } from '../../tenancy/text-vault.js';
import type { AuditLog } from '../audit-log.js';
import { BusyWork } from '../busy-work.js';
import type { Changes } from '../changes.js';
import { DoNotContactLists } from './do-not-contact.lists.js';
import { LeadListService } from './lead-list.service.js';
import { PersonService } from './person.service.js';
import { ProspectSearches } from './prospect.searching.js';
import { ProspectService } from './prospect.service.js';
import { ProspectWriter } from './prospect.writer.js';
import { RetentionService } from './retention.service.js';
import { SegmentService } from './segment.service.js';

export interface ProspectParts {
  readonly dataSource: DataSource;
  readonly changes: Changes;
  readonly audit: AuditLog;
  readonly fingerprints: Fingerprints;
  /** Null where no texts can be read. */
  readonly textVault?: TextVault | null;
}

/** The services of prospects and of lists of people, wired. */
export function wireProspects({ dataSource, changes, audit, fingerprints, textVault }: ProspectParts) {
  const writer = new ProspectWriter(dataSource, fingerprints);
  return {
    prospects: new ProspectService(dataSource, writer, audit, new ProspectSearches(dataSource)),
    leadLists: new LeadListService(dataSource, writer, audit),
    persons: new PersonService(dataSource, {
      ...{ changes, audit, fingerprints, textVault: textVault ?? null },
      // Of its own: whoever waits for an export keeps no forecast waiting.
      busy: new BusyWork(),
    }),
    segments: new SegmentService(dataSource, changes, audit),
    retention: new RetentionService(dataSource, { changes, audit }),
    doNotContactLists: new DoNotContactLists(dataSource, { changes, audit, fingerprints }),
  };
}
