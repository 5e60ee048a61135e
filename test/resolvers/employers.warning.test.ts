import { randomUUID } from 'node:crypto';
import { EMPLOYERS_MAX } from '../../src/ledger/books/people-tables.js';
import type { SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { clientOf } from '../support/members.js';

let api: Api;
let agency: SeededAgency;
beforeAll(async () => {
  api = await Api.start();
  agency = await api.seed();
});
afterAll(() => api.close());

/** What a list warns of that has so many companies of one person, and one of another. */
async function warnings(key: string): Promise<string[]> {
  const person = `https://www.linkedin.com/in/${randomUUID()}`;
  const rows = Array.from({ length: 2 * EMPLOYERS_MAX + 1 }, (_, index) => `${person},Company ${index}`);
  const response = await fetch(`${api.url}/imports/lead-list?clientAccountId=${clientOf(agency)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'text/csv', 'x-headroom-import': '1' },
    body: ['linkedin url,company', ...rows, `${person}-sister,Company`, ''].join('\n'),
  });
  const report = (await response.json()) as Json;
  expect(report.added).toBe(2);
  return report.warnings;
}

it('whoever sees all lists is told of how many people what one tells is not kept, by what all of them told', async () => {
  expect(await warnings(agency.key)).toEqual([expect.stringMatching(/^Of 1 people 50 companies/)]);
  expect(await warnings(await api.keyOf(agency, 'MANAGER', agency.clientAccount.id))).toEqual([]);
});
