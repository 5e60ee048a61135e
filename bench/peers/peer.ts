import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Installed beside their own manifest, so that none of them is ever a dependency of Headroom's. */
const FOLDER = resolve('bench/peers');

/** Loads what a peer's package exports; installs all of them first where they are missing. */
export async function peer<Exports>(name: string): Promise<Exports> {
  installPeers();
  const found = createRequire(join(FOLDER, 'package.json')).resolve(name);
  return (await import(pathToFileURL(found).href)) as Exports;
}

function installPeers(): void {
  const lock = join(FOLDER, 'package-lock.json');
  const installed = join(FOLDER, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error('Installing what Headroom is measured against (npm ci in bench/peers)…');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: FOLDER,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('The peers could not be installed: npm ci failed in bench/peers.');
}
