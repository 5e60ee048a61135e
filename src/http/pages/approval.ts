import type { FastifyInstance } from 'fastify';
import type { ApprovalAnswer, CampaignApprovals } from '../../services/campaigns/campaign.approval.js';
import { APPROVAL_PATH } from '../../tenancy/approval-link.js';
import { approvalPage, laterPage, noLinkPage } from './approval.page.js';
import { serveLinkedPage } from './linked-page.js';

const FORM_BYTES_MAX = 65_536;

export interface ApprovalOptions {
  readonly approvals: Pick<CampaignApprovals, 'look' | 'answer'>;
}

/** A fastify plugin: the page on which a client approves a campaign or declines it, by a link and without sign-in. */
export async function approval(server: FastifyInstance, { approvals }: ApprovalOptions): Promise<void> {
  serveLinkedPage(server, {
    path: APPROVAL_PATH,
    formBytesMax: FORM_BYTES_MAX,
    look: async (token) => {
      const view = await approvals.look(token);
      return view && approvalPage(view);
    },
    answer: async (token, form) => {
      const [answer, typed] = [readAnswer(form), readTyped(form)];
      if (answer === null) {
        const view = await approvals.look(token);
        const wrong = 'Nothing was answered: press one of the buttons.';
        return view && { refused: approvalPage(view, { wrong, ...typed }) };
      }
      const answered = await approvals.answer(token, { answer, ...typed });
      if (!answered) return null;
      const { view, refusal } = answered;
      return refusal ? { refused: approvalPage(view, { wrong: refusal.message, ...typed }) } : 'DONE';
    },
    noLink: noLinkPage,
    later: laterPage,
  });
}

/** Null where no button said what the answer is: nobody has given one. */
function readAnswer(form: URLSearchParams): ApprovalAnswer['answer'] | null {
  const answer = form.get('answer');
  return answer === 'APPROVED' || answer === 'DECLINED' ? answer : null;
}

function readTyped(form: URLSearchParams): Omit<ApprovalAnswer, 'answer'> {
  // A browser counts a line break as one character where it bounds what is typed, and sends it as two.
  const remark = form.get('remark')?.replaceAll('\r\n', '\n').trim();
  return { name: form.get('name') ?? '', remark: remark === undefined || remark === '' ? null : remark };
}
