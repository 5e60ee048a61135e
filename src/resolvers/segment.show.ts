import { FILTER_DEPTH_MAX } from '../outreach/segment-reading.js';
import { fill } from '../schema/fill.js';
import { toId } from '../schema/ids.js';
import type { ProspectFilter } from '../schema/prospect-filter.input.js';
import { Segment } from '../schema/segment.schema.js';
import type { Segment as Kept } from '../services/prospects/segment.rows.js';
import { uuidOf } from './ids.js';

/** Filters from the schema to the services and back: ids become uuids, instants texts, wherever they stand. */

type Terms = Readonly<Record<string, unknown>>;

/** A filter with uuids. What is deeper than any filter may be is left as it is: it is refused for that. */
export function filterTerms(filter: ProspectFilter): object {
  return converted(filter as object as Terms, (id) => uuidOf('seat', id), 0);
}

export function showSegment({ id, clientAccountId, name, filter, createdAt, updatedAt }: Kept): Segment {
  return fill(Segment, {
    ...{ id: toId('segment', id), clientAccountId, name, createdAt, updatedAt },
    filter: withInstants(converted(filter as Terms, (seatId) => toId('seat', seatId), 0)),
  });
}

function converted(terms: Terms, seat: (id: string) => string, depth: number): Terms {
  if (depth > FILTER_DEPTH_MAX) return terms;
  const entries = Object.entries(terms).map(([name, value]): [string, unknown] => {
    if (value === null || typeof value !== 'object') return [name, value];
    if (name === 'degree') {
      const degree = value as { readonly seatId: string };
      return [name, { ...degree, seatId: seat(degree.seatId) }];
    }
    if (name === 'not') return [name, converted(value as Terms, seat, depth + 1)];
    if (name !== 'and' && name !== 'or') return [name, value];
    return [name, (value as readonly Terms[]).map((part) => converted(part, seat, depth + 1))];
  });
  return Object.fromEntries(entries);
}

const INSTANTS: ReadonlySet<string> = new Set(['addedAt', 'lastContactedAt']);
const SIDES = ['from', 'before'] as const;

/** Instants are numbers within: nobody outside reads them so. */
function withInstants(terms: Terms): Terms {
  const entries = Object.entries(terms).map(([name, value]): [string, unknown] => {
    if (name === 'not') return [name, withInstants(value as Terms)];
    if (name === 'and' || name === 'or') return [name, (value as readonly Terms[]).map(withInstants)];
    if (!INSTANTS.has(name)) return [name, value];
    const shown: Record<string, unknown> = { ...(value as Terms) };
    for (const side of SIDES) {
      const at = shown[side];
      if (typeof at === 'number') shown[side] = new Date(at).toISOString();
    }
    return [name, shown];
  });
  return Object.fromEntries(entries);
}
