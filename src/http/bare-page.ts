import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';

/** A page for somebody without sign-in, as HTML without scripts. Nothing on it is loaded from anywhere. */

const STYLE = `
body { margin: 0; background: #f6f7f9; color: #1c2430; font: 17px/1.5 system-ui, sans-serif }
main { max-width: 34rem; margin: 8vh auto; padding: 2rem; background: #fff; border: 1px solid #d9dee5; border-radius: 8px }
h1 { margin-top: 0; font-size: 1.5rem; line-height: 1.25 }
.account { overflow-wrap: anywhere; font-weight: 600 }
h2 { margin: 2rem 0 .5rem; font-size: 1.1rem } h3 { margin: 1.2rem 0 .3rem; font-size: 1rem }
pre { margin: .4rem 0; padding: .8rem; background: #f6f7f9; border-radius: 6px; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere }
label { display: block; margin: .8rem 0 } input, textarea { display: block; width: 100%; box-sizing: border-box; padding: .5rem; font: inherit }
button { padding: .7rem 1.4rem; border: 0; border-radius: 6px; background: #b3261e; color: #fff; font: inherit; font-weight: 600; cursor: pointer }
button:focus-visible { outline: 3px solid #1c2430; outline-offset: 2px }
button.yes { background: #1b6e3c }
@media (prefers-color-scheme: dark) {
  body { background: #12161c; color: #e6eaf0 } main { background: #1a2029; border-color: #2c3542 }
  button:focus-visible { outline-color: #e6eaf0 } pre { background: #12161c }
}`;

/** Its own style, its own form, and nothing else. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function sendPage(reply: FastifyReply, page: string): FastifyReply {
  return reply
    .header('content-security-policy', CONTENT_SECURITY_POLICY)
    .header('x-robots-tag', 'noindex')
    .type('text/html; charset=utf-8')
    .send(page);
}

/** `body` is HTML already. */
export function html(title: string, body: string): string {
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

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
