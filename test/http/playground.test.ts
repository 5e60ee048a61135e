import type { Browser, Page } from 'playwright-core';
import { toId } from '../../src/schema/ids.js';
import { Api } from '../support/api.js';
import { contrast, launchBrowser, openOffline, type OfflinePage } from '../support/browser.js';
import { startStandIn } from './playground.stand-in.js';

/** What the tests need of a server: a key that may reserve, and a seat that has room for a direct message. */
interface TestServer {
  /** Its origin, `http://127.0.0.1:PORT`. */
  url: string;
  key: string;
  seatId: string;
  close(): Promise<void>;
}

/** The real server, with an agency and the key of somebody who sends. */
async function startTestServer(): Promise<TestServer> {
  const api = await Api.start();
  const agency = await api.seed();
  const key = await api.keyOf(agency, 'OPERATOR');
  return { url: api.url, key, seatId: toId('seat', agency.seat.id), close: () => api.close() };
}

const PLAY = '[title="Execute Query (Ctrl-Enter)"]';

let server: TestServer;
let browser: Browser;
let offline: OfflinePage;
let page: Page;

beforeAll(async () => {
  [server, browser] = await Promise.all([startTestServer(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});
beforeEach(async () => {
  offline = await openOffline(browser);
  page = offline.page;
});
afterEach(async () => {
  await offline.close();
});

describe('the Playground in a browser without a network', () => {
  it('answers the queries and mutations of its example tabs', async () => {
    await openPlayground();
    await enterKey();
    expect(await answerOf('Who am I')).toMatchObject({ data: { viewer: { role: expect.any(String) } } });
    await expectOnThePage('"viewer"');
    const seats = await answerOf('My seats');
    expect(JSON.stringify(seats)).toContain(server.seatId);
    expect(await answerOf('May I send')).toMatchObject({ data: { previewDecision: { outcome: 'ALLOWED' } } });
    await expectOnThePage('"ALLOWED"');
    const held = { decision: { outcome: 'ALLOWED', reservation: { status: 'HELD' } }, userErrors: [] };
    expect(await answerOf('Hold and commit', 'Hold')).toMatchObject({ data: { reserve: held } });
    await expectOnThePage('"HELD"');
    const committed = { reservation: { status: 'COMMITTED' }, userErrors: [] };
    expect(await answerOf('Hold and commit', 'Commit')).toMatchObject({
      data: { commitReservation: committed },
    });
    await expectOnThePage('"COMMITTED"');
    expect(offline.faults).toEqual([]);
  });

  it('sends the key of the bar with every request, and keeps it for this tab of the browser alone', async () => {
    await openPlayground();
    expect(new Set(authorizations())).toEqual(new Set([undefined]));
    await enterKey();
    await answerOf('Who am I');
    expect(authorizations().at(-1)).toBe(`Bearer ${server.key}`);
    await page.reload();
    await page.waitForSelector(PLAY);
    expect(await page.inputValue('#key')).toBe(server.key);
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain(server.key);
    expect(offline.faults).toEqual([]);
  });

  it('prefers a key in the headers pane, and does not store it', async () => {
    await openPlayground();
    await page.fill('#key', 'hr_live_from_the_bar');
    await page.click('text="HTTP Headers (1)"');
    await writeInto(VARIABLES_OR_HEADERS, JSON.stringify({ authorization: `Bearer ${server.key}` }));
    await answerOf('Who am I');
    expect(authorizations().at(-1)).toBe(`Bearer ${server.key}`);
    await until(`localStorage['graphql-playground']?.includes('Bearer hr_live_…')`);
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain(server.key);
  });

  it('says what is missing instead of sending "…"', async () => {
    await openPlayground();
    await enterKey();
    expect(await answerOf('Hold and commit', 'Commit')).toEqual({
      error: expect.stringMatching(/commit\.reservationId is still “…”. Play Hold first/),
    });
    expect(offline.requests.filter((request) => request.body?.includes('mutation Commit'))).toEqual([]);
  });

  it('takes neither endpoint nor headers nor queries nor a token from the address', async () => {
    const elsewhere = encodeURIComponent('http://192.0.2.1/graphql?headers={"x-evil":"1"}');
    await openPlayground(server, `?endpoint=${elsewhere}&query={evil}#?endpoint=${elsewhere}`);
    expect(page.url()).toBe(`${server.url}/playground`);
    expect(await page.inputValue('.graphiql-wrapper input')).toBe(`${server.url}/graphql`);
    expect(await read(QUERY)).toContain('query WhoAmI');
    await openPlayground(server, '?platform-token=evil');
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain('evil');
    const asked = offline.requests.filter((request) => request.method === 'POST');
    expect(new Set(asked.map((request) => request.url))).toEqual(new Set([`${server.url}/graphql`]));
    expect(asked.some((request) => request.headers['x-evil'])).toBe(false);
    expect(offline.faults).toEqual([]);
  });

  it('asks for the schema when it opens and when the key changes, not every other second', async () => {
    await page.clock.install();
    // Playground watches the schema of a server that it takes for a developer's own.
    await openPlayground({ url: server.url.replace('127.0.0.1', 'localhost') });
    await page.clock.runFor(60_000);
    await answerOf('Who am I');
    const once = introspections().length;
    // Once for the docs, once for what the tab's variables are.
    expect(once).toBeLessThanOrEqual(2);
    await enterKey();
    await page.clock.runFor(60_000);
    await answerOf('Who am I');
    expect(introspections().length).toBeLessThanOrEqual(2 * once);
  });

  it('shows the descriptions of the schema, without a key', async () => {
    await openPlayground();
    await page.click('text="Docs"');
    await page.click('.doc-category-item:has-text("reserve(")');
    await page.waitForSelector('text=/May this be sent now\\? If so, room is held for it/');
    expect(offline.faults).toEqual([]);
  });

  it('shows the comments of the examples in a contrast that can be read', async () => {
    await openPlayground();
    const color = (element: string, property: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector('${element}')).${property}`);
    const comment = await color('.graphiql-wrapper .cm-comment', 'color');
    const editor = await color('.graphiql-wrapper .CodeMirror', 'backgroundColor');
    expect(contrast(comment, editor)).toBeGreaterThan(4.5);
  });

  it('fits the window with the bar above it', async () => {
    await openPlayground();
    const box = await page.locator('.graphiql-wrapper').boundingBox();
    // A browser tells parts of a pixel.
    expect(Math.round((box?.y ?? 0) + (box?.height ?? 0))).toBe(page.viewportSize()?.height);
  });
});

describe('a subscription', () => {
  // Always the stand-in, whose alerts are known beforehand.
  let standIn: TestServer;
  beforeAll(async () => (standIn = await startStandIn()));
  afterAll(() => standIn?.close());

  it('arrives over graphql-transport-ws, with the key as a connection parameter', async () => {
    await openPlayground(standIn);
    await enterKey(standIn);
    await writeInto(QUERY, 'subscription { alertRaised { ... on AlertCheckpoint { cursor } } }');
    await page.click(PLAY);
    await page.getByText(`first for Bearer ${standIn.key}`).waitFor();
    await page.getByText(`second for Bearer ${standIn.key}`).waitFor();
    expect(offline.faults).toEqual([]);
  });

  it('tells why its socket was closed', async () => {
    await openPlayground(standIn);
    await page.fill('#key', 'hr_live_unknown');
    await writeInto(QUERY, 'subscription { alertRaised { __typename } }');
    await page.click(PLAY);
    await page.getByText('The socket was closed: 4403 Forbidden').waitFor();
  });
});

describe('a server whose schema needs a key', () => {
  let guarded: TestServer;
  beforeAll(async () => (guarded = await startStandIn({ schemaNeedsKey: true })));
  afterAll(() => guarded?.close());

  it('says so, and has its schema and answers shown once the key is there', async () => {
    await page.goto(`${guarded.url}/playground`);
    await page.getByText('"UNAUTHENTICATED').waitFor();
    await page.fill('#key', 'hr_live_unknown');
    await page.press('#key', 'Tab');
    await page.getByText('The server doesn’t take this key.').waitFor();
    await enterKey(guarded);
    expect(await page.getAttribute('#key', 'aria-invalid')).toBe('false');
    expect(await answerOf('Who am I')).toMatchObject({ data: { viewer: { role: 'OWNER' } } });
    await page.click('text="Docs"');
    await page.waitForSelector('.doc-category-item:has-text("reserve(")');
  });
});

describe('the tabs of earlier visits', () => {
  it('are there again, and the examples come back when asked for', async () => {
    await openPlayground();
    await writeInto(QUERY, '{ viewer { role } } # mine');
    await until(`localStorage['graphql-playground']?.includes('# mine')`);
    await openPlayground();
    expect(await read(QUERY)).toBe('{ viewer { role } } # mine');
    await page.click('#examples');
    await page.waitForSelector('text=WhoAmI');
    expect(offline.faults).toEqual([]);
  });

  it.each([
    ['are of another product', storedTabs('one'), ''],
    ['are no JSON', '{"workspaces', '1'],
    ['hold nothing', '{"workspaces":{"HERE":{"sessions":{"sessions":{}}}},"selectedWorkspace":"HERE"}', '1'],
    ['break the bundle', storedTabs('none'), '1'],
  ])('give way to the examples where they %s', async (_what, tabs, mark) => {
    // A page of the same origin that stores nothing itself.
    await page.goto(`${server.url}/nothing-here`);
    const stored = JSON.stringify(tabs.replaceAll('HERE', `${server.url}/graphql`));
    await page.evaluate(`localStorage['graphql-playground'] = ${stored}`);
    await page.evaluate(`localStorage['headroom-playground'] = '${mark}'`);
    await openPlayground();
    await page.waitForSelector('text="Hold and commit"');
    expect(await read(QUERY)).toContain('query WhoAmI');
  });
});

/** What Playground stores, with one tab `one`, and the given one selected. */
function storedTabs(selectedSessionId: string): string {
  const session = { id: 'one', query: '{ other }', responses: [], operations: [], variableToType: {} };
  const sessions = { sessions: { one: session }, selectedSessionId, sessionCount: 1, headers: '' };
  const workspace = { docs: {}, sessions, sharing: {}, history: {} };
  const state = { selectedWorkspace: 'HERE', appHistory: { items: {} }, general: {}, settingsString: '{}' };
  return JSON.stringify({ workspaces: { HERE: workspace }, ...state });
}

async function openPlayground({ url }: { url: string } = server, search = ''): Promise<void> {
  await page.goto(`${url}/playground${search}`);
  await page.waitForSelector(PLAY);
  // The schema has arrived: without it the play button of a tab with two operations offers only one.
  await until('globalThis.p?.state.schema !== undefined');
}

async function enterKey({ key } = server): Promise<void> {
  await page.fill('#key', key);
  await page.press('#key', 'Tab');
  await until('globalThis.p?.state.schema !== undefined');
}

/** Plays a tab (an operation of it, where it has several) and reads the answer from the result pane. */
async function answerOf(tab: string, operation?: string): Promise<unknown> {
  await page.click(`text="${tab}"`);
  const before = await page.evaluate(valueOf(RESULT));
  // It takes the page a moment to see how many operations the tab has.
  if (operation) await until('globalThis.session().operations?.size > 1');
  await page.click(PLAY);
  if (operation) await page.click(`li:text-is("${operation}")`);
  await until(`![undefined, ${JSON.stringify(before)}].includes(${valueOf(RESULT)})`);
  return JSON.parse(await read(RESULT)) as unknown;
}

/** Waits for a condition in the page, looked at in every frame. (Playwright's own way needs eval, which the page forbids.) */
async function until(condition: string): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const look = () => (${condition}) ? resolve() : requestAnimationFrame(look);
    look();
  })`);
}

/** The editors of the page, in its order. */
const QUERY = 0;
const VARIABLES_OR_HEADERS = 1;
const RESULT = 2;

function valueOf(editor: number): string {
  return `document.querySelectorAll('.graphiql-wrapper .CodeMirror')[${editor}]?.CodeMirror.getValue()`;
}

function read(editor: number): Promise<string> {
  return page.evaluate(valueOf(editor));
}

async function writeInto(editor: number, text: string): Promise<void> {
  await page.locator('.graphiql-wrapper .CodeMirror').nth(editor).click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
}

async function expectOnThePage(text: string): Promise<void> {
  await page.locator('.graphiql-wrapper .CodeMirror').nth(RESULT).getByText(text).waitFor();
}

function introspections() {
  return offline.requests.filter((request) => request.body?.includes('IntrospectionQuery'));
}

function authorizations(): (string | undefined)[] {
  return offline.requests
    .filter((request) => request.method === 'POST')
    .map((request) => request.headers['authorization']);
}
