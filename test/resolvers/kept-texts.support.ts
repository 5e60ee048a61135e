import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { SeededAgency } from '../support/agency.js';
import type { Api, Json } from '../support/api.js';
import { type Recipient, someone } from '../support/outreach.js';
import { ProspectDesk } from './prospect-desk.js';

const KEPT = 'keptText { subject body unreadable keptUntil }';

/** A text that nobody else has written: its words are found wherever they stand. */
export function words(): string {
  return `canary${randomUUID().replaceAll('-', '')}`;
}

/** An agency that writes to people, and may keep what it writes. */
export class WritingDesk extends ProspectDesk {
  constructor(
    private readonly at: Api,
    agency: SeededAgency,
  ) {
    super(at, agency);
  }

  /** Keeps texts so long; 0 for none. */
  keep(days: number, key = this.agency.key): Promise<Json> {
    return this.mutate(
      'setTextKeeping',
      'SetTextKeepingInput',
      { days },
      'textKeeping { days hasKey } deleted',
      key,
    );
  }

  async keeping(key = this.agency.key): Promise<Json> {
    return (await this.at.data(key, '{ viewer { agency { textKeeping { days hasKey } } } }')).viewer.agency
      .textKeeping;
  }

  /** Asks for a text, which has to be allowed; answers the reservation's id. */
  async write(
    body = words(),
    recipient: Recipient = someone({ degree: 'FIRST' }),
    more: object = {},
  ): Promise<string> {
    const asked = { message: { subject: `About ${body}`, body }, ...more };
    const decision = await this.reserve('DIRECT_MESSAGE', recipient, asked);
    if (decision.outcome !== 'ALLOWED') throw new Error(JSON.stringify(decision));
    return decision.reservation.id;
  }

  /** What is told of a reservation's text; undefined where there is no such reservation. */
  async textOf(id: string, key = this.agency.key): Promise<Json> {
    const query = `query ($id: ID!) { node(id: $id) { ... on Reservation { ${KEPT} } } }`;
    return (await this.at.data(key, query, { id })).node?.keptText;
  }
}

/** All of a database, as the superuser sees it. */
export class WholeDatabase {
  private constructor(private readonly superuser: pg.Client) {}

  static async open(url: string): Promise<WholeDatabase> {
    const superuser = new pg.Client({ connectionString: url });
    await superuser.connect();
    return new WholeDatabase(superuser);
  }

  close(): Promise<void> {
    return this.superuser.end();
  }

  /** The tables in which a text stands: as it is, or as bytes, in hex or base64, in UTF-8 or UTF-16. */
  async tablesWith(text: string): Promise<string[]> {
    const found = await this.superuser.query<{ name: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'm', 't') AND n.nspname <> 'information_schema'
         AND (n.nspname NOT LIKE 'pg\\_%' OR c.relname IN ('pg_statistic', 'pg_largeobject')) ORDER BY 1`,
    );
    const tables: string[] = [];
    for (const { name } of found.rows) {
      const { rows } = await this.superuser.query<{ found: boolean }>(
        `SELECT EXISTS (SELECT 1 FROM ${name} t WHERE t::text ~* ANY ($1::text[])) AS found`,
        [spellingsOf(text)],
      );
      if (rows[0]?.found) tables.push(name);
    }
    if (found.rows.length < 50) throw new Error('Not all of the tables were looked at.');
    return tables;
  }

  async kept(agencyId: string): Promise<number> {
    const { rows } = await this.superuser.query<{ kept: string }>(
      'SELECT count(*) AS kept FROM kept_text WHERE agency_id = $1',
      [agencyId],
    );
    return Number(rows[0]?.kept);
  }

  /** What no server would do. */
  async alter(sql: string, values: readonly unknown[]): Promise<void> {
    const { rowCount } = await this.superuser.query(sql, [...values]);
    if (rowCount === 0) throw new Error(`Nothing was altered: ${sql}`);
  }
}

/** Whatever way a text may be written in a row. Base64 begins with any of three bytes: what is in the middle is looked for. */
function spellingsOf(text: string): string[] {
  const base64 = [0, 1, 2].map((before) =>
    Buffer.from(`${'x'.repeat(before)}${text}`)
      .toString('base64')
      .slice(4, -4)
      .replaceAll('+', '\\+'),
  );
  const hex = [Buffer.from(text), Buffer.from(text, 'utf16le')].map((bytes) => bytes.toString('hex'));
  return [text, [...text].toReversed().join(''), ...hex, ...base64];
}
