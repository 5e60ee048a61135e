import type { HolderView } from '../../services/seats/holder.service.js';
import { escapeHtml, html } from './bare-page.js';

/** The page of a seat's holder, as HTML without scripts. Nothing on it is loaded from anywhere. */

/** What the button will do, and the button. */
export function stopPage({ agencyName, profileUrl, hasAgreed }: HolderView): string {
  const agency = escapeHtml(agencyName);
  const standing = hasAgreed
    ? `${agency} does outreach from this LinkedIn account, and has recorded that you agreed to it:`
    : `${agency} has not recorded that you agreed to outreach from this LinkedIn account. Until it does, nothing is allowed for the account:`;
  const does = hasAgreed ? 'you take your agreement back' : 'you stop it, until you agree';
  return html(
    'Stop outreach from your LinkedIn account',
    `<p>${standing}</p>
<p class="account">${escapeHtml(profileUrl)}</p>
<p>With this button ${does}:</p>
<ul>
<li>From that moment on nothing more is allowed for the account, and what was about to go out is released.</li>
<li>${agency} is told, and can’t go on until it has recorded that you agreed after that.</li>
<li>What went out already stays as it is. A tool that doesn’t ask Headroom before it sends isn’t stopped by it: ask ${agency}.</li>
</ul>
<form method="post"><button type="submit">Stop it now</button></form>`,
  );
}

export function stoppedPage({ agencyName, profileUrl }: HolderView, withdrewAt: number): string {
  const agency = escapeHtml(agencyName);
  const at = new Date(withdrewAt).toISOString();
  return html(
    'Outreach from your LinkedIn account is stopped',
    `<p class="account">${escapeHtml(profileUrl)}</p>
<p>You stopped it at <time datetime="${at}">${at.slice(0, 16).replace('T', ' ')} UTC</time>.
Nothing is allowed for the account until ${agency} has recorded that you agreed after that.</p>
<p>Keep this link: it lets you stop it again.</p>`,
  );
}

export function noLinkPage(): string {
  return html(
    'This link is not valid',
    `<p>It is incomplete, or a newer one has taken its place. Ask the agency that does outreach from your LinkedIn account for a
new one.</p>`,
  );
}

/** Nothing was done, or it is not known whether it was. */
export function laterPage(): string {
  return html(
    'That did not work',
    '<p>Something is in the way just now. Open the link again in a moment: it tells whether it is stopped.</p>',
  );
}
