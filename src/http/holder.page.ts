import { createHash } from 'node:crypto';
import type { HolderView } from '../services/holder.service.js';

/** The page of a seat's holder, as HTML without scripts. Nothing on it is loaded from anywhere. */

const STYLE = `
body { margin: 0; background: #f6f7f9; color: #1c2430; font: 17px/1.5 system-ui, sans-serif }
main { max-width: 34rem; margin: 8vh auto; padding: 2rem; background: #fff; border: 1px solid #d9dee5; border-radius: 8px }
h1 { margin-top: 0; font-size: 1.5rem; line-height: 1.25 }
.account { overflow-wrap: anywhere; font-weight: 600 }
button { padding: .7rem 1.4rem; border: 0; border-radius: 6px; background: #b3261e; color: #fff; font: inherit; font-weight: 600; cursor: pointer }
button:focus-visible { outline: 3px solid #1c2430; outline-offset: 2px }
@media (prefers-color-scheme: dark) {
  body { background: #12161c; color: #e6eaf0 } main { background: #1a2029; border-color: #2c3542 }
  button:focus-visible { outline-color: #e6eaf0 }
}`;

/** Its own style, its own form, and nothing else. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What the button will do, and the button. */
export function stopPage({ agencyName, profileUrl }: HolderView): string {
  const agency = escapeHtml(agencyName);
  return html(
    'Stop outreach from your LinkedIn account',
    `<p>${agency} does outreach from this LinkedIn account, with your agreement:</p>
<p class="account">${escapeHtml(profileUrl)}</p>
<p>With this button you take your agreement back:</p>
<ul>
<li>From that moment on nothing more is allowed for the account, and what was about to go out is released.</li>
<li>${agency} is told, and can’t go on until it has recorded that you agreed again.</li>
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
<p>You took your agreement back at <time datetime="${at}">${at.slice(0, 16).replace('T', ' ')} UTC</time>.
Nothing is allowed for the account until ${agency} has recorded that you agreed again.</p>
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

/** `body` is HTML already. */
function html(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
