import { randomUUID } from 'node:crypto';
import { fromId } from '../../../src/schema/ids.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { SeededAgency } from '../../support/agency.js';
import type { Api } from '../../support/api.js';
import { OpenIdStage, sessionOf, setProvider, type TestProvider } from '../../support/open-id.js';
import { askAs, invite } from '../../support/members.js';

/** A domain with other letters than names are asked for by: providers tell it as it is read, or as it is asked for. */
const [READ, ASKED] = ['bücher.example', 'xn--bcher-kva.example'];

let stage: OpenIdStage;
let api: Api;
let provider: TestProvider;
let agency: SeededAgency;
let name: string;
beforeAll(async () => {
  stage = await OpenIdStage.start();
  ({ api, provider } = stage);
});
afterAll(() => stage.close());
beforeEach(async () => {
  agency = await stage.seed();
  name = randomUUID();
  const set = await setProvider(api, agency.key, { issuer: provider.issuer, allowedDomain: ASKED });
  expect(set.userErrors).toEqual([]);
});

/** The address of whoever came in by it. */
async function enter(email: string): Promise<string | undefined> {
  const cookie = sessionOf(await stage.enter(agency, { email }));
  return (await askAs(api, { cookie }, '{ viewer { member { email } } }')).data?.viewer.member.email;
}

it('is of one member, whichever way it is told', async () => {
  await invite(api, agency, `${name}@${READ}`, 'ANALYST');
  for (const domain of [READ, ASKED]) expect(await enter(`${name}@${domain}`)).toBe(`${name}@${READ}`);
  expect(await enter(`${name}@bucher.example`)).toBeUndefined();
});

it('lets in whoever was invited by the other way, before there was one', async () => {
  const { memberId } = await invite(api, agency, `${name}@${READ}`, 'ANALYST');
  const row = [agency.agencyId, fromId('member', memberId), `${name}@${ASKED}`];
  await inAgency(api.dataSource, agency, (manager) =>
    manager.query('UPDATE member SET email = $3 WHERE agency_id = $1 AND id = $2', row),
  );
  expect(await enter(`${name}@${ASKED}`)).toBe(`${name}@${ASKED}`);
});
