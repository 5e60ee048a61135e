import type { FastifyRequest } from 'fastify';
import { Failure } from '../errors.js';
import type { CampaignApprovals } from '../services/campaigns/campaign.approval.js';
import type { HolderService } from '../services/seats/holder.service.js';
import type { Members } from '../services/members/members.js';
import type { Authenticator } from '../tenancy/authenticate.js';
import { type Routes, routesOf } from './app.js';
import { approval } from './pages/approval.js';
import type { SessionCookie } from './cookies.js';
import { graphql, type Pipeline } from './operations/graphql.js';
import { health } from './health.js';
import { holder } from './pages/holder.js';
import { home } from './home.js';
import { imports, type ImportsOptions } from './uploads/imports.js';
import { links } from './pages/links.js';
import { leadLists, type LeadListsOptions } from './uploads/lead-lists.js';
import { inbound, type InboundOptions } from './inbound.js';
import type { Metrics } from './metrics.js';
import type { OperationContext } from './operations/operations.js';
import { playground, presentedKey } from './playground.js';
import { auth } from './sign-in/auth.js';
import type { Uploads } from './uploads/uploads.js';

/** What the parts are made of. */
export interface Served<Context extends OperationContext> extends InboundOptions {
  readonly pipeline: Pipeline<Context>;
  /** Throws where the database is away. */
  readonly askDatabase: () => Promise<unknown>;
  readonly metrics: Metrics;
  /** What takes in what is uploaded. */
  readonly uploading: Pick<ImportsOptions, 'imports'> & Omit<LeadListsOptions, keyof ImportsOptions>;
  readonly uploads: Uploads;
  readonly holders: HolderService;
  readonly approvals: CampaignApprovals;
  readonly cookie: SessionCookie;
  readonly authenticator: Authenticator;
  readonly members: Members;
  /** Whether the Playground asks for a key, or a session. */
  readonly needsKey: boolean;
}

/** Everything that is served, each a plugin of fastify. */
export function partsOf<Context extends OperationContext>(served: Served<Context>): Routes[] {
  const { pipeline, askDatabase, metrics, needsKey, authenticator, cookie, members, holders } = served;
  const admit = async (request: FastifyRequest): Promise<boolean> => {
    if (!needsKey) return true;
    const key = presentedKey(request);
    const header = key === undefined ? undefined : `Bearer ${key}`;
    const session = key === undefined ? cookie.of(request) : undefined;
    return authenticator.authenticate(header, session).then(Boolean, () => false);
  };
  const uploading = {
    authenticate: uploaderOf(authenticator),
    ...{ ...served.uploading, sessionOf: cookie.of, uploads: served.uploads },
  };
  return [
    home,
    links,
    routesOf(graphql, pipeline),
    routesOf(imports, uploading),
    routesOf(leadLists, uploading),
    routesOf(holder, { holders }),
    routesOf(approval, { approvals: served.approvals }),
    routesOf(inbound, { inbound: served.inbound }),
    routesOf(auth, { ...members, cookie, authenticator, requestLimit: pipeline.requestLimit }),
    routesOf(playground, { admit }),
    routesOf(health, { askDatabase }),
    (server) => metrics.routes(server),
  ];
}

/** Who uploads: not whoever may send registered documents and nothing besides. */
function uploaderOf(authenticator: Authenticator): ImportsOptions['authenticate'] {
  return async (header, session) => {
    const viewer = await authenticator.authenticate(header, session);
    if (!viewer.trustedDocumentsOnly) return viewer;
    throw new Failure('FORBIDDEN', 'This key may send registered documents alone: it uploads nothing.');
  };
}
