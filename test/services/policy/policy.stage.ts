import type { DataSource } from 'typeorm';
import { audit } from '../../../src/ledger/audit/audit.js';
import type { DecisionRecord } from '../../../src/ledger/decision-record.js';
import { Ledger } from '../../../src/ledger/ledger.js';
import { LedgerReader } from '../../../src/ledger/told/reader.js';
import { DAY } from '../../../src/quota/window.js';
import { AuditLog } from '../../../src/services/audit-log.js';
import { Changes } from '../../../src/services/changes.js';
import { PolicyService, type PublishPolicy } from '../../../src/services/policy/policy.service.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { clockedDatabase, type ClockedDatabase } from '../../ledger/fake-clock.js';
import { decisionOf, recordInput, reserveRequest, type Office } from '../../ledger/support.js';
import { done, TEST_FINGERPRINTS } from '../../support/agency.js';

export const NOW = Date.parse('2026-11-26T09:00Z');
export const THEN = NOW + DAY;
export const MESSAGES = { actions: ['DIRECT_MESSAGE'], windowSeconds: 86_400 } as const;
export const SOURCE = { source: 'A letter of LinkedIn' };

/** Versions of the policy, and seats that are decided by them, on a database whose clock stands at `NOW`. */
export class PolicyStage {
  readonly changes = new Changes(this.dataSource);
  readonly policies = new PolicyService(this.reader, this.changes, new AuditLog(TEST_FINGERPRINTS));

  private constructor(
    readonly database: ClockedDatabase,
    readonly dataSource: DataSource,
    readonly ledger: Ledger,
    readonly reader: LedgerReader,
  ) {}

  static async open(): Promise<PolicyStage> {
    const database = await clockedDatabase();
    const dataSource = await openDataSource(database.appUrl);
    return new PolicyStage(
      database,
      dataSource,
      new Ledger(database.appUrl),
      new LedgerReader(database.appUrl),
    );
  }

  async publish(office: Office, input: Partial<PublishPolicy>) {
    return done(await this.policies.publishPolicy(office.viewer, { ...SOURCE, ...input }));
  }

  async ask(office: Office, when: number, seat = 0): Promise<DecisionRecord> {
    await this.database.setClock(when);
    const seatId = office.seatIds[seat]!;
    const request = reserveRequest(office, 'DIRECT_MESSAGE', { seatId, holdSeconds: 60 });
    return decisionOf(await this.ledger.ask(request));
  }

  async record(office: Office, count: number, at: number, seat = 0): Promise<void> {
    const input = recordInput(office, 'DIRECT_MESSAGE', at, { count, seatId: office.seatIds[seat]! });
    await this.ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs: [input] });
  }

  /** The books must be right at the end of whatever was played. */
  async close(): Promise<void> {
    expect((await audit(this.database.appUrl)).drift).toEqual([]);
    await Promise.all([this.ledger.close(), this.reader.close(), this.dataSource.destroy()]);
    await this.database.close();
  }
}
