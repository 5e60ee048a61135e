import type { FastifyInstance } from 'fastify';
import type { SecondFactorService } from '../../services/members/second-factor.service.js';
import { unfinished } from '../../tenancy/authenticate.js';
import { cameFrom, knowWhole, type KnownBy } from './known-browser.js';
import { shown, sessionOf, type SignInOptions } from './sign-in.js';
import { body, boundBodies, refusedOr } from './sign-in.shapes.js';

export interface SecondFactorOptions extends KnownBy, Pick<SignInOptions, 'authenticator'> {
  readonly secondFactors: SecondFactorService;
}

/** A fastify plugin: the second factor, under `/auth`. A session that waits for one opens this and nothing else. */
export async function secondFactor(server: FastifyInstance, options: SecondFactorOptions): Promise<void> {
  const { cookie, authenticator, secondFactors } = options;
  boundBodies(server);
  server.addHook('preHandler', async (request) => cookie.refuseOthers(request));
  server.post('/auth/session/second-factor', body('code'), async (request, reply) => {
    const session = await sessionOf(request, cookie, authenticator);
    const { code } = request.body as { code: string };
    const answered = await secondFactors.answer(session, { code, place: request.ip });
    const { token, stage } = answered.session;
    cookie.set(reply, token);
    knowWhole(request, reply, options, session);
    return { ...shown({ ...session, stage }), codesTried: answered.codesTried };
  });
  server.post('/auth/second-factor', async (request, reply) => {
    const session = await sessionOf(request, cookie, authenticator);
    if (session.stage === 'SECOND_FACTOR') throw unfinished(session.stage);
    return refusedOr(reply, await secondFactors.enrol(session), (enrolment) => enrolment);
  });
  server.post('/auth/second-factor/replace', body('password', 'code'), async (request, reply) => {
    const session = await sessionOf(request, cookie, authenticator);
    if (session.stage !== 'SIGNED_IN') throw unfinished(session.stage);
    const shownAgain = request.body as { password: string; code: string };
    const outcome = await secondFactors.replace(session, { ...shownAgain, ...cameFrom(request, cookie) });
    return refusedOr(reply, outcome, (enrolment) => enrolment);
  });
  server.post('/auth/second-factor/confirm', body('code'), async (request, reply) => {
    const before = await sessionOf(request, cookie, authenticator);
    if (before.stage === 'SECOND_FACTOR') throw unfinished(before.stage);
    const { code } = request.body as { code: string };
    const shownCode = { code, place: request.ip };
    const { session, recoveryCodes } = await secondFactors.confirm(before, shownCode);
    cookie.set(reply, session.token);
    knowWhole(request, reply, options, before);
    return { ...shown({ ...before, stage: session.stage }), recoveryCodes };
  });
}
