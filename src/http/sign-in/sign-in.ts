import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fromId, toId } from '../../schema/ids.js';
import type { InvitationService } from '../../services/members/invitation.service.js';
import type { PasswordService } from '../../services/members/password.service.js';
import type { SignedIn } from '../../services/members/sign-in.js';
import type { SignInService } from '../../services/members/sign-in.service.js';
import { unfinished, type Authenticator } from '../../tenancy/authenticate.js';
import { Failure } from '../../errors.js';
import type { ShownSession } from '../../tenancy/session-rows.js';
import type { SessionCookie } from '../cookies.js';
import { cameFrom, know, type KnownBy } from './known-browser.js';
import { logRequestError } from '../log.js';
import { body, boundBodies, refusedOr } from './sign-in.shapes.js';

/** What the routes of a session work with. */
export interface SignInOptions extends KnownBy {
  readonly authenticator: Authenticator;
  readonly signIns: SignInService;
  readonly invitations: InvitationService;
  readonly passwords: PasswordService;
}

/**
 * A fastify plugin: how a person signs in to the console and out again, under `/auth`. JSON in and out, the session in a
 * cookie alone. Whatever changes anything here comes from our own pages, whether or not it comes with a session.
 */
export async function signIn(server: FastifyInstance, options: SignInOptions): Promise<void> {
  const { cookie } = options;
  boundBodies(server);
  server.addHook('preHandler', async (request) => cookie.refuseOthers(request));
  sessionRoutes(server, options);
  invitationRoutes(server, options);
  passwordRoutes(server, options);
}

function sessionRoutes(server: FastifyInstance, options: SignInOptions): void {
  const { cookie, authenticator, signIns } = options;
  server.post('/auth/session', body('email', 'password', 'agencyId?'), async (request, reply) => {
    const { email, password, agencyId } = request.body as {
      email: string;
      password: string;
      agencyId?: string;
    };
    const before = await authenticator.sessionOf(cookie.of(request));
    const outcome = await signIns.signIn({
      ...{ email, password, ...cameFrom(request, cookie) },
      agencyId: agencyId === undefined ? null : (fromId('agency', agencyId) ?? NOBODYS),
    });
    if (outcome.kind === 'CHOOSE_AGENCY') {
      const agencies = outcome.agencies.map((one) => ({ id: toId('agency', one.agencyId), name: one.name }));
      return { stage: 'CHOOSE_AGENCY', agencies };
    }
    await endBefore(request, before, signIns);
    return begun(reply, options, outcome);
  });
  server.get('/auth/session', async (request) => shown(await sessionOf(request, cookie, authenticator)));
  server.delete('/auth/session', async (request, reply) => {
    // The cookie's, with a key beside it as without: it is the cookie that is taken back.
    const session = await authenticator.sessionOf(cookie.presented(request));
    if (session) await signIns.signOut(session);
    cookie.takeBack(reply);
    return reply.code(204).send();
  });
  server.get('/auth/sessions', async (request) => {
    const session = await signedIn(request, cookie, authenticator);
    const sessions = await signIns.sessions(session);
    return {
      sessions: sessions.map(({ createdAt, lastUsedAt, isThisOne }) => ({
        createdAt: new Date(createdAt).toISOString(),
        lastUsedAt: new Date(lastUsedAt).toISOString(),
        isThisOne,
      })),
    };
  });
  server.delete('/auth/sessions', async (request, reply) => {
    await signIns.signOutEverywhere(await signedIn(request, cookie, authenticator));
    cookie.takeBack(reply);
    return reply.code(204).send();
  });
}

function invitationRoutes(server: FastifyInstance, options: SignInOptions): void {
  const { cookie, invitations, authenticator, signIns } = options;
  server.post('/auth/invitation', body('token'), async (request) => {
    const { agency, email, name, hasPassword } = await invitations.look(
      (request.body as { token: string }).token,
      request.ip,
    );
    return { agency, email, name, hasPassword };
  });
  const accepting = body('token', 'name', 'password?', 'ownPassword?');
  server.post('/auth/invitation/accept', accepting, async (request, reply) => {
    const { token, name, ...shownOnes } = request.body as Accepting;
    const before = await authenticator.sessionOf(cookie.of(request));
    const from = cameFrom(request, cookie);
    const outcome = await invitations.accept({ token, name, ...oneOf(shownOnes), ...from });
    return refusedOr(reply, outcome, async (done) => {
      await endBefore(request, before, signIns);
      return begun(reply, options, done);
    });
  });
}

function passwordRoutes(server: FastifyInstance, options: SignInOptions): void {
  const { cookie, authenticator, passwords } = options;
  server.post('/auth/password/ask', body('email'), async (request, reply) => {
    if (!passwords.canBeAskedFor) {
      const message =
        'This server sends no mail: whoever runs it can make a link with `headroom member password-link`.';
      return reply.code(409).send({ error: 'WRONG_STATE', message });
    }
    await passwords.askFor((request.body as { email: string }).email, request.ip);
    return reply.code(202).send({ message: 'If the address is a member’s, a link is on its way to it.' });
  });
  server.post('/auth/password/set', body('token', 'password'), async (request, reply) => {
    const { token, password } = request.body as { token: string; password: string };
    return refusedOr(reply, await passwords.set(token, password, request.ip), () => reply.code(204).send());
  });
  server.post('/auth/password', body('current', 'password?', 'ownPassword?'), async (request, reply) => {
    const { current, ...shownOnes } = request.body as { current: string } & OneOfTwo;
    const session = await signedIn(request, cookie, authenticator);
    const outcome = await passwords.change(session, {
      ...{ current, ...oneOf(shownOnes), ...cameFrom(request, cookie) },
    });
    return refusedOr(reply, outcome, (changed) => {
      cookie.set(reply, changed.session.token);
      if (changed.device !== null) know(reply, options, { ...changed, device: changed.device });
      return reply.code(204).send();
    });
  });
}

interface OneOfTwo {
  readonly password?: string;
  readonly ownPassword?: string;
}

interface Accepting extends OneOfTwo {
  readonly token: string;
  readonly name: string;
}

/** A password, and whether it is for the one agency alone. Throws BAD_USER_INPUT for both of them, or none. */
function oneOf({ password, ownPassword }: OneOfTwo): { readonly password: string; readonly isOwn: boolean } {
  const shown = password ?? ownPassword;
  if (shown === undefined || (password !== undefined && ownPassword !== undefined)) {
    throw new Failure('BAD_USER_INPUT', 'Send `password`, or `ownPassword`: one of the two.');
  }
  return { password: shown, isOwn: ownPassword !== undefined };
}

/** An id that no agency has: a malformed one is answered as one that nobody has. */
const NOBODYS = '00000000-0000-0000-0000-000000000000';

/**
 * Another session takes the place of whatever came with the request: none is ever signed in to. Where that one can't be ended now, the
 * new one is its owner's all the same: it has begun, and what it was begun by is used.
 */
export async function endBefore(
  request: FastifyRequest,
  before: ShownSession | null,
  signIns: Pick<SignInService, 'signOut'>,
): Promise<void> {
  try {
    if (before) await signIns.signOut(before);
  } catch (error) {
    logRequestError(request, error);
  }
}

/** Hands a new session over, in the cookie alone. */
function begun(reply: FastifyReply, options: KnownBy, { session, memberId, agencyId, device }: SignedIn) {
  options.cookie.set(reply, session.token);
  if (device !== null) know(reply, options, { session, device });
  return told(session.stage, agencyId, memberId);
}

export function shown({ stage, memberId, viewer }: ShownSession) {
  return told(stage, viewer.agencyId, memberId);
}

function told(stage: string, agencyId: string, memberId: string) {
  return { stage, agencyId: toId('agency', agencyId), memberId: toId('member', memberId) };
}

/** Throws UNAUTHENTICATED without a session; it may wait for its second factor. */
export async function sessionOf(
  request: FastifyRequest,
  cookie: SessionCookie,
  authenticator: Authenticator,
): Promise<ShownSession> {
  const session = await authenticator.sessionOf(cookie.of(request));
  if (!session) throw new Failure('UNAUTHENTICATED', 'Nobody is signed in: POST /auth/session does it.');
  return session;
}

/** Throws UNAUTHENTICATED without one that everything was shown for. */
async function signedIn(
  request: FastifyRequest,
  cookie: SessionCookie,
  authenticator: Authenticator,
): Promise<ShownSession> {
  const session = await sessionOf(request, cookie, authenticator);
  if (session.stage !== 'SIGNED_IN') throw unfinished(session.stage);
  return session;
}
