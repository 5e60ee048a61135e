import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Refusal } from '../errors.js';
import {
  ApiKey,
  ApiKeyConnection,
  ApiKeyPayload,
  CreateApiKeyInput,
  CreateApiKeyPayload,
  RevokeApiKeyInput,
  RotateApiKeyInput,
} from '../schema/api-key.schema.js';
import { ClientAccount } from '../schema/client-account.schema.js';
import { type Connection, PageArgs } from '../schema/connection.js';
import { payload, payloadOfFacts } from '../schema/payload.js';
import type { ApiKeyRotation } from '../services/members/api-key.rotation.js';
import type { ApiKeyService, CreatedApiKey } from '../services/members/api-key.service.js';
import type { RequestContext } from './context.js';
import { uuidOf, uuidOrNull } from './ids.js';
import type { Pages } from './pages.js';
import { showApiKey, showClientAccount, shown, showLoaded } from './show.js';

@Resolver(() => ApiKey)
export class ApiKeyResolver {
  constructor(
    private readonly service: ApiKeyService,
    private readonly rotation: ApiKeyRotation,
    private readonly pages: Pages,
  ) {}

  @Query(() => ApiKeyConnection, { description: 'Newest first. For those who may make keys.' })
  apiKeys(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<ApiKey>> {
    return this.pages.of(viewer, {
      type: ApiKeyConnection,
      name: 'Query.apiKeys',
      args,
      read: (asked) => this.service.apiKeys(viewer, asked),
      show: showApiKey,
      countAll: () => this.service.countApiKeys(viewer),
    });
  }

  @Mutation(() => CreateApiKeyPayload, {
    description: 'Makes a key that programs ask with, never wider than the one that makes it.',
  })
  createApiKey(
    @Arg('input', () => CreateApiKeyInput, { description: 'The key.' }) input: CreateApiKeyInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<CreateApiKeyPayload> {
    const clientAccountId = uuidOrNull('client', input.clientAccountId);
    return showCreated(this.service.createApiKey(viewer, { ...input, clientAccountId }));
  }

  @Mutation(() => CreateApiKeyPayload, {
    description:
      'Makes a key of the same name, role, client account and expiry in the place of another, which goes on for a while.',
  })
  rotateApiKey(
    @Arg('input', () => RotateApiKeyInput, { description: 'The key, and for how long both work.' })
    { apiKeyId, overlapSeconds }: RotateApiKeyInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<CreateApiKeyPayload> {
    const terms = { apiKeyId: uuidOf('key', apiKeyId), overlapSeconds };
    return showCreated(this.rotation.rotateApiKey(viewer, terms));
  }

  @Mutation(() => ApiKeyPayload, { description: 'Ends a key: its very next request is refused.' })
  revokeApiKey(
    @Arg('input', () => RevokeApiKeyInput, { description: 'The key.' }) { apiKeyId }: RevokeApiKeyInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<ApiKeyPayload> {
    return payload('apiKey', this.service.revokeApiKey(viewer, uuidOf('key', apiKeyId)), showApiKey);
  }

  @FieldResolver(() => ClientAccount, {
    nullable: true,
    description: 'The one client account that it sees; null for all of the agency.',
  })
  clientAccount(
    @Root() { clientAccountId }: ApiKey,
    @Ctx() { loaders }: RequestContext,
  ): Promise<ClientAccount | null> {
    return showLoaded(loaders.clientAccount, clientAccountId, showClientAccount);
  }

  @FieldResolver(() => ApiKey, {
    nullable: true,
    description: 'The key that took over from it, by rotateApiKey; null where none did.',
  })
  replacedBy(@Root() { replacedById }: ApiKey, @Ctx() { loaders }: RequestContext): Promise<ApiKey | null> {
    return showLoaded(loaders.apiKey, replacedById, showApiKey);
  }
}

/** The only answer that a key's secret is in. */
function showCreated(created: Promise<CreatedApiKey | Refusal>): Promise<CreateApiKeyPayload> {
  const told = shown(created, ({ apiKey, secret }): Omit<CreateApiKeyPayload, 'userErrors'> => ({
    apiKey: showApiKey(apiKey),
    secret,
  }));
  return payloadOfFacts(told, { apiKey: null, secret: null });
}
