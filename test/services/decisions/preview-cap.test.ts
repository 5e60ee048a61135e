import type { DataSource } from 'typeorm';
import { PreviewCap } from '../../../src/services/decisions/preview-cap.js';
import { recipientKey } from '../../../src/services/decisions/recipient-input.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { Fingerprints } from '../../../src/tenancy/fingerprint.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { done, keyIdOf, seedAgency, servicesOn, TEST_FINGERPRINTS } from '../../support/agency.js';
import { testDatabase } from '../../support/database.js';

const DAY_MS = 86_400_000;
const TODAY = Date.UTC(2026, 10, 24);
const NOON = TODAY + DAY_MS / 2;

let dataSource: DataSource;
let viewer: Viewer;

beforeAll(async () => {
  dataSource = await openDataSource((await testDatabase()).appUrl);
});
afterAll(() => dataSource.destroy());
beforeEach(async () => {
  viewer = (await seedAgency(dataSource)).owner;
});

function person(slug: string, fingerprints = TEST_FINGERPRINTS) {
  return recipientKey(fingerprints, viewer.agencyId, `https://www.linkedin.com/in/${slug}`);
}

/** Counts people one after the other; answers the code for each that was refused, null for the others. */
async function count(cap: PreviewCap, slugs: readonly string[], at = NOON, by = viewer) {
  const codes: (string | null)[] = [];
  for (const slug of slugs) {
    codes.push(
      await cap.count(by, person(slug), at).then(
        () => null,
        (error: { code: string }) => error.code,
      ),
    );
  }
  return codes;
}

function kept(): Promise<{ day: number; people: number }[]> {
  return inAgency(dataSource, viewer, (manager) =>
    manager.query(
      'SELECT day, count(*)::int4 AS people FROM preview_recipient WHERE agency_id = $1 GROUP BY day ORDER BY day',
      [viewer.agencyId],
    ),
  );
}

it('lets so many different people in a day, and those of today again; then THROTTLED until midnight', async () => {
  const cap = new PreviewCap(dataSource, 2);
  expect(await count(cap, ['a', 'b', 'a', 'c', 'b'])).toEqual([null, null, null, 'THROTTLED', null]);
  await expect(cap.count(viewer, person('d'), TODAY + DAY_MS - 1)).rejects.toMatchObject({ retryAfterMs: 1 });
  expect(await count(cap, ['c', 'a', 'd'], TODAY + DAY_MS)).toEqual([null, null, 'THROTTLED']);
});

it('counts 500 unless told otherwise', async () => {
  const cap = new PreviewCap(dataSource);
  const people = Array.from({ length: 501 }, (_, index) => `p${index}`);
  const answers = await Promise.allSettled(people.map((slug) => cap.count(viewer, person(slug), NOON)));
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(500);
});

it('counts over all processes, however many ask at once', async () => {
  const processes = Array.from({ length: 4 }, () => new PreviewCap(dataSource, 10));
  const asked = Array.from({ length: 40 }, (_, index) =>
    processes[index % 4]!.count(viewer, person(`p${index}`), NOON),
  );
  const answers = await Promise.allSettled(asked);
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  expect(await kept()).toEqual([{ day: TODAY / DAY_MS, people: 10 }]);
});

it('is of each key by itself, and of none where there is no key', async () => {
  const cap = new PreviewCap(dataSource, 1);
  const { apiKeys } = servicesOn(dataSource);
  const other = done(await apiKeys.createApiKey(viewer, { name: 'x', role: 'OPERATOR' })).apiKey.id;
  expect(await count(cap, ['a', 'b'])).toEqual([null, 'THROTTLED']);
  expect(
    await count(cap, ['b', 'a'], NOON, { ...viewer, credential: { kind: 'KEY', id: other, rights: 0 } }),
  ).toEqual([null, 'THROTTLED']);
  expect(await count(cap, ['a', 'b', 'c'], NOON, { ...viewer, credential: null })).toEqual([
    null,
    null,
    null,
  ]);
});

it('writes once for a person and day, and knows one who was kept under the secret before', async () => {
  const [before, now] = ['the secret of before', 'the secret of now'];
  await new PreviewCap(dataSource, 1).count(viewer, person('a', new Fingerprints(before)), NOON);
  const cap = new PreviewCap(dataSource, 1);
  await cap.count(viewer, person('a', new Fingerprints(now, before)), NOON);
  expect(await kept()).toEqual([{ day: TODAY / DAY_MS, people: 1 }]);
  // Known to the process by now: nothing is asked of the database.
  const closing = await openDataSource((await testDatabase()).appUrl);
  const remembering = new PreviewCap(closing, 1);
  await remembering.count(viewer, person('a', new Fingerprints(now, before)), NOON);
  await closing.destroy();
  await remembering.count(viewer, person('a', new Fingerprints(now, before)), NOON + 1);
});

it('deletes what earlier days left, 1,000 rows at a time', async () => {
  await inAgency(dataSource, viewer, (manager) =>
    manager.query(
      `INSERT INTO preview_recipient SELECT $1, $2, $3, sha256(n::text::bytea) FROM generate_series(1, 1500) AS n`,
      [viewer.agencyId, keyIdOf(viewer), TODAY / DAY_MS - 1],
    ),
  );
  const cap = new PreviewCap(dataSource);
  await cap.count(viewer, person('a'), NOON);
  await cap.count(viewer, person('b'), NOON);
  expect(await kept()).toEqual([
    { day: TODAY / DAY_MS - 1, people: 500 },
    { day: TODAY / DAY_MS, people: 2 },
  ]);
  await cap.count(viewer, person('a'), NOON + DAY_MS);
  expect(await kept()).toEqual([{ day: TODAY / DAY_MS + 1, people: 1 }]);
});
