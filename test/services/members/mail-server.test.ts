import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { greetMailServer } from '../../../src/services/members/mail-server.js';
import { MAIL_TIMEOUT_MS, timeOfLetter } from '../../support/mailbox.js';

/** A mail server that answers commands in its own way is greeted: what came of it, and once no connection to it is open. */
async function greeting(
  answer: (command: string, socket: Socket) => void,
  login = '',
): Promise<{ readonly greeted: Promise<void>; readonly closed: Promise<void> }> {
  const server = createServer((socket) => {
    // Whoever leaves with something unread resets it, which is told as an error of the lines too.
    const lines = createInterface({ input: socket.on('error', () => undefined) });
    lines.on('error', () => undefined).on('line', (line) => answer(line, socket));
    socket.write('220 here\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const closed = new Promise<void>((resolve) => {
    // It ends with its last connection.
    server.once('connection', () => server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  return { greeted: greetMailServer(`smtp://${login}127.0.0.1:${port}`, MAIL_TIMEOUT_MS), closed };
}

afterEach(() => jest.restoreAllMocks());

it('one that goes on answering behind its greeting is given up, and no connection to it is kept', async () => {
  const time = timeOfLetter();
  const { greeted, closed } = await greeting((_, socket) => {
    let said = 0;
    const stutter = setInterval(() => {
      socket.write('250-wait a bit\r\n');
      if ((said += 1) === 5) time.runsOut();
    }, 20);
    socket.on('close', () => clearInterval(stutter));
  });
  await expect(greeted).rejects.toThrow('it takes no letters: it went on answering without an end.');
  await closed;
});

/** Takes one password. */
function keeper(command: string, socket: Socket): void {
  const right = `AUTH PLAIN ${Buffer.from('\0ada\0right').toString('base64')}`;
  if (command.startsWith('EHLO')) socket.write('250 AUTH PLAIN\r\n');
  else socket.write(command === right ? '235 come in\r\n' : '535 ada is not let in\r\n');
}

it('one that asks for a password is shown it, and what it says of that is not told on', async () => {
  const right = await greeting(keeper, 'ada:right@');
  await expect(right.greeted).resolves.toBeUndefined();
  await right.closed;
  const wrong = await greeting(keeper, 'ada:wrong@');
  await expect(wrong.greeted).rejects.toThrow(/^it takes no letters: EAUTH, AUTH PLAIN, 535\.$/);
  await wrong.closed;
});

it('one that hangs up is told of', async () => {
  const { greeted, closed } = await greeting((_, socket) => void socket.destroy());
  await expect(greeted).rejects.toThrow(/^it takes no letters: ECONNECTION, CONN, Connection closed/);
  await closed;
});
