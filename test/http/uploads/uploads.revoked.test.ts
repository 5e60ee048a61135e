import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import type { Refusal } from '../../../src/errors.js';
import { createApp, routesOf } from '../../../src/http/app.js';
import { imports } from '../../../src/http/uploads/imports.js';
import { leadLists } from '../../../src/http/uploads/lead-lists.js';
import { Uploads } from '../../../src/http/uploads/uploads.js';
import { NO_WORDS } from '../../../src/outreach/prospect.js';
import { toId } from '../../../src/schema/ids.js';
import { AuditLog } from '../../../src/services/audit-log.js';
import { Changes, type ChangeWork } from '../../../src/services/changes.js';
import { ImportService } from '../../../src/services/imports/import.service.js';
import { DoNotContactLists } from '../../../src/services/prospects/do-not-contact.lists.js';
import { ListEntry } from '../../../src/services/prospects/list.entry.js';
import { LeadListService } from '../../../src/services/prospects/lead-list.service.js';
import { ProspectWriter } from '../../../src/services/prospects/prospect.writer.js';
import { Authenticator } from '../../../src/tenancy/authenticate.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { ME } from '../../imports/reading.js';
import { TEST_FINGERPRINTS, type SeededAgency } from '../../support/agency.js';
import { Api, type Json } from '../../support/api.js';
import { SMALL_EXPORT, zipOf } from '../../support/exports.js';
import { clientOf, member } from '../../support/members.js';

/** What comes in for minutes is written by what whoever sends it may do then, not by what they could when it began. */

let api: Api;
let agency: SeededAgency;
let folder: string;
let server: FastifyInstance;
let port: number;
const audit = new AuditLog(TEST_FINGERPRINTS);

beforeAll(async () => {
  api = await Api.start();
  folder = await mkdtemp(join(tmpdir(), 'headroom-uploads-test-'));
  const authenticator = new Authenticator(api.dataSource);
  const writer = new ProspectWriter(api.dataSource, TEST_FINGERPRINTS);
  const options = {
    authenticate: (header: string | undefined, session: string | undefined) =>
      authenticator.authenticate(header, session),
    sessionOf: ({ headers }: { headers: Json }) => headers['x-test-session'],
    uploads: new Uploads(1_000_000, folder),
    imports: new ImportService(api.dataSource, audit, TEST_FINGERPRINTS),
    leadLists: new LeadListService(api.dataSource, writer, audit),
    doNotContactLists: listsOn(new Changes(api.dataSource)),
  };
  server = await createApp({ logger: pino({ level: 'silent' }), observe: () => undefined }, [
    routesOf(imports, options),
    routesOf(leadLists, options),
  ]);
  port = Number(new URL(await server.listen({ port: 0 })).port);
});
afterAll(async () => {
  server.server.closeAllConnections();
  await server.close();
  await rm(folder, { recursive: true });
  await api.close();
});
beforeEach(async () => {
  await api.dataSource.query('DELETE FROM sign_in_try');
  agency = await api.seed({ seat: { profileUrl: ME, history: 'UNKNOWN' } });
});

function listsOn(changes: Changes): DoNotContactLists {
  return new DoNotContactLists(api.dataSource, { changes, audit, fingerprints: TEST_FINGERPRINTS });
}

const LIST = 'url,company\nin/ada,Acme\nin/bea,Acme\nin/cleo,Acme\n';
const UPLOADS = {
  prospects: {
    path: () => `/imports/lead-list?clientAccountId=${clientOf(agency)}`,
    ...{ type: 'text/csv', body: async () => Buffer.from(LIST) },
  },
  'whom to leave alone': {
    path: () => `/imports/lead-list?clientAccountId=${clientOf(agency)}&as=do-not-contact`,
    ...{ type: 'text/csv', body: async () => Buffer.from(LIST) },
  },
  'an archive': {
    path: () => `/imports/linkedin-export?seatId=${toId('seat', agency.seat.id)}`,
    ...{ type: 'application/zip', body: async () => zipOf(SMALL_EXPORT) },
  },
} as const;

const ENDS = {
  revokeApiKey: {
    sender: async (): Promise<Sender> => {
      const made = await change(
        'createApiKey',
        'CreateApiKeyInput',
        { name: 'Tool', role: 'MANAGER' },
        'apiKey { id } secret',
      );
      return { headers: { authorization: `Bearer ${made.secret}` }, id: made.apiKey.id };
    },
    end: async (apiKeyId: string) =>
      void (await change('revokeApiKey', 'RevokeApiKeyInput', { apiKeyId }, 'apiKey { id }')),
    expected: 401,
  },
  removeMember: {
    sender: async () => signedIn(),
    end: async (memberId: string) =>
      void (await change('removeMember', 'RemoveMemberInput', { memberId }, 'member { id }')),
    expected: 401,
  },
  takeFromMember: {
    sender: async () => signedIn(),
    end: async (memberId: string) => {
      const input = { memberId, clientAccountIds: [clientOf(agency)] };
      await change('takeFromMember', 'TakeFromMemberInput', input, 'member { id }');
    },
    expected: 503,
  },
} as const;

interface Sender {
  readonly headers: Record<string, string>;
  readonly id: string;
}

async function signedIn(): Promise<Sender> {
  const given = { clientAccountIds: [clientOf(agency)] };
  const { memberId, cookie } = await member(api, agency, `m${Date.now()}@example.com`, 'MANAGER', given);
  return { headers: { 'x-test-session': cookie?.split('=')[1] ?? '' }, id: memberId };
}

async function change(name: string, type: string, input: object, fields: string): Promise<Json> {
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} userErrors { code } } }`;
  const answer = (await api.data(agency.key, query, { input }))[name];
  expect(answer.userErrors).toEqual([]);
  return answer;
}

/** All that an upload might write. */
function written(): Promise<Json> {
  const tables = ['recipient', 'recipient_key', 'prospect', 'do_not_contact', 'archive_import', 'charge'];
  return inAgency(api.dataSource, agency.owner, async (manager) => {
    const [row] = await manager.query<Json[]>(
      `SELECT ${tables.map((table) => `(SELECT count(*)::int4 FROM ${table} WHERE agency_id = $1) AS ${table}`).join(', ')}`,
      [agency.agencyId],
    );
    return row;
  });
}

async function uploadsToBe(count: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  while ((await readdir(folder)).length !== count) {
    if (Date.now() > deadline) throw new Error(`There are ${(await readdir(folder)).length} uploads.`);
    await pause(5);
  }
}

describe.each(['prospects', 'whom to leave alone', 'an archive'] as const)('an upload of %s', (what) => {
  const { path, type, body } = UPLOADS[what];

  /** The first bytes of it; it is under way then. */
  async function begin({ headers }: Sender, sent: Buffer): Promise<ClientRequest> {
    const told = { 'content-type': type, 'x-headroom-import': '1', ...headers };
    const begun = request({ port, path: path(), method: 'POST', headers: told });
    begun.write(sent.subarray(0, 10));
    await uploadsToBe(1);
    return begun;
  }

  async function finish(begun: ClientRequest, sent: Buffer): Promise<number | undefined> {
    begun.end(sent.subarray(10));
    const [answer] = (await once(begun, 'response')) as [IncomingMessage];
    answer.resume();
    await once(answer, 'end');
    return answer.statusCode;
  }

  it.each(['revokeApiKey', 'removeMember', 'takeFromMember'] as const)(
    'writes nothing where its sender’s right was ended by %s while it came in',
    async (ended) => {
      const { sender, end, expected } = ENDS[ended];
      const [who, sent, before] = [await sender(), await body(), await written()];
      const begun = await begin(who, sent);
      await end(who.id);
      expect(await finish(begun, sent)).toBe(expected);
      expect(await written()).toEqual(before);
    },
  );

  it('is written where nothing was ended', async () => {
    const [who, sent, before] = [await signedIn(), await body(), await written()];
    expect(await finish(await begin(who, sent), sent)).toBe(200);
    expect(await written()).not.toEqual(before);
  });
});

describe('a list that was written in part when its sender was removed', () => {
  it('goes no further', async () => {
    const viewer = await managerOf();
    const writer = new ProspectWriter(api.dataSource, TEST_FINGERPRINTS);
    const { id: clientAccountId } = agency.clientAccount;
    const subject = {
      verb: 'importLeadList',
      subjectKind: 'CLIENT_ACCOUNT',
      subjectId: clientAccountId,
    } as const;
    const entry = new ListEntry(audit, viewer, subject);
    const listing = { clientAccountId, replaces: false, seen: new Set<string>(), entry };
    const told = (name: string) => [
      {
        ...{ profileUrl: `https://www.linkedin.com/in/${name}`, salesNavigatorUrl: null },
        words: { ...NO_WORDS },
      },
    ];
    await writer.list(viewer, told('ada'), listing, false);
    await remove(viewer);
    const before = await written();
    await expect(writer.list(viewer, told('ada'), listing, false)).rejects.toMatchObject(ENDED);
    await expect(writer.list(viewer, told('bea'), listing, false)).rejects.toMatchObject(ENDED);
    expect(await written()).toEqual(before);
  });

  it('is in the audit log with what was written', async () => {
    const viewer = await managerOf();
    const path = join(folder, 'list.csv');
    const rows = Array.from({ length: 700 }, (_, row) => `in/person-${row}\n`);
    await writeFile(path, `url\n${rows.join('')}`);
    const lists = listsOn(new RemovingAfterwards(api.dataSource, () => remove(viewer)));
    const { id: clientAccountId } = agency.clientAccount;
    await expect(lists.importList(viewer, { clientAccountId, path })).rejects.toMatchObject(ENDED);
    await rm(path);
    expect((await written()).do_not_contact).toBe(500);
    const entries = await inAgency(api.dataSource, agency.owner, (manager) =>
      manager.query<Json[]>(
        `SELECT actor, changes->'begun' AS begun, changes->'people' AS people FROM audit_entry
         WHERE agency_id = $1 AND verb = 'addDoNotContact' ORDER BY id`,
        [agency.agencyId],
      ),
    );
    const { actor } = viewer;
    expect(entries).toEqual([
      { actor, begun: { old: null, new: true }, people: null },
      { actor, begun: null, people: { old: null, new: 500 } },
    ]);
  });

  const ENDED = { code: 'UNAUTHENTICATED' };

  /** Whoever it is that changes something is removed right after it. */
  class RemovingAfterwards extends Changes {
    constructor(
      dataSource: DataSource,
      private readonly remove: () => Promise<void>,
    ) {
      super(dataSource);
    }

    override async make<T>(viewer: Viewer, work: ChangeWork<T>): Promise<T | Refusal> {
      const made = await super.make(viewer, work);
      await this.remove();
      return made;
    }
  }

  async function managerOf(): Promise<Viewer> {
    const { headers } = await signedIn();
    return new Authenticator(api.dataSource).authenticate(undefined, headers['x-test-session']);
  }

  function remove({ credential }: Viewer): Promise<void> {
    return ENDS.removeMember.end(toId('member', credential?.id ?? ''));
  }
});
