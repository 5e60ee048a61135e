import { variantsOf, type BranchStep, type Step } from '../../outreach/campaign/steps.js';
import { counted } from '../../quota/counted.js';
import { windowInWords, type Window } from '../../quota/window.js';
import type { ApprovalView, SamplePerson } from '../../services/campaigns/campaign.approval.view.js';
import { escapeHtml, html } from './bare-page.js';

/** The page on which a client answers: exactly what its answer is about, and nothing that it is not about. */

type Content = ApprovalView['content'];

/** An answer that was not taken: why, and what was typed, for nobody types two thousand characters twice. */
export interface NotTaken {
  readonly wrong: string;
  readonly name: string;
  readonly remark: string | null;
}

export function approvalPage(view: ApprovalView, notTaken: NotTaken | null = null): string {
  const { agencyName, campaignName, clientName, content, people, sample } = view;
  return html(
    escapeHtml(campaignName),
    `<p>${escapeHtml(agencyName)} asks ${escapeHtml(clientName)} to approve this campaign.
What you approve is exactly what is on this page: if it changes, you will be asked again. Nothing is approved by waiting.</p>
${notTaken === null ? '' : `<p role="alert"><strong>${escapeHtml(notTaken.wrong)}</strong></p>`}
${stateOf(view)}
<h2>Who is written to</h2>
<p>${people} people of your list: ${audienceInWords(content)}.</p>
${sampleTable(sample)}
<h2>When</h2>
<p>${datesInWords(content)}</p>
<h2>How much at most</h2>
${capsInWords(content)}
<h2>What they get</h2>
<p>What stands between {{ and }} or {% and %} is filled in for each person, with what your list says of them then.</p>
${content.definition.stopOnReply ? '<p>Whoever answers is asked for nothing more.</p>' : ''}
${content.definition.steps.map(stepInWords).join('\n')}
${formOf(view, notTaken)}`,
  );
}

function stateOf({ state, answeredAt, answeredName }: ApprovalView): string {
  const who = answeredName === null ? '' : ` by ${escapeHtml(answeredName)}`;
  const by = answeredAt === null ? '' : `${who}, ${timeOf(answeredAt)}`;
  const words = {
    OPEN: '',
    APPROVED: `Approved${by}.`,
    DECLINED: `Declined${by}.`,
    CHANGED:
      'The campaign was changed since. It can’t be answered here any more: the agency has to ask again.',
    SUPERSEDED:
      'This was asked again since, or somebody else is asked now: a newer link takes the place of this one.',
    CLOSED: 'The campaign has ended.',
  };
  return words[state] === '' ? '' : `<p role="status"><strong>${words[state]}</strong></p>`;
}

/** Where somebody presses Enter in a field, a browser presses the first button of the form: this one, which is disabled, does nothing. */
const ON_ENTER = '<button type="submit" disabled hidden></button>';

function formOf({ state }: ApprovalView, notTaken: NotTaken | null): string {
  const remark = escapeHtml(notTaken?.remark ?? '');
  if (state !== 'OPEN' && state !== 'APPROVED') {
    return remark === '' ? '' : `<h2>What you wrote</h2>\n<pre>${remark}</pre>`;
  }
  const name = escapeHtml(notTaken?.name ?? '');
  const approve =
    state === 'OPEN' ? '<button class="yes" name="answer" value="APPROVED">Approve</button>\n' : '';
  const decline = state === 'OPEN' ? 'Decline' : 'Take the approval back';
  return `<h2>Your answer</h2>
<form method="post">
${ON_ENTER}
<label>Your name <input name="name" required maxlength="200" autocomplete="name" value="${name}"></label>
<label>Remark <textarea name="remark" rows="3" maxlength="2000">${remark}</textarea></label>
${approve}<button name="answer" value="DECLINED">${decline}</button>
</form>`;
}

function audienceInWords({ audience }: Content): string {
  if (audience.segmentId !== null) return 'those of a segment';
  if (audience.tags === null || audience.tags.length === 0) return 'all of it';
  return `those with ${audience.tags.map((tag) => `“${escapeHtml(tag)}”`).join(' and ')}`;
}

function sampleTable(sample: readonly SamplePerson[]): string {
  if (sample.length === 0) return '';
  const rows = sample.map(({ name, company, position, profileUrl }) => {
    const words = [name ?? profileUrl, position, company].filter((word) => word !== null);
    return `<li>${words.map(escapeHtml).join(', ')}</li>`;
  });
  return `<p>${sample.length} of them:</p>\n<ol>\n${rows.join('\n')}\n</ol>`;
}

function datesInWords({ startsOn, endsOn }: Content): string {
  const from = startsOn === null ? 'From its launch' : `From ${startsOn}`;
  return endsOn === null ? `${from}, until everybody has had all steps.` : `${from} until ${endsOn}.`;
}

function capsInWords({ caps }: Content): string {
  if (caps.length === 0) return '<p>No caps of its own, besides those of each LinkedIn account.</p>';
  const rows = caps.map(({ actions, onlyWithNote, windowKind, windowSeconds, max }) => {
    const window: Window =
      windowKind === 'ROLLING' ? { kind: windowKind, seconds: windowSeconds ?? 0 } : { kind: windowKind };
    const what = actions.map(inWords).join(' or ');
    return `<li>${max} × ${what}${onlyWithNote ? ' with a note' : ''} in a ${windowInWords(window)}</li>`;
  });
  return `<ul>\n${rows.join('\n')}\n</ul>`;
}

function stepInWords(step: Step, index: number): string {
  const title = `<h3>${index + 1}. ${escapeHtml(step.key)}: ${WORDS[step.kind]}</h3>`;
  if (step.kind === 'BRANCH') return `${title}\n<p>${branchInWords(step)}</p>`;
  const delay =
    step.delayMinutes === 0 ? '' : `${durationInWords(step.delayMinutes)} after the step before. `;
  const engage = step.kind === 'ENGAGE' ? `By ${inWords(step.action)}. ` : '';
  const texts = variantsOf(step).map(({ key, weight, subject, body }) => {
    const name = variantsOf(step).length > 1 ? `<p>Text ${escapeHtml(key)}, share ${weight}:</p>\n` : '';
    return `${name}${subject === null ? '' : `<pre>${escapeHtml(subject)}</pre>\n`}<pre>${escapeHtml(body)}</pre>`;
  });
  return `${title}\n<p>${delay}${engage}Then ${wayInWords(step.next)}.</p>\n${texts.join('\n')}`;
}

const WORDS: Readonly<Record<Step['kind'], string>> = {
  ENGAGE: 'attention',
  CONNECT: 'invitation',
  MESSAGE: 'message',
  INMAIL: 'InMail',
  WAIT: 'wait',
  BRANCH: 'two ways',
};

function branchInWords({ condition, waitMinutes, then, otherwise }: BranchStep): string {
  const met = {
    ACCEPTED: 'they accept',
    REPLIED: 'they answer',
    DEGREE: `they are ${condition.degrees.map(inWords).join(' or ')}`,
    OPEN_PROFILE: 'they take messages from anyone',
  }[condition.kind];
  const within = waitMinutes === 0 ? '' : ` within ${durationInWords(waitMinutes)}`;
  return `If ${met}${within}, ${wayInWords(then)}; otherwise ${wayInWords(otherwise)}.`;
}

function wayInWords(next: string | null): string {
  return next === null ? 'nothing more' : `“${escapeHtml(next)}”`;
}

function durationInWords(minutes: number): string {
  if (minutes % 1_440 === 0) return counted(minutes / 1_440, 'day');
  return minutes % 60 === 0 ? counted(minutes / 60, 'hour') : counted(minutes, 'minute');
}

function inWords(word: string): string {
  return word.toLowerCase().replaceAll('_', ' ');
}

function timeOf(at: number): string {
  const text = new Date(at).toISOString();
  return `<time datetime="${text}">${text.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

export function noLinkPage(): string {
  return html(
    'This link is not valid',
    '<p>It is incomplete. Ask the agency that gave it to you for a new one.</p>',
  );
}

/** Nothing was done, or it is not known whether it was. */
export function laterPage(): string {
  return html(
    'That did not work',
    '<p>Something is in the way just now. Open the link again in a moment: it tells what you have answered.</p>',
  );
}
