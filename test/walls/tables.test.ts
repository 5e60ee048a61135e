import { readdirSync } from 'node:fs';
import pg from 'pg';
import { tablesOfAgencies } from './books.js';
import { liveThroughEverything } from './life.js';
import { askedOf, inputFieldsOf, placesOf } from './places.js';
import { wallFindings } from './policies.js';
import { AGENCY_PARTS, CLIENT_PARTS, PART_MS_MAX, partOf, openStage, type Stage } from './stage.js';

let stage: Stage;
let superuser: pg.Client;
let tables: string[];

beforeAll(async () => {
  stage = await openStage();
  await liveThroughEverything(stage.walker, stage.schema, stage.theirs);
  // What a mutation is asked for is a dry run.
  await stage.theirs.take('policy');
  superuser = new pg.Client({ connectionString: stage.databaseUrl });
  await superuser.connect();
  tables = await tablesOfAgencies(superuser);
}, PART_MS_MAX);
afterAll(async () => {
  await superuser.end();
  await stage.close();
});

describe('the walk', () => {
  it('comes to every place that the schema has, each in one of its parts', () => {
    const { schema } = stage;
    const all = askedOf(schema);
    const names = new Set(all.flatMap(placesOf).map(({ name }) => name));
    const leaves = inputFieldsOf(schema);
    expect(leaves.length).toBeGreaterThan(150);
    expect(leaves.filter((name) => !names.has(name))).toEqual([]);
    // A stream is asked over a socket: subscriptions.test.ts walks every one that the schema has.
    for (const parts of [AGENCY_PARTS, CLIENT_PARTS]) {
      const walked = Array.from({ length: parts }, (_, index) => partOf(schema, index + 1, parts)).flat();
      expect(walked.map(({ name }) => name).toSorted()).toEqual(all.map(({ name }) => name).toSorted());
    }
  });

  it('has a file for each part', () => {
    const files = (of: string, parts: number) =>
      Array.from({ length: parts }, (_, index) => `walk.${of}-${index + 1}.test.ts`);
    const found = readdirSync('test/walls').filter((name) => /^walk\..*\.test\.ts$/.test(name));
    expect(found.toSorted()).toEqual([...files('agency', AGENCY_PARTS), ...files('client', CLIENT_PARTS)]);
  });
});

/** What a defect of a migration would do to a table's wall. */
const BREACHES = {
  'without its policy': (table: string) => `DROP POLICY agency_wall ON ${table}`,
  'with its policy switched off': (table: string) => `ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`,
  'with a policy that shows everything': (table: string) =>
    `ALTER POLICY agency_wall ON ${table} USING (true)`,
  'with a policy that takes everything': (table: string) =>
    `ALTER POLICY agency_wall ON ${table} WITH CHECK (true)`,
};

describe('the tables themselves', () => {
  const walled = () => {
    const { appRole, mine, theirs } = stage;
    return { appRole, mine: mine.agency.agencyId, theirs: theirs.agency.agencyId };
  };

  it('show an agency all that is its own, and nothing else', async () => {
    expect(await wallFindings(superuser, walled())).toEqual([]);
  });

  it.each(Object.entries(BREACHES))('are noticed, each of them, %s', async (_, breach) => {
    const unnoticed: string[] = [];
    for (const table of tables) {
      const findings = await wallFindings(superuser, walled(), [table], breach(table));
      if (findings.length === 0) unnoticed.push(table);
    }
    expect(tables.length).toBeGreaterThan(35);
    expect(unnoticed).toEqual([]);
  });
});
