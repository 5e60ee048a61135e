import { systemViewer, type Viewer } from '../tenancy/viewer.js';
import { CommandError } from './answer.js';
import { uuidOf } from './key.js';
import type { Opened } from './opened.js';

/** The command line's authority over the agency of a seat, which is found by the seat where nobody names it. */
export function viewerOfSeat(opened: Opened, seatId: string, agency: string | undefined): Promise<Viewer> {
  if (agency === undefined) return findAgency(opened, seatId);
  return Promise.resolve(systemViewer(uuidOf('agency', agency), 'cli'));
}

/** An id tells nothing of its agency: each one is asked in turn whether it has the seat. */
async function findAgency({ services }: Opened, seatId: string): Promise<Viewer> {
  for (const agencyId of await services.agencies.allIds()) {
    const viewer = systemViewer(agencyId, 'cli');
    if ((await services.seats.byIds(viewer, [seatId])).size > 0) return viewer;
  }
  throw new CommandError('NOT_FOUND', 'There is no such seat.');
}
