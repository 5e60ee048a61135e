#!/usr/bin/env node
// The `headroom` command of an installed package, from any folder: TypeScript is read as it is, through tsx. All in this
// one process, so that a signal reaches the server itself.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.env.TSX_TSCONFIG_PATH ??= join(root, 'tsconfig.json');
await import('tsx');
await import('../src/cli/headroom.ts');
