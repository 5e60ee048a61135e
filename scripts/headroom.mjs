#!/usr/bin/env node
// The `headroom` command of an installed package: TypeScript is read as it is, through tsx.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const command = join(root, 'src', 'cli', 'headroom.ts');
const { status } = spawnSync(process.execPath, ['--import', 'tsx', command, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
