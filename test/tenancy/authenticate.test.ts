import { randomUUID } from 'node:crypto';
import type { DataSource, QueryRunner } from 'typeorm';
import { mintKey } from '../../src/tenancy/api-key.js';
import { Authenticator } from '../../src/tenancy/authenticate.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { inAgency } from '../../src/tenancy/door.js';
import { parseToken } from '../../src/tenancy/token.js';
import { done, keyIdOf, seedAgency, servicesOn, viewerAs } from '../support/agency.js';
import { testDatabase } from '../support/database.js';

let dataSource: DataSource;
let services: ReturnType<typeof servicesOn>;
let authenticator: Authenticator;

beforeAll(async () => {
  dataSource = await openDataSource((await testDatabase()).appUrl);
  services = servicesOn(dataSource);
  authenticator = new Authenticator(dataSource);
});
afterEach(() => authenticator.settled());
afterAll(() => dataSource.destroy());

async function answerTo(header: string | undefined, by = authenticator): Promise<unknown> {
  return by.authenticate(header).catch((error: unknown) => error);
}

/** Every statement that goes through the pool while `work` runs. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const statements: string[] = [];
  const { logger } = dataSource;
  dataSource.logger = Object.assign(Object.create(logger) as typeof logger, {
    logQuery: (sql: string, _values?: unknown[], _runner?: QueryRunner) => statements.push(sql),
  });
  try {
    await work();
  } finally {
    dataSource.logger = logger;
  }
  return statements;
}

describe('authenticate', () => {
  it('knows whose key it is', async () => {
    const { agencyId, owner, key } = await seedAgency(dataSource);
    expect(await authenticator.authenticate(`Bearer ${key}`)).toEqual(owner);
    expect(await authenticator.authenticate(`bearer  ${key} `)).toMatchObject({ agencyId, role: 'OWNER' });
  });

  it('answers the same to a key that is missing, malformed, unknown, revoked, expired, or has another secret', async () => {
    const { agencyId, owner, key } = await seedAgency(dataSource);
    const stranger = await seedAgency(dataSource);
    const [revoked, expired] = [
      done(await services.apiKeys.createApiKey(owner, { name: 'x', role: 'ADMIN' })),
      done(await services.apiKeys.createApiKey(owner, { name: 'x', role: 'ADMIN' })),
    ];
    done(await services.apiKeys.revokeApiKey(owner, revoked.apiKey.id));
    await expire(agencyId, expired.apiKey.id);
    const keyId = keyIdOf(owner);
    const headers = [
      undefined,
      '',
      'Bearer',
      key,
      `Basic ${key}`,
      `Bearer ${key}x`,
      `Bearer ${key} ${key}`,
      `Bearer ${'x'.repeat(10_000)}`,
      `Bearer ${revoked.secret}`,
      `Bearer ${expired.secret}`,
      `Bearer ${mintKey(agencyId, keyId).key}`,
      `Bearer ${mintKey(stranger.agencyId, keyId).key}`,
      `Bearer ${mintKey(keyId, keyId).key}`,
    ];
    const answers = await Promise.all(headers.map((header) => answerTo(header)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringContaining('Bearer') });
  });

  // The run-time role can't alter when a key expires: the owner of the tables can.
  async function expire(agencyId: string, keyId: string): Promise<void> {
    const ownersPool = await openDataSource((await testDatabase()).ownerUrl, { connectionsMax: 1 });
    await inAgency(ownersPool, { agencyId }, (manager) =>
      manager.query(
        `UPDATE api_key SET expires_at = floor(extract(epoch FROM clock_timestamp()) * 1000) - 1
         WHERE agency_id = $1 AND id = $2`,
        [agencyId, keyId],
      ),
    );
    await ownersPool.destroy();
  }

  it('refuses a key at the very next request after it was revoked, in every process', async () => {
    const { owner } = await seedAgency(dataSource);
    const { apiKey, secret } = done(await services.apiKeys.createApiKey(owner, { name: 'x', role: 'ADMIN' }));
    const elsewhere = new Authenticator(dataSource);
    for (const process of [authenticator, elsewhere]) await process.authenticate(`Bearer ${secret}`);
    // Some look-ups are on their way while it is revoked; whoever asks afterwards is not answered by one of them.
    const early = Array.from({ length: 20 }, () => answerTo(`Bearer ${secret}`));
    done(await services.apiKeys.revokeApiKey(owner, apiKey.id));
    for (const process of [authenticator, elsewhere]) {
      expect(await answerTo(`Bearer ${secret}`, process)).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    await Promise.all(early);
  });

  it('combines callers that come at once, of any agency, and mixes none up', async () => {
    const agencies = [
      await seedAgency(dataSource),
      await seedAgency(dataSource),
      await seedAgency(dataSource),
    ];
    const asked = Array.from({ length: 300 }, (_, index) => agencies[index % 3]!);
    const statements = await statementsOf(async () => {
      const viewers = await Promise.all(asked.map(({ key }) => authenticator.authenticate(`Bearer ${key}`)));
      expect(viewers).toEqual(asked.map(({ owner }) => owner));
    });
    const lookUps = statements.filter((sql) => sql.includes('secret_sha256'));
    // The first caller alone, then 200, then 99.
    expect(lookUps).toHaveLength(3);
  });

  it('opens the door for the agencies that the keys name, and no longer than the look-up takes', async () => {
    const { key } = await seedAgency(dataSource);
    await authenticator.authenticate(`Bearer ${key}`);
    expect(await dataSource.query('SELECT count(*)::int4 AS seen FROM api_key')).toEqual([{ seen: 0 }]);
  });

  it('keeps when a key was last used, to the minute', async () => {
    const { agencyId, owner, key } = await seedAgency(dataSource);
    const lastUsedAt = async () => {
      await authenticator.settled();
      return (await services.apiKeys.byIds(owner, [keyIdOf(owner)])).get(keyIdOf(owner))?.lastUsedAt;
    };
    expect(await lastUsedAt()).toBeNull();
    await answerTo(`Bearer ${mintKey(agencyId, keyIdOf(owner)).key}`);
    expect(await lastUsedAt()).toBeNull();
    await authenticator.authenticate(`Bearer ${key}`);
    const first = await lastUsedAt();
    expect(Math.abs(Date.now() - (first ?? 0))).toBeLessThan(60_000);
    const again = await statementsOf(async () => {
      await authenticator.authenticate(`Bearer ${key}`);
      await authenticator.settled();
    });
    expect(again.filter((sql) => sql.includes('UPDATE'))).toEqual([]);
    await inAgency(dataSource, owner, (manager) =>
      manager.query('UPDATE api_key SET last_used_at = last_used_at - 60000 WHERE agency_id = $1', [
        agencyId,
      ]),
    );
    await authenticator.authenticate(`Bearer ${key}`);
    expect(await lastUsedAt()).toBeGreaterThanOrEqual(first ?? Infinity);
  });

  it('holds nobody up while somebody holds the row of a key, and tells that its use was not written', async () => {
    const [held, other] = [await seedAgency(dataSource), await seedAgency(dataSource)];
    const failures: unknown[] = [];
    const gate = await openDataSource((await testDatabase()).appUrl, { connectionsMax: 2 });
    const gatekeeper = new Authenticator(gate, (error) => failures.push(error));
    await inAgency(dataSource, held.owner, async (manager) => {
      await manager.query('SELECT FROM api_key WHERE agency_id = $1 FOR UPDATE', [held.agencyId]);
      // The first use of each: both are to be written.
      const asked = [held, other, held].map(({ key }) => gatekeeper.authenticate(`Bearer ${key}`));
      expect(await Promise.all(asked)).toEqual([held.owner, other.owner, held.owner]);
      expect(failures).toEqual([]);
      await gatekeeper.settled();
    });
    expect(failures).not.toEqual([]);
    for (const failure of failures) expect(failure).toMatchObject({ code: '55P03' });
    const keyId = keyIdOf(other.owner);
    expect((await services.apiKeys.byIds(other.owner, [keyId])).get(keyId)?.lastUsedAt).not.toBeNull();
    await gate.destroy();
  });

  it('looks up an agency that is known before keys that name thousands of others', async () => {
    const { key, owner } = await seedAgency(dataSource);
    // Of one connection, which each look-up has for itself: of two, the one that is opened last would be late.
    const gate = await openDataSource((await testDatabase()).appUrl, { connectionsMax: 1 });
    const gatekeeper = new Authenticator(gate);
    await gatekeeper.authenticate(`Bearer ${key}`);
    await gatekeeper.settled();
    let refused = 0;
    const madeUp = Array.from({ length: 3_000 }, async () => {
      const { key: none } = mintKey(randomUUID(), randomUUID());
      await gatekeeper.authenticate(`Bearer ${none}`).catch(() => (refused += 1));
    });
    expect(await gatekeeper.authenticate(`Bearer ${key}`)).toEqual(owner);
    expect(refused).toBeLessThan(2_000);
    await Promise.all(madeUp);
    expect(refused).toBe(3_000);
    await gatekeeper.settled();
    await gate.destroy();
  });

  it('knows which tokens it let in, for as long as they are in force', async () => {
    const { agencyId, owner } = await seedAgency(dataSource);
    const { apiKey, secret } = done(await services.apiKeys.createApiKey(owner, { name: 'x', role: 'ADMIN' }));
    const { key: another } = mintKey(agencyId, apiKey.id);
    const wasLetIn = (key: string): boolean => authenticator.wasLetIn(parseToken('KEY', key)!);
    expect(wasLetIn(secret)).toBe(false);
    await authenticator.authenticate(`Bearer ${secret}`);
    await answerTo(`Bearer ${another}`);
    expect([secret, another].map(wasLetIn)).toEqual([true, false]);
    done(await services.apiKeys.revokeApiKey(owner, apiKey.id));
    await answerTo(`Bearer ${secret}`);
    expect(wasLetIn(secret)).toBe(false);
  });

  it('goes on after the database failed a look-up', async () => {
    const { key, owner } = await seedAgency(dataSource);
    const broken = await openDataSource((await testDatabase()).appUrl, { connectionsMax: 1 });
    const elsewhere = new Authenticator(broken);
    await broken.destroy();
    const failures = await Promise.all([
      answerTo(`Bearer ${key}`, elsewhere),
      answerTo(`Bearer ${key}`, elsewhere),
    ]);
    for (const failure of failures) expect(failure).toBeInstanceOf(Error);
    await broken.initialize();
    expect(await elsewhere.authenticate(`Bearer ${key}`)).toEqual(owner);
    await elsewhere.settled();
    await broken.destroy();
  });
});

describe('what a viewer doesn’t see does not exist', () => {
  it('gives the same answer by the same statements for the id of another client account as for nobody’s', async () => {
    const { owner, plan, clientAccount, seat } = await seedAgency(dataSource);
    const account = { name: 'Other', planId: plan.id, timeZone: 'UTC' };
    const other = done(await services.clientAccounts.createClientAccount(owner, account));
    const admin = viewerAs(owner, 'ADMIN', other.id);
    const nobody = '00000000-0000-0000-0000-000000000000';
    const asks: ((seatId: string, clientAccountId: string) => Promise<unknown>)[] = [
      (id) => services.seats.pauseSeat(admin, id),
      (id) => services.seats.resumeSeat(admin, id),
      (id) => services.seats.updateSeat(admin, { seatId: id, holderName: 'x' }),
      (id) => services.seatReader.byIds(admin, [id]),
      (_, id) => services.clientAccounts.updateClientAccount(admin, { clientAccountId: id, name: 'x' }),
      (_, id) => services.clientAccounts.byIds(admin, [id]),
      (_, id) => services.campaigns.createCampaign(admin, { clientAccountId: id, name: 'x', seatIds: [] }),
      (_, id) => services.apiKeys.createApiKey(admin, { name: 'x', role: 'ANALYST', clientAccountId: id }),
      (id) => services.limits.limitsOfScope(admin, { kind: 'SEAT', id }),
    ];
    for (const ask of asks) {
      const [answers, statements]: [unknown[], string[][]] = [[], []];
      for (const [seatId, clientAccountId] of [
        [seat.id, clientAccount.id],
        [nobody, nobody],
      ] as const) {
        statements.push(await statementsOf(async () => answers.push(await ask(seatId, clientAccountId))));
      }
      expect(statements[0]).toEqual(statements[1]);
      expect(statements[0]?.length).toBeGreaterThan(2);
      expect(
        JSON.stringify(answers[0]).replaceAll(seat.id, nobody).replaceAll(clientAccount.id, nobody),
      ).toBe(JSON.stringify(answers[1]));
    }
  });
});
