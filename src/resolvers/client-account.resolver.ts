import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import {
  ClientAccount,
  ClientAccountConnection,
  ClientAccountPayload,
  ClientAccountsArgs,
  CreateClientAccountInput,
  UpdateClientAccountInput,
} from '../schema/client-account.schema.js';
import type { Connection } from '../schema/connection.js';
import { LookupArgs } from '../schema/lookup.js';
import { payload } from '../schema/payload.js';
import type { ClientAccountService } from '../services/agency/client-account.service.js';
import type { RequestContext } from './context.js';
import { uuidIfGiven, uuidOf } from './ids.js';
import { find } from './inputs.js';
import type { Pages } from './pages.js';
import { showClientAccount } from './show.js';

@Resolver(() => ClientAccount)
export class ClientAccountResolver {
  constructor(
    private readonly service: ClientAccountService,
    private readonly pages: Pages,
  ) {}

  @Query(() => ClientAccountConnection, { description: 'In order of name.' })
  clientAccounts(
    @Args(() => ClientAccountsArgs) args: ClientAccountsArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<ClientAccount>> {
    const search = args.search ?? null;
    return this.pages.of(viewer, {
      type: ClientAccountConnection,
      name: 'Query.clientAccounts',
      args,
      read: (asked) => this.service.clientAccounts(viewer, search, asked),
      show: showClientAccount,
      countAll: () => this.service.countClientAccounts(viewer, search),
    });
  }

  @Query(() => ClientAccount, {
    nullable: true,
    description: "A client account by its id or the agency's own reference.",
  })
  async clientAccount(
    @Args(() => LookupArgs) args: LookupArgs,
    @Ctx() { viewer, loaders }: RequestContext,
  ): Promise<ClientAccount | null> {
    const account = await find(args, {
      byId: (id) => loaders.clientAccount.load(uuidOf('client', id)),
      byExternalRef: (ref) => this.service.byExternalRef(viewer, ref),
    });
    return account && showClientAccount(account);
  }

  @Mutation(() => ClientAccountPayload, { description: 'Makes a client account, with a plan.' })
  createClientAccount(
    @Arg('input', () => CreateClientAccountInput, { description: 'The client account.' })
    input: CreateClientAccountInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<ClientAccountPayload> {
    const planId = uuidOf('plan', input.planId);
    const created = this.service.createClientAccount(viewer, { ...input, planId });
    return payload('clientAccount', created, showClientAccount);
  }

  @Mutation(() => ClientAccountPayload, {
    description: 'Changes a client account, its plan, or whether anything may be sent for it.',
  })
  updateClientAccount(
    @Arg('input', () => UpdateClientAccountInput, { description: 'The changes.' })
    input: UpdateClientAccountInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<ClientAccountPayload> {
    const updated = this.service.updateClientAccount(viewer, {
      ...input,
      clientAccountId: uuidOf('client', input.clientAccountId),
      planId: uuidIfGiven('plan', input.planId),
    });
    return payload('clientAccount', updated, showClientAccount);
  }
}
