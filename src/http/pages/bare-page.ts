import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';

/** A page for somebody without sign-in, as HTML. Nothing on it is loaded from anywhere; it has no script, but where it says its own. */

const STYLE = `
body { margin: 0; background: #f6f7f9; color: #1c2430; font: 17px/1.5 system-ui, sans-serif }
main { max-width: 34rem; margin: 8vh auto; padding: 2rem; background: #fff; border: 1px solid #d9dee5; border-radius: 8px }
h1 { margin-top: 0; font-size: 1.5rem; line-height: 1.25 }
.account { overflow-wrap: anywhere; font-weight: 600 }
h2 { margin: 2rem 0 .5rem; font-size: 1.1rem } h3 { margin: 1.2rem 0 .3rem; font-size: 1rem }
pre { margin: .4rem 0; padding: .8rem; background: #f6f7f9; border-radius: 6px; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere }
label { display: block; margin: .8rem 0 } input, textarea { display: block; width: 100%; box-sizing: border-box; padding: .5rem; font: inherit }
input[type=checkbox] { display: inline; width: auto }
button { padding: .7rem 1.4rem; border: 0; border-radius: 6px; background: #b3261e; color: #fff; font: inherit; font-weight: 600; cursor: pointer }
button:focus-visible { outline: 3px solid #1c2430; outline-offset: 2px }
button.yes { background: #1b6e3c }
@media (prefers-color-scheme: dark) {
  body { background: #12161c; color: #e6eaf0 } main { background: #1a2029; border-color: #2c3542 }
  button:focus-visible { outline-color: #e6eaf0 } pre { background: #12161c }
}`;

const styleOnly = `style-src 'sha256-${sha256(STYLE)}'`;

/** Its own style, its own form, and nothing else. */
const WITHOUT_SCRIPT = [
  "default-src 'none'",
  styleOnly,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

/** What its own script asks of this server, and no form: what is typed into it would be sent by the browser. */
const withScript = (script: string): readonly string[] => [
  ...["default-src 'none'", styleOnly, `script-src 'sha256-${sha256(script)}'`, "connect-src 'self'"],
  ...["form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'"],
];

/** `script` is that of the page; null for none. */
export function sendPage(reply: FastifyReply, page: string, script: string | null = null): FastifyReply {
  return reply
    .header('content-security-policy', (script === null ? WITHOUT_SCRIPT : withScript(script)).join('; '))
    .header('x-robots-tag', 'noindex')
    .type('text/html; charset=utf-8')
    .send(page);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** `body` is HTML already; `script` is a module of its own, which no page without one has. */
export function html(title: string, body: string, script: string | null = null): string {
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
</main>${script === null ? '' : `\n<script type="module">${script}</script>`}
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

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
