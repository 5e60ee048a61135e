import type { LetterKind } from './letters.js';

interface Words {
  readonly subject: string;
  readonly text: string;
}

const WORDS: Readonly<Record<LetterKind, (agency: string, address: string) => Words>> = {
  INVITATION: (agency, address) => ({
    subject: `${agency} invites you to Headroom`,
    text: `${agency} invites you to Headroom, where it keeps track of its LinkedIn outreach.

Accept here, once, within seven days:
${address}

If you expected no invitation, do nothing.
`,
  }),
  PASSWORD: (_agency, address) => ({
    subject: 'Your new password for Headroom',
    text: `Somebody asked for a new password for this address at Headroom.

Set one here, once, within an hour:
${address}

If it wasn't you, do nothing: your password stays as it is.
`,
  }),
  APPROVAL: (agency, address) => ({
    subject: `${agency} asks you to approve a campaign`,
    text: `${agency} asks you to approve a campaign before anything of it is sent.

See what it is, and approve or decline it, here:
${address}

Whoever has this link can answer: keep it to yourself. Nothing is approved by waiting.
`,
  }),
  CODES_TRIED: (agency, address) => ({
    subject: 'Wrong codes at your sign-in to Headroom',
    text: `Somebody who has your password for Headroom tried several codes of your second factor at ${agency}, and none was right.
They did not get in.

If it was you, there is nothing to do: a recovery code always works. If it wasn't, somebody else knows your password:
set another one. It ends what they try.
${address}
`,
  }),
};

/** What a letter says. As plain text: nothing in it is loaded from anywhere, and a name is never markup. */
export function letterOf(kind: LetterKind, agency: string, address: string): Words {
  // A subject is one line, whatever an agency is called.
  return WORDS[kind](agency.replace(/\s+/g, ' '), address);
}
