import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { greetMailServer } from '../../../src/services/members/mail-server.js';

/** A mail server that answers commands in its own way is greeted: what came of it, and once no connection to it is open. */
async function greeting(
  answer: (command: string, socket: Socket) => void,
  { login = '', timeoutMs = 5_000 } = {},
): Promise<{ readonly greeted: Promise<void>; readonly closed: Promise<void> }> {
  const server = createServer((socket) => {
    const lines = createInterface({ input: socket.on('error', () => undefined) });
    lines.on('line', (line) => answer(line, socket));
    socket.write('220 here\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const closed = new Promise<void>((resolve) => {
    // It ends with its last connection.
    server.once('connection', () => server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  return { greeted: greetMailServer(`smtp://${login}127.0.0.1:${port}`, timeoutMs), closed };
}

it('one that goes on answering behind its greeting is given up, and no connection to it is kept', async () => {
  const { greeted, closed } = await greeting(
    (_, socket) => {
      const stutter = setInterval(() => socket.write('250-wait a bit\r\n'), 50);
      socket.on('close', () => clearInterval(stutter));
    },
    { timeoutMs: 200 },
  );
  await expect(greeted).rejects.toThrow('it takes no letters: it went on answering without an end.');
  await closed;
}, 10_000);

/** Takes one password. */
function keeper(command: string, socket: Socket): void {
  const right = `AUTH PLAIN ${Buffer.from('\0ada\0right').toString('base64')}`;
  if (command.startsWith('EHLO')) socket.write('250 AUTH PLAIN\r\n');
  else socket.write(command === right ? '235 come in\r\n' : '535 ada is not let in\r\n');
}

it('one that asks for a password is shown it, and what it says of that is not told on', async () => {
  const right = await greeting(keeper, { login: 'ada:right@' });
  await expect(right.greeted).resolves.toBeUndefined();
  await right.closed;
  const wrong = await greeting(keeper, { login: 'ada:wrong@' });
  await expect(wrong.greeted).rejects.toThrow(/^it takes no letters: EAUTH, AUTH PLAIN, 535\.$/);
  await wrong.closed;
});

it('one that hangs up is told of', async () => {
  const { greeted, closed } = await greeting((_, socket) => void socket.destroy());
  await expect(greeted).rejects.toThrow(/^it takes no letters: ECONNECTION, CONN, Connection closed/);
  await closed;
});
