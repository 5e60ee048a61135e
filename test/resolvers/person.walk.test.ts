import pg from 'pg';
import type { PersonPart } from '../../src/services/prospects/person.parts.js';
import { clockedDatabase, type ClockedDatabase } from '../ledger/fake-clock.js';
import { Api, type Json } from '../support/api.js';
import { superuserUrl } from '../support/database.js';
import { WholeDatabase } from './kept-texts.support.js';
import { PersonStory } from './person.story.js';

/** Which part of an export tells what a table knows of a person. */
const TOLD: Readonly<Record<string, PersonPart | 'texts'>> = {
  archive_row: 'imports',
  audit_entry: 'changes',
  campaign_approval_person: 'approvals',
  charge: 'activities',
  connection: 'connections',
  credit_event: 'credits',
  decision: 'decisions',
  do_not_contact: 'doNotContact',
  engagement: 'engagements',
  enrolment: 'enrolments',
  hold: 'reservations',
  kept_text: 'texts',
  preview_recipient: 'previews',
  prospect: 'prospects',
  recipient: 'people',
  recipient_employer: 'fingerprints',
  recipient_key: 'fingerprints',
  resolution: 'reservations',
  seat: 'seats',
  text_send: 'textFingerprints',
  touch: 'touches',
  webhook_delivery: 'toldTo',
};

/** Tables that know of the person too, and why no export tells it. */
const UNTOLD: Readonly<Record<string, string>> = {
  idempotency: 'The keys of callers, of what is in the export: which of them was used already.',
  prospect_term: 'The words that a prospect is found by: made from the prospect, and deleted with it.',
  segment: 'What the agency looks for, in its own words; whom it finds is found anew each time.',
  webhook: 'How far an endpoint was told: the last engagement, whosever it was.',
};

/** What holds a word of the person even when they are erased. */
const LEFT: Readonly<Record<string, string>> = {
  idempotency: 'A key that a caller put a name into: none is ever altered, or a retry would be done twice.',
  seat: 'Whoever holds a seat of the agency is no prospect: removeSeat, and another holder’s name, are for that.',
  segment: 'A filter is the words of whoever saved it.',
};

const TABLES = `
SELECT c.relname AS name, coalesce(p.relname, c.relname) AS of FROM pg_class c
LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1`;

const OF_PEOPLE = `
SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('recipient_id')
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace ORDER BY 1`;

/** A Monday, at nine in the morning in UTC. */
const MORNING = Date.UTC(2026, 10, 23, 9);

let now = MORNING;
let clocked: ClockedDatabase;
let api: Api;
let superuser: pg.Client;
let whole: WholeDatabase;
let story: PersonStory;
/** The rows of each table in which the person stands: by a word, an id or a fingerprint of theirs. */
let rows: Map<string, Json[]>;
let told: Json;

beforeAll(async () => {
  clocked = await clockedDatabase();
  await clocked.setClock(MORNING);
  api = await Api.start({ HEADROOM_ALLOW_LOOPBACK: 'on', HEADROOM_SWEEP: 'off' }, clocked);
  const url = await superuserUrl(clocked.appUrl);
  superuser = new pg.Client({ connectionString: url });
  await superuser.connect();
  whole = await WholeDatabase.open(url);
  story = await PersonStory.of(api, {
    now: () => now,
    pass: (ms) => clocked.setClock((now += ms)),
  });
  rows = await walk([story.canary]);
  told = await exported(story.before);
}, 180_000);
afterAll(async () => {
  await story.close();
  await whole.close();
  await superuser.end();
  await api.close();
  await clocked.close();
});

async function exported(profileUrl: string): Promise<Json> {
  const query = 'query ($profileUrl: String!) { exportPerson(profileUrl: $profileUrl) }';
  return JSON.parse((await api.data(story.desk.agency.key, query, { profileUrl })).exportPerson);
}

/** Without PostgreSQL's own statistics, which are samples of our tables, of when it last analyzed them. */
async function ourTablesWith(text: string): Promise<string[]> {
  return (await whole.tablesWith(text)).filter((name) => name !== 'pg_catalog.pg_statistic');
}

/** Goes on from what is found: a row of the person has an id, and what names that is of the person as well. */
async function walk(words: readonly string[]): Promise<Map<string, Json[]>> {
  const known = new Set(words);
  const { rows: tables } = await superuser.query<{ name: string; of: string }>(TABLES);
  expect(tables.length).toBeGreaterThan(60);
  for (;;) {
    const found = new Map<string, Json[]>();
    const before = known.size;
    for (const { name, of } of tables) {
      const { rows: some } = await superuser.query<{ row: Json }>(
        `SELECT to_jsonb(t) AS row FROM ${name} t WHERE t::text ~* ANY ($1::text[])`,
        [[...known]],
      );
      if (some.length === 0) continue;
      found.set(of, [...(found.get(of) ?? []), ...some.map(({ row }) => row)]);
      if (!(of in TOLD) || of === 'seat') continue;
      for (const { row } of some) {
        if (row.id) known.add(row.id);
        if (of === 'recipient_key' || of === 'recipient_employer') known.add(row.fingerprint.slice(2));
      }
    }
    if (known.size === before) return found;
  }
}

it('comes to every table that has a column for people, so that there is something to find', async () => {
  const { rows: tables } = await superuser.query<{ name: string }>(OF_PEOPLE);
  expect(tables.length).toBeGreaterThan(10);
  expect(tables.map(({ name }) => name).filter((name) => !rows.has(name))).toEqual([]);
  expect(rows.get('recipient')!.filter(({ merged_into }) => merged_into !== null)).toHaveLength(2);
});

it('an export tells of every table that knows the person, or it is said why not', () => {
  expect([...rows.keys()].filter((table) => !(table in TOLD) && !(table in UNTOLD))).toEqual([]);
  for (const [table, part] of Object.entries(TOLD)) {
    expect([table, told[part].length]).not.toEqual([table, 0]);
  }
  const { leftOut, ...parts } = told;
  expect(leftOut).toEqual([]);
  expect(Object.keys(parts).toSorted()).toEqual([...new Set(Object.values(TOLD))].toSorted());
});

it('an export has every word that stands in those tables', () => {
  const text = JSON.stringify(told);
  const wordsOf = (table: string) =>
    JSON.stringify(rows.get(table)).match(new RegExp(`${story.canary}x\\d+`, 'g'));
  for (const table of Object.keys(TOLD)) {
    const missing = [...new Set(wordsOf(table) ?? [])].filter((word) => !text.includes(word));
    expect([table, missing]).toEqual([table, []]);
  }
  // Ids and actors as the API has them.
  expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
});

it('an export tells as many rows as there are', () => {
  for (const [table, part] of Object.entries(TOLD)) {
    if (['hold', 'resolution', 'recipient_key', 'recipient_employer'].includes(table)) continue;
    expect([part, told[part].length]).toEqual([part, rows.get(table)!.length]);
  }
  expect(told.reservations.map(({ status }: Json) => status).toSorted()).toEqual([
    'COMMITTED',
    'COMMITTED',
    'HELD',
  ]);
  expect(told.fingerprints).toHaveLength(
    rows.get('recipient_key')!.length + rows.get('recipient_employer')!.length,
  );
});

it('after an erasure nothing holds a word of theirs, but what is said here', async () => {
  expect(await ourTablesWith(story.canary)).toEqual(
    expect.arrayContaining(['public.prospect', 'public.touch']),
  );
  const erase =
    'mutation ($input: ErasePersonInput!) { erasePerson(input: $input) { prospects userErrors { code } } }';
  const input = { profileUrl: story.lead };
  const { erasePerson } = await api.data(story.desk.agency.key, erase, { input });
  expect(erasePerson).toEqual({ prospects: 1, userErrors: [] });
  expect(await ourTablesWith(story.canary)).toEqual(Object.keys(LEFT).map((table) => `public.${table}`));
  const left = await exported(story.before);
  expect(left.people.map(({ profileUrl, name }: Json) => profileUrl ?? name)).toEqual([null, null, null]);
  expect([left.prospects, left.texts, left.seats]).toEqual([[], [], []]);
  expect(left.doNotContact).toContainEqual(expect.objectContaining({ kind: 'PERSON', scopeKind: 'AGENCY' }));
  expect(JSON.stringify(left)).not.toContain(story.canary);
});
