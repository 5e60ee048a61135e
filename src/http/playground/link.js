/**
 * How Playground's requests reach the server. Its own link speaks a sub-protocol for subscriptions that nobody serves any
 * more, and asks whatever endpoint a tab names; this one speaks graphql-transport-ws, to the given endpoint alone.
 */
import { isBlank } from './blanks.js';

/**
 * Playground's `createApolloLink`. `readKey()` gives the API key for requests whose headers name none; `blanks` fills the
 * examples in; `onAnswer(answer)` sees every answer.
 */
export function createLinkMaker({ endpoint, readKey, blanks, onAnswer }) {
  return (session) => ({
    link: { request: (operation) => ({ subscribe: (observer) => start(session, operation, observer) }) },
  });

  function start(session, operation, observer) {
    const told = {
      next(answer) {
        blanks.learn(answer.data);
        onAnswer(answer);
        observer.next(answer);
      },
      error: (error) => observer.error(error),
      complete: () => observer.complete?.(),
    };
    try {
      const definition = selectedDefinition(operation);
      const headers = withKey(session.headers, readKey());
      const send = definition?.operation === 'subscription' ? listen : ask;
      return { unsubscribe: send(endpoint, headers, requestOf(operation, definition, blanks), told) };
    } catch (error) {
      // Later: Playground listens only once it has been handed the subscription.
      queueMicrotask(() => told.error(error));
      return { unsubscribe() {} };
    }
  }
}

/** Asks once, over HTTP. Returns what stops it. */
function ask(endpoint, headers, request, told) {
  const controller = new AbortController();
  fetch(endpoint, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
    body: JSON.stringify(request),
    signal: controller.signal,
  })
    .then(readAnswer)
    .then((answer) => {
      told.next(answer);
      told.complete();
    })
    .catch((error) => {
      if (!controller.signal.aborted) told.error(error);
    });
  return () => controller.abort();
}

/** Listens to a subscription over a socket of its own, which has the headers as its connection parameters. */
function listen(endpoint, headers, request, told) {
  const url = new URL(endpoint, location.href.replace(/^http/, 'ws')).href;
  // No retry: whoever tries things out should see that the socket closed, and why.
  const client = globalThis.graphqlWs.createClient({ url, connectionParams: headers, retryAttempts: 0 });
  const stop = client.subscribe(request, {
    next: told.next,
    complete: told.complete,
    error(failure) {
      if (Array.isArray(failure)) {
        told.next({ errors: failure });
        told.complete();
      } else {
        told.error(socketError(failure));
      }
    },
  });
  return () => {
    stop();
    void client.dispose();
  };
}

async function readAnswer(response) {
  const answer = parsed(await response.text());
  if (answer !== null && typeof answer === 'object') return answer;
  throw new Error(
    `The server answered ${response.status} ${response.statusText}, which is no GraphQL answer.`,
  );
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function socketError(failure) {
  if (failure instanceof Error) return failure;
  return new Error(`The socket was closed: ${failure?.code ?? 'no code'} ${failure?.reason ?? ''}`.trim());
}

/** The headers pane as it is, without what the example left open, and with the page's key where it names none. */
function withKey(pane, key) {
  const headers = Object.fromEntries(Object.entries(pane ?? {}).filter(([, value]) => !isBlank(value)));
  const named = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  return named || !key ? headers : { ...headers, Authorization: `Bearer ${key}` };
}

function selectedDefinition({ query, operationName }) {
  const operations = query.definitions.filter((each) => each.kind === 'OperationDefinition');
  return operations.find((each) => each.name?.value === operationName) ?? operations[0];
}

/** Only the variables of the operation itself: the others in the pane belong to its neighbours in the same tab. */
function requestOf({ query, variables, operationName }, definition, blanks) {
  const names = (definition?.variableDefinitions ?? []).map((each) => each.variable.name.value);
  const given = Object.entries(variables ?? {}).filter(([name]) => names.includes(name));
  return {
    query: query.loc.source.body,
    operationName: operationName || undefined,
    variables: blanks.fill(Object.fromEntries(given)),
  };
}
