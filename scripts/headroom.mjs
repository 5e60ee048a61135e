#!/usr/bin/env node
// The `headroom` command of an installed package, from any folder, of what is built. All in this one process, so that a
// signal reaches the server itself.
import { build } from './build.mjs';

await build();
process.setSourceMapsEnabled(true);
// Not named as a module: it is there only now.
await import(new URL('../dist/src/cli/headroom.js', import.meta.url).href);
