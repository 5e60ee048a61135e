import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EntityManager } from 'typeorm';
import { toId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import {
  ALICE,
  answer,
  CONNECTION_HEADER,
  INVITATION_HEADER,
  ME,
  message,
  MESSAGE_HEADER,
  PROFILE,
} from '../imports/reading.js';
import type { SeededAgency } from './agency.js';
import type { Api, Json } from './api.js';
import { inTemporaryFolder, writeArchive, type ArchiveFiles } from './archive.js';

/** A message, its answer, an invitation, its acceptance, and a row that is none. */
export const SMALL_EXPORT = {
  'Profile.csv': PROFILE,
  'Connections.csv': `${CONNECTION_HEADER}Alice,Example,${ALICE},,Acme,CEO,02 Jan 2026\n`,
  'Invitations.csv': `${INVITATION_HEADER}Me Example,Alice Example,"1/1/26, 2:37 PM",Hi,OUTGOING,${ME},${ALICE}\n`,
  'messages.csv': MESSAGE_HEADER + message() + answer({ date: '2026-01-10 10:00:00 UTC' }) + 'too,few\n',
};

/** A zip of these files, in memory. */
export function zipOf(files: ArchiveFiles): Promise<Buffer> {
  return inTemporaryFolder(async (folder) =>
    readFile(await writeArchive(join(folder, 'export.zip'), 'zip', files)),
  );
}

/** An answer of the endpoint. */
export interface UploadAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** Sends an archive up as the README says; `headers` replace, and undefined leaves out. */
export async function upload(
  url: string,
  { key, query, zip, headers = {} }: UploadTerms,
): Promise<UploadAnswer> {
  const all = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/zip',
    'x-headroom-import': '1',
    ...headers,
  };
  const told = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  const response = await fetch(`${url}/imports/linkedin-export?${query}`, {
    method: 'POST',
    headers: Object.fromEntries(told) as Record<string, string>,
    body: new Uint8Array(zip),
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

export interface UploadTerms {
  readonly key: string;
  readonly query: string;
  readonly zip: Buffer;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** Everything that an import writes of a seat, and what the seat is then: to see that nothing changed, or what did. */
export function kept(api: Api, { owner, seat }: SeededAgency): Promise<Record<string, number | string>> {
  return inAgency(api.dataSource, owner, async (manager) => {
    const { agencyId, id } = seat;
    const counts: Record<string, number | string> = {};
    for (const table of ['charge', 'engagement', 'connection', 'archive_row', 'archive_import']) {
      counts[table] = await countOf(manager, table, agencyId, id);
    }
    const [row] = await manager.query<{ history: string }[]>(
      'SELECT history FROM seat WHERE agency_id = $1 AND id = $2',
      [agencyId, id],
    );
    return { ...counts, history: row?.history ?? '' };
  });
}

async function countOf(manager: EntityManager, table: string, agencyId: string, seatId: string) {
  const sql = `SELECT count(*)::int4 AS count FROM ${table} WHERE agency_id = $1 AND seat_id = $2`;
  const [row] = await manager.query<{ count: number }[]>(sql, [agencyId, seatId]);
  return row?.count ?? 0;
}

export const NOTHING_KEPT = {
  ...{ charge: 0, engagement: 0, connection: 0, archive_row: 0, archive_import: 0 },
  history: 'UNKNOWN',
};

/** Used and held of the first counter of one action alone, in a window of so many seconds, at the seat. */
export async function usageOf(
  api: Api,
  { key, seat }: SeededAgency,
  action: string,
  seconds: number,
): Promise<{ used: number; held: number; remaining: number }> {
  const query = `query ($id: ID!, $actions: [Action!]) { seat(id: $id) { usage(actions: $actions) {
    used held remaining limit { scopeKind actions window { seconds } } } } }`;
  const data = await api.data(key, query, { id: toId('seat', seat.id), actions: [action] });
  const found = data.seat.usage.find(
    ({ limit }: Json) =>
      limit.scopeKind === 'SEAT' && limit.actions.length === 1 && limit.window.seconds === seconds,
  );
  const { used, held, remaining } = found;
  return { used, held, remaining };
}

/** As LinkedIn writes the date of a message. */
export function written(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** As LinkedIn writes the date of an invitation: without a zone; here in UTC. */
export function writtenUnzoned(at: number): string {
  const date = new Date(at);
  const hour = date.getUTCHours();
  const minute = String(date.getUTCMinutes()).padStart(2, '0');
  const day = `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${String(date.getUTCFullYear()).slice(2)}`;
  return `${day}, ${hour % 12 || 12}:${minute} ${hour < 12 ? 'AM' : 'PM'}`;
}
