import type { NextTouches as Found } from '../services/campaigns/queue.today.js';
import { stepOf } from '../services/campaigns/touch.book.js';
import type { Touch as TouchRecord } from '../services/campaigns/touch.rows.js';
import { fill } from '../schema/fill.js';
import { toId } from '../schema/ids.js';
import { NextTouch, NextTouches, Touch } from '../schema/touch.schema.js';
import type { RequestContext } from './context.js';
import { actorId } from '../schema/actor.js';
import { showLimitInZone } from './limit.show.js';
import { showReason } from './reason.show.js';

/** From the queue's touches to those of the schema. */

export function showTouch(record: TouchRecord): Touch {
  const { campaignId, seatId, reservationId, step, variant, state } = record;
  return fill(Touch, {
    ...{ id: toId('touch', record.id), campaignId, seatId, reservationId, step, variant, state },
    claimedBy: record.claimedBy === null ? null : actorId(record.claimedBy),
    ...{ dueAt: record.dueAt, claimedUntil: record.claimedUntil },
    ...{ endedAt: record.endedAt, endedBecause: record.endedBecause },
  });
}

export async function showNextTouches(
  { viewer, loaders }: Pick<RequestContext, 'viewer' | 'loaders'>,
  { touches, waiting, binding }: Found,
): Promise<NextTouches> {
  const limit = binding?.limit ? await showLimitInZone(loaders, binding.limit) : null;
  return fill(NextTouches, {
    touches: touches.map(({ touch, person, action, at }) =>
      fill(NextTouch, { touch: showTouch(touch), kind: stepOf(person, touch).kind, action, at }),
    ),
    waiting,
    binding: binding && showReason(viewer, binding, limit),
  });
}
