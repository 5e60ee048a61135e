import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.js';
import { networkOf } from '../../tenancy/network.js';
import { sendPage } from './bare-page.js';
import { type Budget, MemoryBuckets } from '../bounds/buckets.js';
import { failureOfRequest, retryAfterSeconds } from '../failures.js';
import { logRequestError } from '../log.js';

/** A page for whoever has a link, without sign-in. Pages are HTML. */
export interface LinkedPage {
  /** Where it is; the token of the link follows. */
  readonly path: string;
  readonly formBytesMax: number;
  /** Null where the link leads nowhere. */
  readonly look: (token: string) => Promise<string | null>;
  /** Does what a button says. */
  readonly answer: (token: string, form: URLSearchParams) => Promise<Answered>;
  readonly noLink: () => string;
  /** Something is in the way just now. */
  readonly later: () => string;
}

/** Done; or refused, with the page that says why; or null where the link leads nowhere. */
export type Answered = 'DONE' | { readonly refused: string } | null;

interface OfLink {
  readonly Params: { readonly token: string };
}

/** Fields of a form; a page has three. */
const FIELDS_MAX = 20;
/** How often one link may be opened from one network, and as often answered: a person reads what is there. */
const VISITS: Budget = { atOnce: 60, aSecond: 1 };

/** To open the page changes nothing, whoever follows links ahead of a person; its buttons do. It works without scripts, and has none. */
export function serveLinkedPage(server: FastifyInstance, page: LinkedPage): void {
  const noLink = (reply: FastifyReply): FastifyReply => sendPage(reply.code(404), page.noLink());
  // Nothing but its own form: anything else would be read for nothing.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: page.formBytesMax },
    (_request, body, parsed) => parsed(...formOf(String(body))),
  );
  server.setErrorHandler((error, request, reply) => tellFailure(page, error, request, reply));
  boundVisits(server);
  server.get<OfLink>(`${page.path}:token`, async ({ params }, reply) => {
    const shown = await page.look(params.token);
    return shown === null ? noLink(reply) : sendPage(reply, shown);
  });
  server.post<OfLink>(`${page.path}:token`, async ({ params, body }, reply) => {
    const form = body instanceof URLSearchParams ? body : new URLSearchParams();
    const answered = await page.answer(params.token, form);
    if (answered === null) return noLink(reply);
    if (answered !== 'DONE') return sendPage(reply.code(409), answered.refused);
    // To look at it again, by reloading the page, answers nothing a second time.
    return reply.redirect(`${page.path}${params.token}`, 303);
  });
}

/** A form, or what is wrong with it. Each field that can't be decoded takes an error with its stack, and there are few that a page sends. */
function formOf(text: string): [Error | null, URLSearchParams?] {
  return text.split('&', FIELDS_MAX + 1).length > FIELDS_MAX
    ? [new Failure('BAD_USER_INPUT', 'The form has more fields than the page sends.')]
    : [null, new URLSearchParams(text)];
}

/** By link and by network: whoever else has a link keeps nobody from it, and made up ones take nothing from those that lead somewhere. */
function boundVisits(server: FastifyInstance): void {
  const visits = new MemoryBuckets();
  server.addHook<OfLink>('onRequest', async ({ method, ip, params }) => {
    const name = `${method} ${params.token} ${networkOf(ip)}`;
    const { retryAfterMs } = await visits.take(name, 1, VISITS);
    if (retryAfterMs > 0) throw new Failure('THROTTLED', 'This link is opened too often.', retryAfterMs);
  });
}

/** Whoever has a page before them is told on a page. */
function tellFailure(
  { later }: LinkedPage,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  logRequestError(request, error);
  const { failure, status } = failureOfRequest(error, request);
  if (failure.retryAfterMs !== undefined) {
    void reply.header('retry-after', retryAfterSeconds(failure.retryAfterMs));
  }
  return sendPage(reply.code(status), later());
}
