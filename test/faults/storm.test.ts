import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { parseConfig } from '../../src/config.js';
import { openDatabase, type Database } from '../../src/database/database.js';
import { audit } from '../../src/ledger/audit/audit.js';
import { openKeyedOffice } from './keyed-office.js';
import { Served } from './served.js';
import { Storm } from './storm.js';
import type { Json } from '../support/api.js';

/** `HEADROOM_STORM_SECONDS=60` for a whole one. */
const SECONDS = Number(process.env['HEADROOM_STORM_SECONDS'] ?? 8);
const CALLERS = 48;
const GONE_SHARE = 0.3;
/** Answers, goings, allowed and denied ones: fewer are no storm. */
const EACH_MIN = 40;
const ASKED_AGAIN_MAX = 200;
const TROUBLES_TOLD = 5;

let dataDirectory: string;
let database: Database;
let servers: Served[] = [];

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'headroom-storm-'));
  servers = [await Served.start(dataDirectory), await Served.start(dataDirectory)];
  database = await openDatabase(parseConfig({ HEADROOM_DATA_DIR: dataDirectory }));
}, 120_000);

afterAll(async () => {
  await database.close();
  await Promise.all(servers.map((server) => server.stop()));
  await rm(dataDirectory, { recursive: true, force: true });
}, 120_000);

it(
  'P1, P4: a storm at two servers, callers going in the middle: all others answered, no key counted twice, the audit clean',
  async () => {
    const offices = await Promise.all([1, 3, 6].map((seats) => openKeyedOffice(dataDirectory, seats)));
    const storm = new Storm(servers, offices, GONE_SHARE);
    await storm.rage(CALLERS, SECONDS * 1_000, EACH_MIN);
    expect(storm.troubles.slice(0, TROUBLES_TOLD)).toEqual([]);
    await expectOnce(storm);
    expect(await failures()).toEqual({ deadlocks: 0, retried: 0, failed: 0 });
    expect((await audit(database.appUrl)).drift).toEqual([]);
  },
  SECONDS * 1_000 + 180_000,
);

const AGAIN = `mutation ($input: ReserveInput!) {
  reserve(input: $input) { decision { id } userErrors { code } }
}`;

/** Whatever came of those whose caller went: asked again, their key is one decision for ever. */
async function expectOnce({ unanswered }: Storm): Promise<void> {
  for (const { office, input } of unanswered.slice(0, ASKED_AGAIN_MAX)) {
    const answers = await Promise.all(
      servers.map((server) => server.ask<Json>(office.key, AGAIN, { input })),
    );
    const [one, other] = answers.map(({ data }) => data.reserve.decision.id);
    expect(one).toBe(other);
  }
}

async function failures(): Promise<{ deadlocks: number; retried: number; failed: number }> {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  const { rows } = await client.query<{ deadlocks: number }>(
    'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
  );
  await client.end();
  const metrics = await Promise.all(
    servers.map(async ({ url }) => (await fetch(new URL('/metrics', url))).text()),
  );
  const sumOf = (name: string): number =>
    metrics
      .flatMap((text) => [...text.matchAll(new RegExp(`^headroom_ledger_${name}_total.* (\\d+)$`, 'gm'))])
      .reduce((sum, [, count]) => sum + Number(count), 0);
  return { deadlocks: rows[0]!.deadlocks, retried: sumOf('retried'), failed: sumOf('failed') };
}
