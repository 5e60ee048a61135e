import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HolderService } from '../services/seats/holder.service.js';
import { sendPage } from './bare-page.js';
import { failureOfRequest, retryAfterSeconds } from './failures.js';
import { laterPage, noLinkPage, stopPage, stoppedPage } from './holder.page.js';
import { logRequestError } from './log.js';

/** Where the page of a seat's holder is; the token of the link follows. */
export const HOLDER_PATH = '/holder/';
/** The form has no fields. */
const FORM_BYTES_MAX = 1_024;

export interface HolderOptions {
  readonly holders: Pick<HolderService, 'look' | 'stop'>;
}

interface OfLink {
  readonly Params: { readonly token: string };
}

/**
 * A fastify plugin: the page on which the holder of a LinkedIn account stops its seat, by a link and without sign-in. To
 * open it changes nothing, whoever follows links ahead of a person; its button does. It works without scripts, and has none.
 */
export async function holder(server: FastifyInstance, { holders }: HolderOptions): Promise<void> {
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: FORM_BYTES_MAX },
    (_request, _body, parsed) => parsed(null),
  );
  server.setErrorHandler((error, request, reply) => tellFailure(error, request, reply));
  server.get<OfLink>(`${HOLDER_PATH}:token`, async ({ params }, reply) => {
    const view = await holders.look(params.token);
    if (!view) return sendPage(reply.code(404), noLinkPage());
    return sendPage(reply, view.withdrewAt === null ? stopPage(view) : stoppedPage(view, view.withdrewAt));
  });
  server.post<OfLink>(`${HOLDER_PATH}:token`, async ({ params }, reply) => {
    const view = await holders.stop(params.token);
    if (!view) return sendPage(reply.code(404), noLinkPage());
    // To look at it again, by reloading the page, asks for nothing a second time.
    return reply.redirect(`${HOLDER_PATH}${params.token}`, 303);
  });
}

/** Whoever has a page before them is told on a page. */
function tellFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  logRequestError(request, error);
  const { failure, status } = failureOfRequest(error);
  if (failure.retryAfterMs !== undefined) {
    void reply.header('retry-after', retryAfterSeconds(failure.retryAfterMs));
  }
  return sendPage(reply.code(status), laterPage());
}
