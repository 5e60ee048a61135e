import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Failure, Refusal } from '../../errors.js';
import { fromId, toId } from '../../schema/ids.js';
import type { DoNotContactLists } from '../../services/prospects/do-not-contact.lists.js';
import {
  ListRefused,
  type DoNotContactReport,
  type LeadListReport,
} from '../../services/prospects/lead-list.report.js';
import type { LeadListService } from '../../services/prospects/lead-list.service.js';
import type { Viewer } from '../../tenancy/viewer.js';
import type { ImportsOptions } from './imports.js';
import { giveUp, isFileOf, refuse, requireImportHeader, saidIn, statusOf, untilGone } from './uploading.js';
import { TooManyBytes } from './uploads.js';

const LIST_PATH = '/imports/lead-list';
const LIST_TYPE = 'text/csv';

export interface LeadListsOptions extends Pick<ImportsOptions, 'authenticate' | 'sessionOf' | 'uploads'> {
  readonly leadLists: Pick<LeadListService, 'importList' | 'refusalOf'>;
  readonly doNotContactLists: Pick<DoNotContactLists, 'importList' | 'refusalOf'>;
}

/** What is asked for, besides the list. */
interface Asked {
  readonly as: 'prospects' | 'do-not-contact';
  /** Null for the agency, which no prospects are of. */
  readonly clientAccountId: string | null;
  readonly dryRun: boolean;
  readonly replace: boolean;
  readonly mapping: readonly string[];
}

type Outcome = LeadListReport | DoNotContactReport | Refusal | ListRefused;

/**
 * A fastify plugin: POST /imports/lead-list takes a CSV as it is, with nothing around it: people for the list of a client
 * account, or whom to leave alone. Who asks, and for whom, is judged before a byte of it is read.
 */
export async function leadLists(server: FastifyInstance, options: LeadListsOptions): Promise<void> {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _body, parsed) => parsed(null));
  server.post(LIST_PATH, { config: { isStreamed: true } }, (request, reply) =>
    takeList(request, reply, options),
  );
  return Promise.resolve();
}

async function takeList(
  request: FastifyRequest,
  reply: FastifyReply,
  options: LeadListsOptions,
): Promise<FastifyReply> {
  const { authenticate, sessionOf = () => undefined, uploads } = options;
  const signal = untilGone(reply);
  const viewer = await authenticate(request.headers.authorization, sessionOf(request));
  if (!isFileOf(request, LIST_TYPE)) {
    return refuse(reply, 415, 'BAD_USER_INPUT', `Send the list itself, as ${LIST_TYPE}, in no other coding.`);
  }
  const asked = readAsked(request);
  const refusal = await refusalOf(viewer, asked, options);
  if (refusal) return tell(reply, refusal);
  try {
    const outcome = await uploads.take({ viewer, body: request.raw, signal }, (path) =>
      importList(viewer, asked, path, signal, options),
    );
    return tell(reply, outcome);
  } catch (error) {
    if (signal.aborted) return giveUp(request, reply, LIST_PATH);
    if (!(error instanceof TooManyBytes)) throw error;
    return refuse(reply.header('connection', 'close'), 413, 'TOO_LARGE', 'The list has too many bytes.');
  }
}

function refusalOf(
  viewer: Viewer,
  { as, clientAccountId }: Asked,
  { leadLists: people, doNotContactLists }: LeadListsOptions,
): Promise<Refusal | null> {
  if (as === 'do-not-contact') return doNotContactLists.refusalOf(viewer, clientAccountId);
  return people.refusalOf(viewer, clientAccountId ?? '');
}

function importList(
  viewer: Viewer,
  { as, clientAccountId, ...asked }: Asked,
  path: string,
  signal: AbortSignal,
  { leadLists: people, doNotContactLists }: LeadListsOptions,
): Promise<Outcome> {
  const terms = { ...asked, path, signal };
  if (as === 'do-not-contact') return doNotContactLists.importList(viewer, { ...terms, clientAccountId });
  return people.importList(viewer, { ...terms, clientAccountId: clientAccountId ?? '' });
}

/** Throws BAD_USER_INPUT for what can't be understood, NOT_FOUND for an id that can be nobody's. */
function readAsked(request: FastifyRequest): Asked {
  requireImportHeader(request.headers);
  const said = saidIn(request, ['as', 'clientAccountId', 'mapping', 'dryRun', 'replace']);
  const { as = 'prospects', clientAccountId, mapping = [] } = said;
  if (as !== 'prospects' && as !== 'do-not-contact') {
    throw new Failure('BAD_USER_INPUT', 'as is prospects or do-not-contact, told once.');
  }
  if (typeof clientAccountId !== 'string' && (as === 'prospects' || clientAccountId !== undefined)) {
    throw new Failure('BAD_USER_INPUT', 'Say which client account, once: ?clientAccountId=client_…');
  }
  const uuid = typeof clientAccountId === 'string' ? fromId('client', clientAccountId) : null;
  if (typeof clientAccountId === 'string' && uuid === null) {
    throw new Failure('NOT_FOUND', 'There is no such client account.');
  }
  return {
    ...{ as, clientAccountId: uuid, dryRun: flag(said, 'dryRun'), replace: flag(said, 'replace') },
    mapping: [mapping].flat().map(String),
  };
}

function flag(said: Readonly<Record<string, unknown>>, name: string): boolean {
  const { [name]: value = 'false' } = said;
  if (value === 'true' || value === 'false') return value === 'true';
  throw new Failure('BAD_USER_INPUT', `${name} is true or false, told once.`);
}

function tell(reply: FastifyReply, outcome: Outcome): FastifyReply {
  if (outcome instanceof Refusal || outcome instanceof ListRefused) {
    return refuse(reply, statusOf(outcome.code), outcome.code, outcome.message);
  }
  const { clientAccountId } = outcome;
  return reply.send({ ...outcome, clientAccountId: clientAccountId && toId('client', clientAccountId) });
}
