import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Agency, Viewer } from '../schema/agency.schema.js';
import { ClientAccount } from '../schema/client-account.schema.js';
import { fill } from '../schema/fill.js';
import { Usage } from '../schema/limit.schema.js';
import { Member } from '../schema/member.schema.js';
import { onlyClientAccountOf } from '../tenancy/viewer.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import { showUsageOfScope } from './limit.show.js';
import { showAgency, showClientAccount, showLoaded, showMember } from './show.js';

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { description: 'Who is asking.' })
  viewer(@Ctx() { viewer }: RequestContext): Viewer {
    const { agencyId, role } = viewer;
    const memberId = viewer.credential?.kind === 'MEMBER' ? viewer.credential.id : null;
    return fill(Viewer, { agencyId, role, memberId, clientAccountId: onlyClientAccountOf(viewer) });
  }

  @FieldResolver(() => Agency, { description: 'The agency that the viewer belongs to.' })
  agency(@Root() viewer: Viewer, @Ctx() { loaders }: RequestContext): Promise<Agency | null> {
    return showLoaded(loaders.agency, viewer.agencyId, showAgency);
  }

  @FieldResolver(() => Member, { nullable: true, description: 'Who is signed in; null for a key.' })
  member(@Root() viewer: Viewer, @Ctx() { loaders }: RequestContext): Promise<Member | null> {
    return showLoaded(loaders.member, viewer.memberId, showMember);
  }

  @FieldResolver(() => ClientAccount, {
    nullable: true,
    description: 'Set when the viewer sees one client account only.',
  })
  clientAccount(@Root() viewer: Viewer, @Ctx() { loaders }: RequestContext): Promise<ClientAccount | null> {
    return showLoaded(loaders.clientAccount, viewer.clientAccountId, showClientAccount);
  }
}

@Resolver(() => Agency)
export class AgencyResolver {
  @FieldResolver(() => [Usage], {
    description:
      'Of the limits set at the agency itself. Empty for a viewer who sees one client account only.',
  })
  usage(@Root() { id }: Agency, @Ctx() context: RequestContext): Promise<Usage[]> {
    return showUsageOfScope(context, { kind: 'AGENCY', id: uuidOf('agency', id) });
  }
}
