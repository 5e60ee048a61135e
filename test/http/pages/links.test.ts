import { createHash, randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { issueLink } from '../../../src/services/members/links.js';
import { fromId, toId } from '../../../src/schema/ids.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { launchBrowser, openOffline, type OfflinePage } from '../../support/browser.js';
import { ask, invite, member, PASSWORD } from '../../support/members.js';

/** The pages that an invitation and a link for a new password lead to, in a browser. */
let api: Api;
let browser: Browser;
let agency: SeededAgency;
let offline: OfflinePage;
let page: Page;

beforeAll(async () => {
  [api, browser] = await Promise.all([Api.start(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await api?.close();
});
beforeEach(async () => {
  agency = await api.seed();
  await api.dataSource.query('DELETE FROM sign_in_try');
  offline = await openOffline(browser);
  page = offline.page;
});
afterEach(() => offline.close());

const OTHER = 'another kettle 48 meadow';
const address = (): string => `${randomUUID()}@example.com`;
const signIn = (email: string, password: string, of: SeededAgency) =>
  ask(api, 'POST', '/auth/session', { email, password, agencyId: toId('agency', of.agencyId) });

async function open(path: string, token: string): Promise<void> {
  await page.goto(`${api.url}${path}#${token}`);
  await page.waitForSelector('form, #wrong:not([hidden])', { state: 'visible' });
}
const wrong = async (): Promise<string> => {
  await page.waitForSelector('#wrong', { state: 'visible' });
  return page.innerText('#wrong');
};

/** What went over the network names the token in bodies alone, and the page did nothing that its policy forbids. */
function expectSecret(token: string): void {
  for (const { url, headers } of offline.requests) {
    expect(`${url} ${JSON.stringify(headers)}`).not.toContain(token);
    expect(headers['referer']).toBeUndefined();
  }
  // A browser says in its console of each answer that is an error that it is one.
  expect(offline.faults.filter((fault) => !fault.includes('Failed to load resource'))).toEqual([]);
}

it('an invitation is accepted by its page: what is wrong is told as the route tells it, then there is a session', async () => {
  const email = address();
  const { token, memberId } = await invite(api, agency, email, 'ANALYST');
  await open('/join', token);
  expect(await page.innerText('h1')).toBe('Agency invites you');
  expect(await page.inputValue('[name=email]')).toBe(email);
  expect(await page.isVisible('#known')).toBe(false);
  await page.fill('[name=name]', 'Grace');
  await page.fill('[name=password]', 'short');
  await page.click('button');
  expect(await wrong()).toBe('The password has 10 to 256 characters.');
  await page.fill('[name=password]', PASSWORD);
  await page.click('button');
  await page.waitForSelector('#done', { state: 'visible' });
  expect(await page.isVisible('#wrong')).toBe(false);
  expect(await page.evaluate('location.href')).toBe(`${api.url}/join`);
  const session = await page.evaluate(`fetch('/auth/session').then((answer) => answer.json())`);
  expect(session).toMatchObject({ stage: 'SIGNED_IN', memberId });
  expectSecret(token);

  await open('/join', token);
  expect(await wrong()).toBe('The link is good for nothing: it was used, replaced, or has expired.');
  expect(await page.isVisible('form')).toBe(false);
});

it('whoever has a password shows it there, or takes one for the agency alone', async () => {
  const other = await api.seed();
  const { email } = await member(api, other, address(), 'ANALYST');
  const { token } = await invite(api, agency, email, 'ANALYST');
  await open('/join', token);
  expect(await page.isVisible('#known')).toBe(true);
  await page.fill('[name=name]', 'Grace');
  await page.fill('[name=password]', OTHER);
  await page.click('button');
  expect(await wrong()).toBe('The address or the password is wrong.');
  await page.check('[name=own]');
  await page.click('button');
  await page.waitForSelector('#done', { state: 'visible' });
  expect((await signIn(email, OTHER, agency)).status).toBe(200);
  expect((await signIn(email, OTHER, other)).status).toBe(401);
  expectSecret(token);
});

it('a password is set by the page of a link', async () => {
  const { email, memberId } = await member(api, agency, address(), 'ANALYST');
  const ref = { agencyId: agency.agencyId, memberId: fromId('member', memberId) ?? '' };
  const { token } = await inAgency(api.dataSource, ref, (manager) =>
    issueLink(manager, ref, 'PASSWORD', Date.now()),
  );
  await open('/password', token);
  await page.fill('[name=password]', OTHER);
  await page.click('button');
  await page.waitForSelector('#done', { state: 'visible' });
  expect(await page.evaluate('location.href')).toBe(`${api.url}/password`);
  expect((await signIn(email, PASSWORD, agency)).status).toBe(401);
  expect((await signIn(email, OTHER, agency)).status).toBe(200);
  expectSecret(token);
});

it.each(['/join', '/password'])('%s without a token asks nothing, and says so', async (path) => {
  await page.goto(`${api.url}${path}`);
  expect(await wrong()).toContain('The link is incomplete');
  expect(offline.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  expect(offline.faults).toEqual([]);
});

it.each([
  ['/join', 'POST /auth/invitation/accept'],
  ['/password', 'POST /auth/password/set'],
])('%s runs its own script and no other one, and says without scripts what to do', async (path, route) => {
  const answer = await fetch(`${api.url}${path}`);
  const html = await answer.text();
  const hash = (name: string): string => {
    const [, text = ''] = new RegExp(`<${name}[^>]*>([^]*?)</${name}>`).exec(html) ?? [];
    return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  };
  expect(answer.headers.get('content-security-policy')).toBe(
    `default-src 'none'; style-src ${hash('style')}; script-src ${hash('script')}; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
  );
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('x-frame-options')).toBe('DENY');
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(/<noscript>[^]*<\/noscript>/.exec(html)?.[0].replaceAll('\n', ' ')).toContain(route);
});
