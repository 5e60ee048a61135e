import { randomUUID } from 'node:crypto';
import { rememberedEdits } from '../../src/outreach/prospect.js';
import { beforeMigration } from '../support/before-migration.js';

/** Prospects of before so much at most was remembered of what was set by hand. */
const FILE = '0205_newest_edits.sql';

const CUSTOM = { there: 'x', 'there: too': 'y' };
const numbered = (kind: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${kind}${index}`);
const FEW = ['company', 'tag:#one', 'custom:gone'];
const MANY = [
  ...['custom:there', 'tag:#custom:x', 'company'],
  ...numbered('tag:#', 150).flatMap((tag, index) => [tag, `custom:${index}`]),
  ...['custom:there: too', 'notes'],
];

it('keep what is remembered since, in its order', () =>
  beforeMigration(FILE, async ({ client, bring }) => {
    // Who is on a list, and whose, is looked at by no part of it.
    await client.query(`SET session_replication_role = 'replica'`);
    for (const edited of [FEW, MANY]) {
      await client.query(
        `INSERT INTO prospect (agency_id, id, client_account_id, recipient_id, profile_url, tags, custom, edited, sort_name,
           compared, added_at)
         VALUES ($1, $1, $1, $1, 'https://www.linkedin.com/in/ada', '{}', $2, $3, 'x', '{"v": 1}', 0)`,
        [randomUUID(), { v: 1, fields: CUSTOM }, edited],
      );
    }
    expect(await bring()).toEqual([FILE]);
    const { rows } = await client.query<{ edited: string[] }>(
      'SELECT edited FROM prospect ORDER BY cardinality(edited)',
    );
    expect(rows.map(({ edited }) => edited)).toEqual([FEW, rememberedEdits(MANY, CUSTOM)]);
    expect(rows[1]?.edited).toHaveLength(204);
  }));
