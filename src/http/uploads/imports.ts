import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Failure, Refusal } from '../../errors.js';
import { fromId, toId } from '../../schema/ids.js';
import { ArchiveRefused, type ImportReport } from '../../services/imports/import.report.js';
import type { ImportService } from '../../services/imports/import.service.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { giveUp, isFileOf, refuse, requireImportHeader, saidIn, statusOf, untilGone } from './uploading.js';
import { TooManyBytes, type Uploads } from './uploads.js';

const IMPORT_PATH = '/imports/linkedin-export';
const ARCHIVE_TYPE = 'application/zip';

export interface ImportsOptions {
  /** Whose key an `Authorization` header holds, or whose session a cookie does; throws UNAUTHENTICATED. */
  readonly authenticate: (authorization: string | undefined, session: string | undefined) => Promise<Viewer>;
  readonly sessionOf?: (request: FastifyRequest) => string | undefined;
  readonly imports: Pick<ImportService, 'importArchive' | 'refusalOf'>;
  readonly uploads: Uploads;
}

/** What is asked for, besides the archive. */
interface Asked {
  readonly seatId: string;
  readonly force: boolean;
}

/**
 * A fastify plugin: POST /imports/linkedin-export takes LinkedIn's archive as it is, with nothing around it. Who asks,
 * and for which seat, is judged before a byte of it is read. Whoever goes away before the answer has imported nothing.
 */
export async function imports(server: FastifyInstance, options: ImportsOptions): Promise<void> {
  const end = await options.uploads.tidyUp();
  server.addHook('onClose', async () => end());
  // The body stays where it is until it is known whether it is wanted, whatever it says that it is.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _body, parsed) => parsed(null));
  server.post(IMPORT_PATH, { config: { isStreamed: true } }, (request, reply) =>
    takeArchive(request, reply, options),
  );
}

async function takeArchive(
  request: FastifyRequest,
  reply: FastifyReply,
  { authenticate, sessionOf = () => undefined, imports: service, uploads }: ImportsOptions,
): Promise<FastifyReply> {
  const signal = untilGone(reply);
  const viewer = await authenticate(request.headers.authorization, sessionOf(request));
  if (!isFileOf(request, ARCHIVE_TYPE)) {
    return refuse(
      reply,
      415,
      'BAD_USER_INPUT',
      `Send the archive itself, as ${ARCHIVE_TYPE}, in no other coding.`,
    );
  }
  const { seatId, force } = readAsked(request);
  const refusal = await service.refusalOf(viewer, seatId);
  if (refusal) return tell(reply, refusal);
  try {
    const outcome = await uploads.take({ viewer, body: request.raw, signal }, (path) =>
      service.importArchive(viewer, { seatId, path, force, signal }),
    );
    return tell(reply, outcome);
  } catch (error) {
    if (signal.aborted) return giveUp(request, reply, IMPORT_PATH);
    if (!(error instanceof TooManyBytes)) throw error;
    // What is still on its way would be read to its end otherwise.
    return refuse(reply.header('connection', 'close'), 413, 'TOO_LARGE', 'The archive has too many bytes.');
  }
}

/** Throws BAD_USER_INPUT for what can't be understood, NOT_FOUND for an id that can be nobody's. */
function readAsked(request: FastifyRequest): Asked {
  requireImportHeader(request.headers);
  const { seatId, force = 'false' } = saidIn(request, ['seatId', 'force']);
  if (typeof seatId !== 'string') throw new Failure('BAD_USER_INPUT', 'Say which seat, once: ?seatId=seat_…');
  if (force !== 'true' && force !== 'false') {
    throw new Failure('BAD_USER_INPUT', 'force is true or false, told once.');
  }
  const uuid = fromId('seat', seatId);
  if (uuid === null) throw new Failure('NOT_FOUND', 'There is no such seat.');
  return { seatId: uuid, force: force === 'true' };
}

function tell(reply: FastifyReply, outcome: ImportReport | Refusal | ArchiveRefused): FastifyReply {
  if (outcome instanceof Refusal || outcome instanceof ArchiveRefused) {
    return refuse(reply, statusOf(outcome.code), outcome.code, outcome.message);
  }
  return reply.send({ ...outcome, seatId: toId('seat', outcome.seatId) });
}
