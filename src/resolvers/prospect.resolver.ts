import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ClientAccount } from '../schema/client-account.schema.js';
import type { Connection } from '../schema/connection.js';
import { payload, payloadOfFacts } from '../schema/payload.js';
import {
  AddProspectsInput,
  AddProspectsPayload,
  Prospect,
  ProspectConnection,
  ProspectPayload,
  ProspectsArgs,
  ProspectsChangedPayload,
  RemoveProspectsInput,
  TagProspectsInput,
  UpdateProspectInput,
} from '../schema/prospect.schema.js';
import type { ProspectService } from '../services/prospects/prospect.service.js';
import type { RequestContext } from './context.js';
import { uuidOf, uuidOrNull } from './ids.js';
import type { Pages } from './pages.js';
import { showAdded, showProspect } from './prospect.show.js';
import { filterTerms } from './segment.show.js';
import { showClientAccount, showLoaded } from './show.js';

@Resolver(() => Prospect)
export class ProspectResolver {
  constructor(
    private readonly service: ProspectService,
    private readonly pages: Pages,
  ) {}

  @Query(() => ProspectConnection, { description: 'In order of last name.' })
  prospects(
    @Args(() => ProspectsArgs) args: ProspectsArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<Prospect>> {
    const asked = {
      clientAccountId: uuidOf('client', args.clientAccountId),
      search: args.search ?? null,
      tags: args.tags ?? [],
      filter: args.filter ? filterTerms(args.filter) : null,
      segmentId: uuidOrNull('segment', args.segmentId),
    };
    return this.pages.of(viewer, {
      type: ProspectConnection,
      name: 'Query.prospects',
      args,
      read: (page) => this.service.prospects(viewer, asked, page),
      show: showProspect,
      countAll: () => this.service.countProspects(viewer, asked),
    });
  }

  @Mutation(() => AddProspectsPayload, {
    description: 'Puts people on the list of a client account, each once however often they are told of.',
  })
  async addProspects(
    @Arg('input', () => AddProspectsInput, { description: 'The people.' }) input: AddProspectsInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<AddProspectsPayload> {
    const clientAccountId = uuidOf('client', input.clientAccountId);
    return showAdded(await this.service.addProspects(viewer, { ...input, clientAccountId }));
  }

  @Mutation(() => ProspectPayload, { description: 'Changes what a list says of a person.' })
  updateProspect(
    @Arg('input', () => UpdateProspectInput, { description: 'The changes.' }) input: UpdateProspectInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<ProspectPayload> {
    const prospectId = uuidOf('prospect', input.prospectId);
    return payload('prospect', this.service.updateProspect(viewer, { ...input, prospectId }), showProspect);
  }

  @Mutation(() => ProspectsChangedPayload, {
    description: 'Gives tags to several prospects, and takes others away.',
  })
  tagProspects(
    @Arg('input', () => TagProspectsInput, { description: 'Which tags, to whom.' }) input: TagProspectsInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<ProspectsChangedPayload> {
    const prospectIds = input.prospectIds.map((id) => uuidOf('prospect', id));
    return payloadOfFacts(this.service.tagProspects(viewer, { ...input, prospectIds }), { changed: 0 });
  }

  @Mutation(() => ProspectsChangedPayload, {
    description:
      'Takes prospects off their lists. What was sent to them stays in the books, and so do marks on them.',
  })
  removeProspects(
    @Arg('input', () => RemoveProspectsInput, { description: 'Whom.' }) input: RemoveProspectsInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<ProspectsChangedPayload> {
    const ids = input.prospectIds.map((id) => uuidOf('prospect', id));
    return payloadOfFacts(this.service.removeProspects(viewer, ids), { changed: 0 });
  }
}

/** What a prospect leads to. */
@Resolver(() => Prospect)
export class ProspectFields {
  @FieldResolver(() => ClientAccount, { description: 'Whose list it is.' })
  clientAccount(
    @Root() { clientAccountId }: Prospect,
    @Ctx() { loaders }: RequestContext,
  ): Promise<ClientAccount | null> {
    return showLoaded(loaders.clientAccount, clientAccountId, showClientAccount);
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether any mark binds: on the person or the company, of the client account or the agency; as the ledger would say now.',
  })
  doNotContact(
    @Root() { recipientId, clientAccountId }: Prospect,
    @Ctx() { loaders }: RequestContext,
  ): Promise<boolean> {
    return loaders.isMarked.load({ recipientId, clientAccountId });
  }
}
