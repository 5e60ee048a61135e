import type { LetterKind } from './letters.js';

/** What a letter says. As plain text: nothing in it is loaded from anywhere, and a name is never markup. */
export function letterOf(
  kind: LetterKind,
  agency: string,
  address: string,
): { readonly subject: string; readonly text: string } {
  // A subject is one line, whatever an agency is called.
  const name = agency.replace(/\s+/g, ' ');
  if (kind === 'APPROVAL') {
    return {
      subject: `${name} asks you to approve a campaign`,
      text: `${name} asks you to approve a campaign before anything of it is sent.

See what it is, and approve or decline it, here:
${address}

Whoever has this link can answer: keep it to yourself. Nothing is approved by waiting.
`,
    };
  }
  return kind === 'INVITATION'
    ? {
        subject: `${name} invites you to Headroom`,
        text: `${name} invites you to Headroom, where it keeps track of its LinkedIn outreach.

Accept here, once, within seven days:
${address}

If you expected no invitation, do nothing.
`,
      }
    : {
        subject: 'Your new password for Headroom',
        text: `Somebody asked for a new password for this address at Headroom.

Set one here, once, within an hour:
${address}

If it wasn't you, do nothing: your password stays as it is.
`,
      };
}
