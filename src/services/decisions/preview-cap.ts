import { LRUCache } from 'lru-cache';
import type { DataSource, EntityManager } from 'typeorm';
import { Failure } from '../../errors.js';
import type { RecipientKey } from '../../ledger/people/recipients.js';
import { DAY, type Instant } from '../../quota/window.js';
import { inAgency } from '../../tenancy/door.js';
import type { Credential, Viewer } from '../../tenancy/viewer.js';

/** Different people that a key or a member may preview in a day of UTC. */
const PEOPLE_MAX = 500;
/** People that this process remembers to have let in; whoever was let in first is forgotten first, and looked up again. */
const REMEMBERED_MAX = 10_000;
/** Rows of days gone by that are deleted at once. */
const DELETED_MAX = 1_000;

/**
 * How many different people a key or a member may preview: a preview leaves no decision behind, and would otherwise tell of as many
 * people as anybody cares to ask for. It counts over all processes, and writes once for a person and day.
 */
export class PreviewCap {
  private readonly remembered = new LRUCache<string, true>({ max: REMEMBERED_MAX });

  constructor(
    private readonly dataSource: DataSource,
    private readonly peopleMax = PEOPLE_MAX,
  ) {}

  /** Counts a person that was previewed at an instant. Throws THROTTLED where it is one too many for the day. */
  async count(viewer: Viewer, person: RecipientKey, at: Instant): Promise<void> {
    const { agencyId, credential } = viewer;
    if (credential === null) return;
    const day = Math.floor(at / DAY);
    const name = [agencyId, credential.id, day, person.fingerprint.toString('base64')].join(' ');
    if (this.remembered.has(name)) return;
    await inAgency(this.dataSource, viewer, (manager) =>
      this.countOnce(manager, { agencyId, credential, day }, person, at),
    );
    this.remembered.set(name, true);
  }

  private async countOnce(
    manager: EntityManager,
    { agencyId, credential, day }: AskerDay,
    { fingerprint, older }: RecipientKey,
    at: Instant,
  ): Promise<void> {
    // The asker's row, so that two processes count one after the other; the statement behind it sees what the other wrote.
    await manager.query(LOCK[credential.kind], [agencyId, credential.id]);
    const known = [fingerprint, ...(older ?? []).map((kept) => kept.fingerprint)];
    const [seen] = await manager.query<Seen[]>(COUNT, [agencyId, credential.id, day, known]);
    if (!seen || seen.known) return;
    if (seen.people >= this.peopleMax) throw tooMany(this.peopleMax, (day + 1) * DAY - at);
    // The first of a day, seldom enough, takes away what earlier days have left.
    if (seen.people === 0) await manager.query(DELETE_OLD, [agencyId, day]);
    await manager.query(INSERT, [agencyId, credential.id, day, fingerprint]);
  }
}

interface AskerDay {
  readonly agencyId: string;
  readonly credential: Credential;
  readonly day: number;
}

interface Seen {
  readonly people: number;
  readonly known: boolean;
}

const LOCK = {
  KEY: 'SELECT FROM api_key WHERE agency_id = $1 AND id = $2 FOR NO KEY UPDATE',
  SOURCE: 'SELECT FROM inbound_source WHERE agency_id = $1 AND id = $2 FOR NO KEY UPDATE',
  MEMBER: 'SELECT FROM member WHERE agency_id = $1 AND id = $2 FOR NO KEY UPDATE',
} as const satisfies Record<Credential['kind'], string>;

const COUNT = `
SELECT count(*)::int4 AS people, coalesce(bool_or(fingerprint = ANY ($4::bytea[])), false) AS known
FROM preview_recipient WHERE agency_id = $1 AND asker_id = $2 AND day = $3`;

const INSERT = `
INSERT INTO preview_recipient (agency_id, asker_id, day, fingerprint) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`;

const DELETE_OLD = `
DELETE FROM preview_recipient WHERE agency_id = $1 AND (asker_id, day, fingerprint) IN (
  SELECT asker_id, day, fingerprint FROM preview_recipient WHERE agency_id = $1 AND day < $2
  ORDER BY day, asker_id, fingerprint LIMIT ${DELETED_MAX})`;

function tooMany(peopleMax: number, retryAfterMs: number): Failure {
  const message = `A key, or a member, may preview ${peopleMax} different people a day (UTC); those of today can be previewed again.`;
  return new Failure('THROTTLED', message, retryAfterMs);
}
