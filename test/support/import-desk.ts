import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Refusal } from '../../src/errors.js';
import { audit } from '../../src/ledger/audit/audit.js';
import { toId } from '../../src/schema/ids.js';
import { AuditLog } from '../../src/services/audit-log.js';
import { ArchiveRefused, type ImportReport } from '../../src/services/imports/import.report.js';
import { ImportService, type ImportArchive } from '../../src/services/imports/import.service.js';
import { Fingerprints } from '../../src/tenancy/fingerprint.js';
import type { Viewer } from '../../src/tenancy/viewer.js';
import { ALICE, message, MESSAGE_HEADER, PROFILE } from '../imports/reading.js';
import type { SeededAgency } from './agency.js';
import { Api, type Json } from './api.js';
import { inTemporaryFolder, writeArchive, type ArchiveFiles } from './archive.js';
import { ownDatabase, type TestDatabase } from './database.js';
import { written } from './exports.js';

/** What an import did, or why it didn't. */
export type Outcome = ImportReport | Refusal | ArchiveRefused;

/** The import as a server has it, beside its API: what was imported is asked for the way that a caller asks. */
export class ImportDesk {
  private constructor(
    readonly api: Api,
    private readonly service: ImportService,
    readonly database: TestDatabase,
  ) {}

  static async open(): Promise<ImportDesk> {
    const database = await ownDatabase();
    const api = await Api.start({}, database);
    // By the secret of the server: a person is known by fingerprints that are made with it.
    const fingerprints = new Fingerprints(database.secret);
    const service = new ImportService(api.dataSource, new AuditLog(fingerprints), fingerprints);
    return new ImportDesk(api, service, database);
  }

  /** Imports these files into the agency's seat, whatever comes of it. */
  try(
    { owner, seat }: SeededAgency,
    files: ArchiveFiles,
    more: Partial<ImportArchive> & { readonly viewer?: Viewer } = {},
  ): Promise<Outcome> {
    const { viewer = owner, ...input } = more;
    return inTemporaryFolder(async (folder) => {
      const path = await writeArchive(join(folder, 'export'), 'folder', files);
      return this.service.importArchive(viewer, { seatId: seat.id, path, ...input });
    });
  }

  /** The same, of what has to be taken. */
  async take(
    agency: SeededAgency,
    files: ArchiveFiles,
    more: Partial<ImportArchive> = {},
  ): Promise<ImportReport> {
    const outcome = await this.try(agency, files, more);
    if (outcome instanceof Refusal || outcome instanceof ArchiveRefused) {
      throw new Error(`${outcome.code}: ${outcome.message}`);
    }
    return outcome;
  }

  /** What the books of the agency say of themselves and its charges don't bear out. */
  async drift({ agencyId }: SeededAgency): Promise<readonly object[]> {
    const { drift } = await audit(this.database.appUrl);
    return drift.filter((found) => found.agencyId === agencyId);
  }

  /** Holds room for a message to Alice; its id. */
  async hold({ key, seat }: SeededAgency): Promise<string> {
    const input = {
      seatId: toId('seat', seat.id),
      action: 'DIRECT_MESSAGE',
      recipient: { profileUrl: ALICE, degree: 'FIRST' },
      idempotencyKey: randomUUID(),
    };
    const query = `mutation ($input: ReserveInput!) { reserve(input: $input) {
      decision { reasons { code } reservation { id } } userErrors { message } } }`;
    const { reserve } = await this.api.data(key, query, { input });
    if (!reserve.decision?.reservation) throw new Error(JSON.stringify(reserve));
    return reserve.decision.reservation.id;
  }

  async resolve(verb: 'commit' | 'release', { key }: SeededAgency, reservationId: string): Promise<void> {
    const type = `${verb === 'commit' ? 'Commit' : 'Release'}ReservationInput`;
    const query = `mutation ($input: ${type}!) { outcome: ${verb}Reservation(input: $input) { userErrors { message } } }`;
    const { outcome } = await this.api.data(key, query, { input: { reservationId } });
    expect(outcome.userErrors).toEqual([]);
  }

  /** Records what was sent to Alice elsewhere. */
  async record({ key, seat }: SeededAgency, at: number, action = 'DIRECT_MESSAGE'): Promise<Json> {
    const activity = {
      seatId: toId('seat', seat.id),
      action,
      recipient: { profileUrl: ALICE },
      occurredAt: new Date(at).toISOString(),
      idempotencyKey: randomUUID(),
    };
    const query = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) {
      recorded alreadyKnown userErrors { message } } }`;
    return (await this.api.data(key, query, { inputs: [activity] })).recordActivities;
  }

  /** When each action counted, oldest first. */
  async sentAt({ key, seat }: SeededAgency, action: string): Promise<number[]> {
    const query = `query ($seatId: ID!) { activities(first: 100, seatId: $seatId) { nodes { action occurredAt } } }`;
    const { activities } = await this.api.data(key, query, { seatId: toId('seat', seat.id) });
    return activities.nodes
      .filter((activity: Json) => activity.action === action)
      .map((activity: Json) => Date.parse(activity.occurredAt))
      .toReversed();
  }

  /** What would be decided of one more message to Alice. */
  async preview({ key, seat }: SeededAgency): Promise<{ outcome: string; retryAt: string | null }> {
    const input = {
      seatId: toId('seat', seat.id),
      action: 'DIRECT_MESSAGE',
      recipient: { profileUrl: ALICE, degree: 'FIRST' },
    };
    const query = 'query ($input: DecisionInput!) { previewDecision(input: $input) { outcome retryAt } }';
    return (await this.api.data(key, query, { input })).previewDecision;
  }
}

/** An archive with a message to Alice at each of these instants, each of a text of its own. */
export function sentTo(...instants: readonly number[]): Record<string, string> {
  const rows = instants.map((at) => message({ date: written(at), content: `At ${at}` }));
  return { 'Profile.csv': PROFILE, 'messages.csv': MESSAGE_HEADER + rows.join('') };
}

/** Whole seconds, as the archive has them. */
export function secondsAgo(seconds: number): number {
  return Math.floor(Date.now() / 1_000) * 1_000 - seconds * 1_000;
}
