/**
 * What the pages of links do whose token stands behind the #: a browser sends that to nobody, so it is read here, and goes to
 * this server in the body of what is asked, and nowhere else.
 */
const form = document.querySelector('form');
const { name, email, password, own } = form.elements;
const token = location.hash.slice(1);

const DOES = {
  '/join': { begin: beginJoining, send: join },
  '/password': { begin: () => show(form), send: setPassword },
}[location.pathname];

/** Another link that is opened in the same window. */
window.addEventListener('hashchange', () => location.reload());
form.addEventListener('submit', (event) => {
  event.preventDefault();
  void once(DOES.send);
});
if (token === '') tell('The link is incomplete: open it whole, with what stands behind its #.');
else await DOES.begin();

async function beginJoining() {
  const invitation = await post('/auth/invitation', {});
  if (!invitation) return;
  document.querySelector('h1').textContent = `${invitation.agency} invites you`;
  name.value = invitation.name ?? '';
  email.value = invitation.email;
  if (invitation.hasPassword) {
    show(document.querySelector('#known'), document.querySelector('#own'));
    password.autocomplete = 'current-password';
  }
  show(form);
}

async function join() {
  const shown = own.checked ? { ownPassword: password.value } : { password: password.value };
  const joined = await post('/auth/invitation/accept', { name: name.value, ...shown });
  if (joined) finish(joined.stage === 'SIGNED_IN' ? '#done' : '#unfinished');
}

async function setPassword() {
  if (await post('/auth/password/set', { password: password.value })) finish('#done');
}

/** What the server answers; null, and said on the page, for what went wrong. */
async function post(path, body) {
  tell(null);
  try {
    const response = await fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      redirect: 'error',
      headers: { 'content-type': 'application/json', 'x-headroom-request': '1' },
      body: JSON.stringify({ token, ...body }),
    });
    const text = await response.text();
    const answer = text === '' ? {} : JSON.parse(text);
    if (response.ok) return answer;
    tell(answer.message);
  } catch {
    tell('The server can’t be reached just now, or it is not known what came of it. Try again in a moment.');
  }
  return null;
}

/** Whoever presses twice asks once. */
async function once(work) {
  const button = form.querySelector('button');
  button.disabled = true;
  await work();
  button.disabled = false;
}

/** The link is used up: it needs not stay in the history of the browser, nor the password in the page. */
function finish(words) {
  form.remove();
  show(document.querySelector(words));
  history.replaceState(null, '', location.pathname);
}

function tell(wrong) {
  const place = document.querySelector('#wrong');
  place.textContent = wrong ?? '';
  place.hidden = wrong === null;
}

function show(...parts) {
  for (const part of parts) part.hidden = false;
}
