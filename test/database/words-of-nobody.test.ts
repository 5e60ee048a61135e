import { randomUUID } from 'node:crypto';
import { beforeMigration } from '../support/before-migration.js';

/** Words of before: of prospects that were erased while somebody edited them. */
const FILE = '0340_words_of_nobody.sql';

it('leaves no words of those who are on no list, and those of everybody else', () =>
  beforeMigration(FILE, async ({ client, bring }) => {
    const [agencyId, otherId, clientId, listed, gone] = Array.from({ length: 5 }, () => randomUUID());
    // Nobody but these two is there: neither their client account nor who they are.
    await client.query('SET session_replication_role = replica');
    await client.query(
      `INSERT INTO prospect (agency_id, id, client_account_id, recipient_id, profile_url, sort_name, tags, custom, edited, added_at)
       VALUES ($1, $2, $3, $4, 'https://www.linkedin.com/in/ada', 'ada', '{}', '{"v": 1}', '{}', 0)`,
      [agencyId, listed, clientId, randomUUID()],
    );
    const words = [
      [agencyId, listed, 'ada'],
      [agencyId, gone, 'secretname'],
      // An id of another agency's is none of this one's.
      [otherId, listed, 'secretname'],
    ];
    for (const [agency, prospect, term] of words) {
      await client.query(
        'INSERT INTO prospect_term (agency_id, prospect_id, term, client_account_id) VALUES ($1, $2, $3, $4)',
        [agency, prospect, term, clientId],
      );
    }
    expect(await bring()).toEqual([FILE]);
    const { rows } = await client.query('SELECT prospect_id AS id, term FROM prospect_term');
    expect(rows).toEqual([{ id: listed, term: 'ada' }]);
    const walls = `SELECT relname FROM pg_class WHERE relname IN ('prospect', 'prospect_term') AND relforcerowsecurity`;
    expect((await client.query(walls)).rowCount).toBe(2);
  }));
