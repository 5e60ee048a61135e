import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { sendPage } from './bare-page.js';
import { joinPage, passwordPage } from './link.page.js';

const SCRIPT = fileURLToPath(new URL('./links/link.js', import.meta.url));

/**
 * A fastify plugin: the pages that an invitation and a link for a new password lead to. They are the same for everybody: what stands
 * behind the # comes here only with what the page asks of the routes under `/auth`.
 */
export async function links(server: FastifyInstance): Promise<void> {
  const script = await readFile(SCRIPT, 'utf8');
  server.get('/join', (_request, reply) => sendPage(reply, joinPage(script), script));
  server.get('/password', (_request, reply) => sendPage(reply, passwordPage(script), script));
}
