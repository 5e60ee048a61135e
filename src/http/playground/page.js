/** The page: a bar with the API key, and GraphQL Playground below it. */
import { createBlanks } from './blanks.js';
import { exampleTabs } from './examples.js';
import { createLinkMaker } from './link.js';
import { forgetTabs, markTabs, readKey, tabsAreKept, writeKey } from './storage.js';

const ENDPOINT = '/graphql';

const keyField = document.getElementById('key');
const keyState = document.getElementById('key-state');
const blanks = createBlanks();

keyField.value = readKey();
showKeyState();
keyField.addEventListener('input', () => {
  if (isSendable(key())) writeKey(key());
  showKeyState();
});
// With another key another schema may be seen, or one at all: a new link makes Playground fetch it again.
keyField.addEventListener('change', () => {
  show();
  lookIntoTab();
});
document.getElementById('examples').addEventListener('click', startAgain);

try {
  show();
  lookIntoTabs();
  markTabs();
} catch (error) {
  // The tabs of the last visit break Playground; the examples don't, so this can't go round in a circle.
  if (!tabsAreKept) throw error;
  startAgain();
}

function show() {
  globalThis.GraphQLPlayground.init(document.getElementById('root'), {
    endpoint: ENDPOINT,
    subscriptionEndpoint: ENDPOINT,
    fixedEndpoint: true,
    setTitle: false,
    settings: {
      'editor.theme': 'dark',
      'request.credentials': 'same-origin',
      'schema.disableComments': false,
      'schema.polling.enable': false,
      'tracing.tracingSupported': false,
    },
    createApolloLink: createLinkMaker({ endpoint: ENDPOINT, readKey: sendableKey, blanks, onAnswer }),
    ...(tabsAreKept ? {} : { tabs: exampleTabs(location.origin + ENDPOINT) }),
  });
}

/**
 * Playground learns what operations and variables a query has only while it is edited. A tab that is opened needs that as
 * well: without, its play button knows one operation alone, and its variables are marked as wrong.
 */
function lookIntoTabs() {
  let last;
  const lookIfAnother = () => {
    const { id } = globalThis.session() ?? {};
    if (id === last) return;
    last = id;
    lookIntoTab();
  };
  globalThis.s.subscribe(lookIfAnother);
  lookIfAnother();
}

/** `s` is the bundle's store, `session` its selected tab. */
function lookIntoTab() {
  globalThis.s.dispatch({ type: 'GET_QUERY_FACTS' });
}

function startAgain() {
  forgetTabs();
  location.reload();
}

function onAnswer({ errors }) {
  const refused = errors?.some((error) => error?.extensions?.code === 'UNAUTHENTICATED');
  showKeyState(refused && sendableKey() ? 'The server doesn’t take this key.' : undefined);
}

function showKeyState(problem) {
  const unfit = key() !== '' && !isSendable(key()) ? 'A key has letters, digits, - and _ only.' : problem;
  keyField.setAttribute('aria-invalid', String(unfit !== undefined));
  keyState.textContent =
    unfit ??
    (key() === ''
      ? 'Without a key only the schema can be read.'
      : 'Sent with every request; forgotten when this tab is closed.');
}

function key() {
  return keyField.value.trim();
}

/** A header takes no other characters; a key has none of them. */
function isSendable(text) {
  return /^[\w-]*$/.test(text);
}

function sendableKey() {
  return isSendable(key()) ? key() : '';
}
