import type { DataSource } from 'typeorm';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { done, newSeat, seedAgency, servicesOn, viewerAs } from '../../support/agency.js';
import { testDatabase } from '../../support/database.js';

let dataSource: DataSource;
let services: ReturnType<typeof servicesOn>;

beforeAll(async () => {
  dataSource = await openDataSource((await testDatabase()).appUrl);
  services = servicesOn(dataSource);
});
afterAll(() => dataSource.destroy());

describe('reading seats', () => {
  it('lists them in order of the holder’s name, filtered, page by page', async () => {
    const { owner, plan, clientAccount, seat } = await seedAgency(dataSource, {
      seat: { holderName: 'Carla' },
    });
    const input = { name: 'Other', planId: plan.id, timeZone: 'UTC' };
    const other = done(await services.clientAccounts.createClientAccount(owner, input));
    const add = async (accountId: string, holderName: string) =>
      done(await services.seats.addSeat(owner, newSeat(accountId, { holderName })));
    await add(clientAccount.id, 'Ana');
    await add(clientAccount.id, 'Ana');
    await add(other.id, 'Bea');
    done(await services.seats.pauseSeat(owner, seat.id));
    const all = { clientAccountId: null, statuses: null, search: null };
    const names = async (viewer: Viewer, filter: object, rowsAsked = 9) => {
      const found: string[] = [];
      let after: readonly (string | number | null)[] | null = null;
      do {
        const page = await services.seatReader.seats(
          viewer,
          { ...all, ...filter },
          { rows: rowsAsked, after },
        );
        found.push(...page.rows.map(({ node }) => node.holderName));
        after = page.hasNextPage ? page.rows.at(-1)!.position : null;
      } while (after);
      return found.join(' ');
    };
    expect(await names(owner, {}, 1)).toBe('Ana Ana Bea Carla');
    expect(await names(owner, { statuses: ['PAUSED', 'REMOVED'] })).toBe('Carla');
    expect(await names(owner, { clientAccountId: other.id })).toBe('Bea');
    expect(await names(owner, { search: 'AN' })).toBe('Ana Ana');
    expect(await services.seatReader.countSeats(owner, { ...all, search: 'an' })).toBe(2);
    const client = viewerAs(owner, 'CLIENT', clientAccount.id);
    expect(await names(client, {})).toBe('Ana Ana Carla');
    expect(await names(client, { clientAccountId: other.id })).toBe('');
    const stranger = await seedAgency(dataSource);
    expect(await names(stranger.owner, { clientAccountId: other.id })).toBe('');
  });

  it('reads a page for each of several client accounts at once', async () => {
    const { owner, plan, clientAccount } = await seedAgency(dataSource, { seat: { holderName: 'Carla' } });
    const input = { name: 'Other', planId: plan.id, timeZone: 'UTC' };
    const other = done(await services.clientAccounts.createClientAccount(owner, input));
    for (const holderName of ['Ana', 'Bea']) {
      done(await services.seats.addSeat(owner, newSeat(clientAccount.id, { holderName })));
    }
    const pages = await services.seatReader.seatsOfClientAccounts(owner, [clientAccount.id, other.id], {
      rows: 2,
      after: null,
    });
    const page = pages.get(clientAccount.id)!;
    expect(page.rows.map(({ node }) => node.holderName)).toEqual(['Ana', 'Bea']);
    expect(page.hasNextPage).toBe(true);
    expect(pages.get(other.id)).toMatchObject({ rows: [], hasNextPage: false });
    const next = await services.seatReader.seatsOfClientAccounts(owner, [clientAccount.id], {
      rows: 2,
      after: page.rows.at(-1)!.position,
    });
    expect(next.get(clientAccount.id)!.rows.map(({ node }) => node.holderName)).toEqual(['Carla']);
  });

  it('finds one by reference, and none by a reference that can’t be kept', async () => {
    const { owner, seat } = await seedAgency(dataSource, { seat: { externalRef: 'S-1' } });
    expect((await services.seatReader.byExternalRef(owner, 'S-1'))?.id).toBe(seat.id);
    expect(await services.seatReader.byExternalRef(owner, 'S\0')).toBeNull();
  });
});
