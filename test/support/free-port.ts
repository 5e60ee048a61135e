import { randomInt } from 'node:crypto';
import { createServer } from 'node:http';

/** Below those that a system gives to whoever asks for any: nobody else comes to have one of these before it is listened on. */
const [FROM, UNTIL] = [20_000, 32_000];

/** A port that nobody listens on, for what is to be told a port. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FROM, UNTIL);
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((closed) => probe.close(closed));
    return port;
  }
}
