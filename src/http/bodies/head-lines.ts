import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Lines of a head. Browsers and proxies send some dozens. */
const LINES_MAX = 200;
/**
 * Characters of what others read in long: the type by the square of its blanks, and what is accepted range by range. Browsers send some
 * hundred, and a type that parts a form has a mark of 70.
 */
const LENGTHS_MAX: Readonly<Record<string, number>> = { accept: 1_000, 'content-type': 200 };

/**
 * A head may have 16 KiB, and as many lines as that has bytes: each is made two texts, and looked through for all that is asked of a
 * request. Of what is refused Node keeps no more than shows it; it would drop the rest of it without a word, whatever it says.
 */
export function boundHeads(server: Server): void {
  server.maxHeadersCount = LINES_MAX + 1;
}

/** What is wrong with the size of a head; null where nothing is. */
export function wrongWithHead({ rawHeaders, headers }: IncomingMessage): string | null {
  if (rawHeaders.length > 2 * LINES_MAX) return `The head has more than ${LINES_MAX} lines.`;
  const long = Object.keys(LENGTHS_MAX).find(
    (name) => String(headers[name] ?? '').length > LENGTHS_MAX[name]!,
  );
  return long === undefined ? null : `The header ${long} is longer than ${LENGTHS_MAX[long]} characters.`;
}

/** Before anything is made of it, and in its turn where others of its connection are under way. */
export function refuseHead(response: ServerResponse, message: string): void {
  response
    .writeHead(431, { 'content-type': 'application/json; charset=utf-8', connection: 'close' })
    .end(JSON.stringify({ error: 'BAD_USER_INPUT', message }));
}
