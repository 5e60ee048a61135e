import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApprovalAnswer, CampaignApprovals } from '../services/campaigns/campaign.approval.js';
import { approvalPage, laterPage, noLinkPage } from './approval.page.js';
import { sendPage } from './bare-page.js';
import { failureOfRequest, retryAfterSeconds } from './failures.js';
import { logRequestError } from './log.js';

/** Where the page of an approval is; the token of the link follows. */
export const APPROVAL_PATH = '/approval/';
const FORM_BYTES_MAX = 65_536;

export interface ApprovalOptions {
  readonly approvals: Pick<CampaignApprovals, 'look' | 'answer'>;
}

interface OfLink {
  readonly Params: { readonly token: string };
}

/**
 * A fastify plugin: the page on which a client approves a campaign or declines it, by a link and without sign-in. To open it
 * changes nothing, whoever follows links ahead of a person; its buttons do. It works without scripts, and has none.
 */
export async function approval(server: FastifyInstance, { approvals }: ApprovalOptions): Promise<void> {
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: FORM_BYTES_MAX },
    (_request, body, parsed) => parsed(null, new URLSearchParams(String(body))),
  );
  server.setErrorHandler((error, request, reply) => tellFailure(error, request, reply));
  server.get<OfLink>(`${APPROVAL_PATH}:token`, async ({ params }, reply) => {
    const view = await approvals.look(params.token);
    return view ? sendPage(reply, approvalPage(view, null)) : sendPage(reply.code(404), noLinkPage());
  });
  server.post<OfLink>(`${APPROVAL_PATH}:token`, async ({ params, body }, reply) => {
    const answered = await approvals.answer(params.token, readAnswer(body));
    if (!answered) return sendPage(reply.code(404), noLinkPage());
    const { view, refusal } = answered;
    if (refusal) return sendPage(reply.code(409), approvalPage(view, refusal.message));
    // To look at it again, by reloading the page, answers nothing a second time.
    return reply.redirect(`${APPROVAL_PATH}${params.token}`, 303);
  });
}

/** Whatever is no word of approval is none. */
function readAnswer(body: unknown): ApprovalAnswer {
  const form = body instanceof URLSearchParams ? body : new URLSearchParams();
  const remark = form.get('remark')?.trim();
  return {
    answer: form.get('answer') === 'APPROVED' ? 'APPROVED' : 'DECLINED',
    name: form.get('name') ?? '',
    remark: remark === undefined || remark === '' ? null : remark,
  };
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
