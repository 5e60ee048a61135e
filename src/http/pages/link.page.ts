import { html } from './bare-page.js';

/** The pages of links whose token stands behind the #. A script reads it; without one they say what to do with it. */

/** `script` is what they do. */
export function joinPage(script: string): string {
  return html(
    'You are invited',
    `<p id="wrong" role="alert" hidden></p>
<form hidden>
<p>With this you become a member of the agency, and are signed in in this browser.</p>
<label>Your address <input name="email" readonly autocomplete="username"></label>
<label>Your name <input name="name" required autocomplete="name"></label>
<p id="known" hidden>There is a password of your address already, of another agency: it is the one that is asked for.</p>
<label>Your password, 10 to 256 characters that nobody guesses
<input name="password" type="password" required autocomplete="new-password"></label>
<p id="own" hidden><label><input name="own" type="checkbox"> I never set that one: this is a new one, for this agency alone</label></p>
<button class="yes">Accept</button>
</form>
<p id="done" role="status" hidden>You are a member now, and signed in in this browser. <a href="/">What is where</a></p>
<p id="unfinished" role="status" hidden>You are a member now. A second factor is asked for before anything else: the documentation
(docs/members.md) says by which routes it is set up and shown.</p>
${withoutScripts('/auth/invitation/accept', 'name and password')}`,
    script,
  );
}

export function passwordPage(script: string): string {
  return html(
    'A new password',
    `<p id="wrong" role="alert" hidden></p>
<form hidden>
<p>Whoever is signed in by the password of before is signed out everywhere.</p>
<label>The new password, 10 to 256 characters that nobody guesses
<input name="password" type="password" required autocomplete="new-password"></label>
<button class="yes">Set it</button>
</form>
<p id="done" role="status" hidden>The password is set. Sign in with it from now on.</p>
${withoutScripts('/auth/password/set', 'password')}`,
    script,
  );
}

function withoutScripts(route: string, besides: string): string {
  return `<noscript><p>This page works by its own script alone, which reads what stands behind the # of its address: a browser sends that
to nobody. Without scripts, send it as token to POST ${route}, with ${besides}, as the documentation
(docs/members.md) shows it.</p></noscript>`;
}
