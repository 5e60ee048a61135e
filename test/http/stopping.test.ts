import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Api } from '../support/api.js';

/** All that comes back over a connection, until it is closed. */
async function closed(socket: Socket): Promise<string> {
  let told = '';
  for await (const chunk of socket) told += String(chunk);
  return told;
}

it('what comes in over a connection in use while the server stops is told in the words of its route', async () => {
  const api = await Api.start();
  const { key } = await api.seed();
  const { hostname, port } = new URL(api.url);
  const post = (body: string): string =>
    `POST /graphql HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  const body = JSON.stringify({ query: '{ viewer { role } }' });
  const next = [`${post(body)}${body}`, `GET /health/live HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`];
  const sockets = next.map(() => connect(Number(port), hostname));
  const answers = sockets.map(closed);
  // A connection is in use while its first request isn't whole.
  for (const socket of sockets) socket.write(post(body));
  await pause(200);
  const closing = api.close();
  await pause(200);
  for (const [index, socket] of sockets.entries()) socket.write(`${body}${next[index]}`);
  const [operation, health] = await Promise.all(answers);
  await closing;
  for (const answered of [operation, health]) {
    expect(answered).toContain('{"data":{"viewer":{"role":"OWNER"}}');
    expect(answered).toMatch(/HTTP\/1\.1 503 [^{]*connection: close[^{]*retry-after: 1\r\n/);
  }
  expect(operation).toMatch(
    /{"errors":\[{"message":"The server is stopping\.","extensions":{"code":"UNAVAILABLE","retryAfterMs":1000,"requestId":"[^"]+"}}\]}$/,
  );
  expect(health).toMatch(/{"error":"UNAVAILABLE","message":"The server is stopping\.","retryAfterMs":1000}$/);
});
