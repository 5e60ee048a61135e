import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { uuidAt } from '../../src/tenancy/uuid.js';
import { beforeMigration } from '../support/before-migration.js';

/** Memberships of before it was put down by what each was begun: which of them the account's password opens still. */
const FILE = '0095_who_shows_what.sql';
const AT = Date.now() - 100_000;

it('not where they may have come by the provider of their agency', () =>
  beforeMigration(FILE, async ({ client, bring }) => {
    const story = new Story(client);
    const early = await story.joins(await story.agency(null), AT);
    const acme = await story.agency(AT);
    const before = await story.joins(acme, AT - 1_000);
    const after = await story.joins(acme, AT + 1_000);
    const outside = await story.joins(acme, AT + 1_000, 'client.example');
    const gone = await story.agency(AT, false);
    const since = await story.joins(gone, AT + 1_000, 'client.example');
    const all = [early, before, after, outside, since];
    const account = await story.account(all.map((ref) => [...ref]));
    const marked = await story.account([[...after, 'PROVIDER'], [...before]]);
    // Nobody can have shown one that there isn't.
    const none = await story.account([[...after]], null);
    expect(await bring()).toEqual([FILE]);
    expect(await story.membersOf(account)).toEqual([
      ...[early, before, [...after, 'PROVIDER'], outside, [...since, 'PROVIDER']],
    ]);
    expect(await story.membersOf(marked)).toEqual([[...after, 'PROVIDER'], before]);
    expect(await story.membersOf(none)).toEqual([after]);
  }));

/** Rows as they were written then. */
class Story {
  constructor(private readonly client: pg.Client) {}

  /** `namedAt`: when it named a provider for acme.example, if it did; whether it has it still. */
  async agency(namedAt: number | null, hasItStill = true): Promise<string> {
    const id = randomUUID();
    await this.client.query('INSERT INTO agency_directory (id, created_at) VALUES ($1, 0)', [id]);
    await this.client.query(
      `INSERT INTO agency (agency_id, name, time_zone, created_at) VALUES ($1, 'Agency', 'UTC', 0)`,
      [id],
    );
    if (namedAt === null) return id;
    await this.client.query(
      `INSERT INTO audit_entry (agency_id, id, actor, verb, subject_kind, subject_id, changes)
       VALUES ($1, $2, 'system:test', 'setSignInProvider', 'ACCESS_RULES', $1, '{"v": 1}')`,
      [id, uuidAt(namedAt)],
    );
    if (!hasItStill) return id;
    await this.client.query(
      `INSERT INTO sign_in_provider (agency_id, id, issuer, client_id, sealed_client_secret, allowed_domain, set_by_role, set_at)
       VALUES ($1, $2, 'https://idp.example', 'headroom', '', 'acme.example', 'OWNER', $3)`,
      [id, randomUUID(), namedAt],
    );
    return id;
  }

  async joins(agencyId: string, at: number, domain = 'acme.example'): Promise<[string, string]> {
    const id = randomUUID();
    await this.client.query(
      `INSERT INTO member (agency_id, id, email, name, role, status, invited_by, created_at, joined_at)
       VALUES ($1, $2, $3, 'Ada', 'ADMIN', 'ACTIVE', 'system:test', 0, $4)`,
      [agencyId, id, `${id}@${domain}`, at],
    );
    return [agencyId, id];
  }

  async account(of: readonly (readonly string[])[], hash: string | null = '$argon2id$x'): Promise<Buffer> {
    const fingerprint = Buffer.from(`${randomUUID()}${randomUUID()}`.replaceAll('-', ''), 'hex');
    await this.client.query(
      'INSERT INTO account (fingerprint, key_version, password_hash, members, created_at) VALUES ($1, 1, $2, $3, 0)',
      [fingerprint, hash, JSON.stringify({ v: 1, of })],
    );
    return fingerprint;
  }

  async membersOf(fingerprint: Buffer): Promise<string[][]> {
    const { rows } = await this.client.query<{ members: { of: string[][] } }>(
      'SELECT members FROM account WHERE fingerprint = $1',
      [fingerprint],
    );
    return rows[0]?.members.of ?? [];
  }
}
