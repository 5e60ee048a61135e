import type { FastifyInstance } from 'fastify';
import type { HolderService } from '../../services/seats/holder.service.js';
import { laterPage, noLinkPage, stopPage, stoppedPage } from './holder.page.js';
import { serveLinkedPage } from './linked-page.js';

/** Where the page of a seat's holder is; the token of the link follows. */
export const HOLDER_PATH = '/holder/';
/** The form has no fields. */
const FORM_BYTES_MAX = 1_024;

export interface HolderOptions {
  readonly holders: Pick<HolderService, 'look' | 'stop'>;
}

/** A fastify plugin: the page on which the holder of a LinkedIn account stops its seat, by a link and without sign-in. */
export async function holder(server: FastifyInstance, { holders }: HolderOptions): Promise<void> {
  serveLinkedPage(server, {
    path: HOLDER_PATH,
    formBytesMax: FORM_BYTES_MAX,
    look: async (token) => {
      const view = await holders.look(token);
      if (!view) return null;
      return view.withdrewAt === null ? stopPage(view) : stoppedPage(view, view.withdrewAt);
    },
    answer: async (token) => ((await holders.stop(token)) ? 'DONE' : null),
    noLink: noLinkPage,
    later: laterPage,
  });
}
