import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser, type BrowserContext, type LaunchOptions, type Page } from 'playwright-core';

/**
 * A headless Chromium for tests. `CHROMIUM_PATH` names one to take; otherwise it is the one that comes as a package
 * (Linux on x64, nothing to install besides), otherwise the system's. Throws where there is none.
 */
export async function launchBrowser(): Promise<Browser> {
  const { args = [], ...found } = await findChromium();
  return chromium.launch({ ...found, args: [...OFFLINE_ARGUMENTS, ...args] });
}

export interface OfflinePage {
  page: Page;
  /** What should never be: requests to the network, breaches of the content policy, errors and warnings of the console. */
  faults: readonly string[];
  /** The requests that were let through, all of them to this machine. */
  requests: readonly { url: string; method: string; headers: Record<string, string>; body: string | null }[];
  close(): Promise<void>;
}

/** A page of a browser profile of its own, that reaches this machine and nothing else. */
export async function openOffline(browser: Browser): Promise<OfflinePage> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const faults: string[] = [];
  const requests: OfflinePage['requests'][number][] = [];
  await cutNetwork(context, faults, requests);
  await context.exposeBinding(
    'reportPolicyBreach',
    (_source, breach: string) => void faults.push(`policy: ${breach}`),
  );
  await context.addInitScript(`addEventListener('securitypolicyviolation', (event) =>
    reportPolicyBreach(event.effectiveDirective + ' ' + event.blockedURI))`);
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on('websocket', (socket) => {
    if (!isHere(socket.url())) faults.push(`network: ${socket.url()}`);
  });
  return { page, faults, requests, close: () => context.close() };
}

/** The contrast of a colour, `rgb(…)` or `rgba(…)`, on an opaque one, as WCAG 2 counts it: from 1 to 21. */
export function contrast(color: string, background: string): number {
  const [behind, front] = [channelsOf(background), channelsOf(color)];
  const [, , , alpha = 1] = front;
  const shown = behind.map((channel, index) => alpha * (front[index] ?? 0) + (1 - alpha) * channel);
  const [darker = 0, lighter = 0] = [luminance(behind), luminance(shown)].toSorted(
    (one, other) => one - other,
  );
  return (lighter + 0.05) / (darker + 0.05);
}

function channelsOf(color: string): number[] {
  return [...color.matchAll(/[\d.]+/g)].map(([channel]) => Number(channel));
}

function luminance(channels: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Chromium asks its maker for this and that as soon as it starts; the second list leaves it no address to ask. */
const OFFLINE_ARGUMENTS = [
  ...['--disable-gpu', '--disable-quic', '--disable-component-update', '--disable-background-networking'],
  ...['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'],
];

async function cutNetwork(
  context: BrowserContext,
  faults: string[],
  requests: OfflinePage['requests'][number][],
): Promise<void> {
  await context.route('**', async (route) => {
    const request = route.request();
    if (!isHere(request.url())) {
      faults.push(`network: ${request.url()}`);
      return route.abort('blockedbyclient');
    }
    requests.push({
      url: request.url(),
      method: request.method(),
      headers: await request.allHeaders(),
      body: request.postData(),
    });
    return route.continue();
  });
}

function isHere(url: string): boolean {
  return ['127.0.0.1', 'localhost'].includes(new URL(url).hostname);
}

type Launch = Pick<LaunchOptions, 'executablePath' | 'env' | 'args'>;

const SYSTEM_CHROMIUM = '/usr/bin/chromium';

async function findChromium(): Promise<Launch> {
  const named = process.env['CHROMIUM_PATH'];
  if (named) return { executablePath: named };
  if (process.platform === 'linux' && process.arch === 'x64') return packagedChromium();
  if (await exists(SYSTEM_CHROMIUM)) return { executablePath: SYSTEM_CHROMIUM };
  throw new Error('There is no Chromium for the browser tests: set CHROMIUM_PATH to one.');
}

/**
 * The Chromium of @sparticuz/chromium, unpacked once for each version, beside the packages. It is built for the servers of
 * a cloud provider, and brings the libraries that a bare system lacks (NSS, NSPR, Expat) and a font.
 */
async function packagedChromium(): Promise<Launch> {
  const { version, folder } = await packageOf('@sparticuz/chromium');
  const cache = join(folder, '../../.cache/headroom-chromium');
  const home = join(cache, version);
  if (!(await exists(home))) await unpack(cache, home);
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: join(home, 'al2023/lib'),
    FONTCONFIG_PATH: join(home, 'fonts'),
  };
  return { executablePath: join(home, 'chromium'), env: definedOnly(env) };
}

/** Unpacks beside the place and moves there at once: another test file may be doing the same. */
async function unpack(cache: string, home: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const staging = await mkdtemp(join(cache, 'unpacking-'));
  try {
    // The package unpacks to the temporary folder, and its libraries only where it takes itself to be at home.
    const env = { ...process.env, TMPDIR: staging, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' };
    const script = `import chromium from '@sparticuz/chromium'; await chromium.executablePath();`;
    await run(process.execPath, ['--input-type=module', '--eval', script], {
      env,
      cwd: join(cache, '../..'),
    });
    await writeFile(join(staging, 'fonts/fonts.conf'), FONTS_HERE);
    await rename(staging, home);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (!(await exists(home))) throw error;
  }
}

/** The package looks for its fonts where the cloud provider has them. Without any font Chromium dies at an input field. */
const FONTS_HERE = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir></fontconfig>
`;

const run = promisify(execFile);

async function packageOf(name: string): Promise<{ version: string; folder: string }> {
  const require = createRequire(import.meta.url);
  // The entry is build/cjs/index.cjs; the package doesn't export its package.json.
  const folder = join(dirname(require.resolve(name)), '../..');
  const { version } = require(join(folder, 'package.json')) as { version: string };
  return { version, folder };
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
