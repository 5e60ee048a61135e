import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CameFrom, Devices } from '../../services/members/devices.js';
import type { BegunSession } from '../../services/members/sessions.js';
import { DEVICE_LASTS_SECONDS } from '../../services/members/sign-in.limits.js';
import type { SessionCookie } from '../cookies.js';

/** A browser that somebody came in with is known again, by a cookie that stays when they sign out. */
export interface KnownBy {
  readonly cookie: SessionCookie;
  readonly devices: Devices;
}

/** As long as a session waits for its second factor, or for one to be set up. */
const HELD_LASTS_MS = 30 * 60_000;

export function cameFrom(request: FastifyRequest, cookie: SessionCookie): CameFrom {
  return { place: request.ip, device: cookie.keptOf(request, 'device') };
}

/** From now on, or once the session is whole. One that its browser had for another person is gone: it is known for the last. */
export function know(
  reply: FastifyReply,
  { cookie, devices }: KnownBy,
  { session, device }: { readonly session: BegunSession; readonly device: string },
): void {
  if (session.stage === 'SIGNED_IN') cookie.keep(reply, 'device', device, DEVICE_LASTS_SECONDS * 1_000);
  else cookie.keep(reply, 'device-held', devices.hold(session, device), HELD_LASTS_MS);
}

/** The session that waited is whole. Where it was begun by a provider nothing was held. */
export function knowWhole(
  request: FastifyRequest,
  reply: FastifyReply,
  { cookie, devices }: KnownBy,
  waited: Pick<BegunSession, 'id'>,
): void {
  const held = cookie.keptOf(request, 'device-held');
  const device = held === undefined ? null : devices.release(waited, held);
  if (device === null) return;
  cookie.keep(reply, 'device', device, DEVICE_LASTS_SECONDS * 1_000);
  cookie.forget(reply, 'device-held');
}
