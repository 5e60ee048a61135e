import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';
import { LRUCache } from 'lru-cache';

/** Of how many files the maps are kept: those in which something failed lately. */
const KEPT_MAX = 20;
/**
 * Where something is, in a line of a stack: the file, and the line and column of it, from 1. As long as a path may be: a message stands in a
 * stack as well, of whatever length.
 */
const PLACE = /(file:\/\/[^\s()]{1,1024}\.js):(\d+):(\d+)/g;
const OF_OTHERS = '/node_modules/';

/** Null where the file has none, as what runs from its source. */
const maps = new LRUCache<string, { readonly map: SourceMap | null }>({ max: KEPT_MAX });

/**
 * A stack with the places of the sources in those of what was made of them. Done here, where a fault is written down, and not by Node
 * (`--enable-source-maps`), which does it for each error that is thrown: what is refused would cost several times as much.
 */
export function ofSources(stack: string): string {
  return stack.replace(PLACE, (place, file: string, line: string, column: string) => {
    if (file.includes(OF_OTHERS)) return place;
    const origin = mapOf(file)?.findOrigin(Number(line), Number(column));
    if (!origin || !('fileName' in origin)) return place;
    return `${new URL(origin.fileName, file).href}:${origin.lineNumber}:${origin.columnNumber}`;
  });
}

function mapOf(file: string): SourceMap | null {
  const kept = maps.get(file);
  if (kept) return kept.map;
  const map = readMap(file);
  maps.set(file, { map });
  return map;
}

function readMap(file: string): SourceMap | null {
  try {
    const text = readFileSync(fileURLToPath(`${file}.map`), 'utf8');
    return new SourceMap(JSON.parse(text) as SourceMapPayload);
  } catch {
    return null;
  }
}
