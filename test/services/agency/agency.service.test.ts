import type { DataSource } from 'typeorm';
import { refuse } from '../../../src/errors.js';
import { Authenticator } from '../../../src/tenancy/authenticate.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { systemViewer } from '../../../src/tenancy/viewer.js';
import { done, keyIdOf, refused, seedAgency, servicesOn, TEST_FINGERPRINTS } from '../../support/agency.js';
import { testDatabase } from '../../support/database.js';

let dataSource: DataSource;
let services: ReturnType<typeof servicesOn>;

beforeAll(async () => {
  dataSource = await openDataSource((await testDatabase()).appUrl);
  services = servicesOn(dataSource);
});
afterAll(() => dataSource.destroy());

describe('createAgency', () => {
  it('makes an agency with its book, its zone and an owner’s key', async () => {
    const input = { name: 'North', timeZone: 'Europe/Madrid' };
    const { agency, apiKey, secret } = done(await services.agencies.createAgency(input));
    const viewer = await new Authenticator(dataSource).authenticate(`Bearer ${secret}`);
    expect(viewer).toMatchObject({ agencyId: agency.agencyId, role: 'OWNER', reach: null });
    expect(apiKey.name).toBe('Owner');
    expect(await services.agencies.getAgency(viewer)).toEqual(agency);
    const [kept] = await inAgency(dataSource, viewer, (manager) =>
      manager.query<object[]>(
        `SELECT b.last_at::float8 AS last_at, z.time_zone, d.created_at::float8 AS created_at
         FROM agency_book b JOIN scope_zone z ON z.agency_id = b.agency_id AND z.scope_kind = 'AGENCY'
         JOIN agency_directory d ON d.id = b.agency_id WHERE b.agency_id = $1`,
        [agency.agencyId],
      ),
    );
    expect(kept).toEqual({
      last_at: agency.createdAt,
      time_zone: 'Europe/Madrid',
      created_at: agency.createdAt,
    });
  });

  it.each([
    ['a blank name', { name: '' }, 'INVALID input.name'],
    ['no zone', { timeZone: 'Nowhere' }, 'INVALID input.timeZone'],
  ])('refuses %s', async (_what, wrong, answer) => {
    const input = { name: 'North', timeZone: 'UTC', ...wrong };
    expect(refused(await services.agencies.createAgency(input))).toBe(answer);
  });
});

describe('createWithOwner', () => {
  const input = { name: 'North', timeZone: 'UTC' };
  const email = 'ada@north.example';
  const letters = { send: () => undefined };

  it.each([
    ['is refused', async () => refuse('TAKEN', 'A member has this address already.', 'email'), 'TAKEN'],
    ['fails', () => Promise.reject(new Error('the connection was lost')), 'the connection was lost'],
  ])('makes no agency where the invitation of its owner %s', async (_what, insert, answer) => {
    const before = await services.agencies.allIds();
    const created = services.agencies.createWithOwner(input, email, { members: { insert }, letters });
    const told = await created.then(refused, ({ message }: Error) => message);
    expect(told).toContain(answer);
    expect(await services.agencies.allIds()).toEqual(before);
  });

  it.each([
    ['a blank name', { name: '' }, email],
    ['no address', {}, 'ada'],
  ])('refuses %s', async (_what, wrong, address) => {
    const insert = () => Promise.reject(new Error('Nobody is invited.'));
    const asked = { ...input, ...wrong };
    const created = await services.agencies.createWithOwner(asked, address, { members: { insert }, letters });
    expect(refused(created)).toContain('INVALID');
  });
});

describe('getAgency', () => {
  it('says so where there is none', async () => {
    const nobody = systemViewer('00000000-0000-0000-0000-000000000000', 'test');
    await expect(services.agencies.getAgency(nobody)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the audit log', () => {
  it('P9: tells who changed what with old and new, and no name, address or reference', async () => {
    const canary = 'canary';
    const { owner, agencyId, plan, clientAccount, seat } = await seedAgency(dataSource, {
      plan: { name: `${canary} plan`, limits: [{ actions: ['FOLLOW'], windowKind: 'CALENDAR_DAY', max: 3 }] },
      clientAccount: { name: `${canary} client`, externalRef: `${canary}-ref` },
      seat: {
        holderName: `${canary} holder`,
        profileUrl: `https://www.linkedin.com/in/${canary}-${Date.now()}`,
      },
    });
    const rename = (holderName: string) =>
      services.seats.updateSeat(owner, { seatId: seat.id, holderName, tier: 'BASIC' });
    done(await rename('Another canary'));
    done(await rename(`${canary} holder`));
    const entries = await inAgency(dataSource, owner, (manager) =>
      manager.query<{ actor: string; verb: string; subject_id: string; changes: Record<string, unknown> }[]>(
        'SELECT actor, verb, subject_id, changes FROM audit_entry WHERE agency_id = $1 ORDER BY id',
        [agencyId],
      ),
    );
    const changesBy = (verb: string) =>
      entries.filter((entry) => entry.verb === verb).map(({ changes }) => changes);
    expect(JSON.stringify(entries)).not.toMatch(new RegExp(canary, 'i'));
    expect(changesBy('createPlan')).toMatchObject([
      { v: 1, seatAllowance: { old: null, new: 10 }, limits: { old: null, new: ['FOLLOW@CALENDAR_DAY=3'] } },
    ]);
    expect(changesBy('createClientAccount')).toMatchObject([{ planId: { old: null, new: plan.id } }]);
    expect(changesBy('addSeat')).toMatchObject([{ clientAccountId: { old: null, new: clientAccount.id } }]);
    const fingerprint = (name: string) =>
      `hmac${TEST_FINGERPRINTS.version}:${TEST_FINGERPRINTS.of('AUDIT', agencyId, 'holderName', JSON.stringify(name)).toString('hex').slice(0, 16)}`;
    const [old, other] = [fingerprint(`${canary} holder`), fingerprint('Another canary')];
    const renames = changesBy('updateSeat');
    expect(renames).toHaveLength(2);
    expect(renames).toContainEqual({
      v: 1,
      holderName: { old, new: other },
      tier: { old: 'SALES_NAVIGATOR', new: 'BASIC' },
    });
    expect(renames).toContainEqual({ v: 1, holderName: { old: other, new: old } });
    expect(new Set(entries.slice(1).map(({ actor }) => actor))).toEqual(new Set([`key:${keyIdOf(owner)}`]));
  });
});
