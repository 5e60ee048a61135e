import { parseConfig, type Config, previousSecrets, textKeys } from '../config.js';
import type { Database } from '../database/database.js';
import { openReady } from '../database/ready.js';
import { LedgerReader } from '../ledger/told/reader.js';
import { AgencyService } from '../services/agency/agency.service.js';
import { ApiKeyService } from '../services/members/api-key.service.js';
import { AuditLog } from '../services/audit-log.js';
import { BacktestService } from '../services/policy/backtest.service.js';
import { Changes } from '../services/changes.js';
import { ClientAccountService } from '../services/agency/client-account.service.js';
import type { DemoServices } from '../services/demo.service.js';
import { ImportService } from '../services/imports/import.service.js';
import type { Letters } from '../services/members/letters.js';
import type { MemberService } from '../services/members/member.service.js';
import type { PasswordService } from '../services/members/password.service.js';
import { wireMembers, type Members } from '../services/members/members.js';
import { PlanService } from '../services/agency/plan.service.js';
import { PolicyService } from '../services/policy/policy.service.js';
import { wireProspects } from '../services/prospects/prospects.js';
import { SeatBulk } from '../services/seats/seat.bulk.js';
import { SeatReader } from '../services/seats/seat.reader.js';
import { SeatService } from '../services/seats/seat.service.js';
import { openDataSource } from '../tenancy/data-source.js';
import { Fingerprints } from '../tenancy/fingerprint.js';
import { Sealer } from '../tenancy/sealed.js';
import { textVaultOf } from '../tenancy/text-vault.js';
import { addressOf } from './address.js';

/** What a command works with. */
export interface Opened {
  readonly config: Config;
  readonly database: Database;
  /** Where people reach the server. */
  readonly publicUrl: string;
  readonly services: DemoServices & {
    readonly letters: Letters;
    readonly members: MemberService;
    readonly passwords: PasswordService;
    readonly imports: ImportService;
    readonly seatBulk: SeatBulk;
    readonly policies: PolicyService;
    readonly backtests: BacktestService;
  } & ReturnType<typeof wireProspects>;
}

/** Finds or starts the database for the length of a command; it is migrated, and the roles are as they must be. */
export async function withDatabase<T>(work: (opened: Opened) => Promise<T>): Promise<T> {
  const config = parseConfig(process.env);
  const database = await openReady(config, (line) => console.error(line));
  try {
    const dataSource = await openDataSource(database.appUrl);
    const reader = new LedgerReader(database.appUrl);
    const publicUrl = config.publicUrl ?? (await addressOf(config));
    let members: Members | null = null;
    try {
      const fingerprints = new Fingerprints(database.secret, ...previousSecrets(config));
      const audit = new AuditLog(fingerprints);
      const changes = new Changes(dataSource);
      members = wireMembers({
        ...{ dataSource, fingerprints, changes, audit, publicUrl: () => publicUrl },
        sealer: new Sealer(database.secret, ...previousSecrets(config)),
        mail: config.smtpUrl === null ? null : { smtpUrl: config.smtpUrl, from: config.mailFrom },
        onFailure: (error) => console.error(`A letter could not be sent: ${String(error)}`),
        isLoopbackAllowed: config.loopbackAllowed,
        onProviderFailure: () => undefined,
      });
      const services = {
        ...members,
        agencies: new AgencyService(dataSource, audit),
        plans: new PlanService(dataSource, changes, audit),
        clientAccounts: new ClientAccountService(dataSource, changes, audit),
        seats: new SeatReader(dataSource),
        seatChanges: new SeatService(changes, audit),
        seatBulk: new SeatBulk(changes, audit),
        apiKeys: new ApiKeyService(dataSource, changes, audit),
        imports: new ImportService(dataSource, audit, fingerprints),
        policies: new PolicyService(reader, changes, audit),
        backtests: new BacktestService(reader),
        ...wireProspects({
          dataSource,
          changes,
          audit,
          fingerprints,
          textVault: textVaultOf(textKeys(config)),
        }),
      };
      return await work({ config, database, publicUrl, services });
    } finally {
      await members?.close();
      await reader.close();
      await dataSource.destroy();
    }
  } finally {
    await database.close();
  }
}
