import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Lines of a head. Browsers and proxies send some dozens. */
const LINES_MAX = 200;

/**
 * A head may have 16 KiB, and as many lines as that has bytes: each is made two texts, and looked through for all that is asked of a
 * request. Of what is refused Node keeps no more than shows it; it would drop the rest of it without a word, whatever it says.
 */
export function boundHeads(server: Server): void {
  server.maxHeadersCount = LINES_MAX + 1;
}

export function hasTooManyLines({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.length > 2 * LINES_MAX;
}

/** Before anything is made of it, and in its turn where others of its connection are under way. */
export function refuseLines(response: ServerResponse): void {
  const message = `The head has more than ${LINES_MAX} lines.`;
  response
    .writeHead(431, { 'content-type': 'application/json; charset=utf-8', connection: 'close' })
    .end(JSON.stringify({ error: 'BAD_USER_INPUT', message }));
}
