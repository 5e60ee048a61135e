import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { RawSocket } from '../../support/raw-socket.js';

/**
 * For how many half seconds a socket stays open, by what else is done meanwhile: behind each of them `ask` is answered, so that a
 * machine that stands still for a while, or its database, lets no time pass for anybody.
 */
export async function halfSecondsOpen(raw: RawSocket, ask: () => Promise<unknown>): Promise<number> {
  let count = 0;
  while (raw.socket.readyState !== WebSocket.CLOSED) {
    await pause(500);
    await ask();
    count += 1;
  }
  return count;
}
