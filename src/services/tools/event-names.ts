import type { EntityManager } from 'typeorm';
import type { ToolEvent } from '../../imports/tool-events.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import type { InboundSource } from './inbound-source.js';

/** What an event that comes again is known by: under the newest secret first, and under the older ones. */
export type EventName = readonly [Buffer, ...Buffer[]];

export function eventName(
  fingerprints: Fingerprints,
  { agencyId, id }: InboundSource,
  { key }: ToolEvent,
): EventName {
  const parts = ['INBOUND', id, key] as const;
  const older = fingerprints.olderOf('REQUEST', agencyId, ...parts);
  return [fingerprints.of('REQUEST', agencyId, ...parts), ...older.map(({ fingerprint }) => fingerprint)];
}

/**
 * The idempotency keys of events: the one under an older secret where that is in the books, and else the one of the newest. They are
 * looked for only where a secret was replaced.
 */
export async function keysOfEvents(
  manager: EntityManager,
  { agencyId, id }: InboundSource,
  names: readonly EventName[],
): Promise<string[]> {
  const keyOf = (fingerprint: Buffer): string => `inbound:${id}:${fingerprint.toString('hex')}`;
  const older = names.flatMap(([, ...made]) => made.map(keyOf));
  const found =
    older.length === 0
      ? []
      : await manager.query<{ key: string }[]>(
          'SELECT key FROM idempotency WHERE agency_id = $1 AND key = ANY ($2::text[])',
          [agencyId, older],
        );
  const known = new Set(found.map(({ key }) => key));
  return names.map(([newest, ...made]) => made.map(keyOf).find((key) => known.has(key)) ?? keyOf(newest));
}
