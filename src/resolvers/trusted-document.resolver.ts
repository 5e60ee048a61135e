import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { Arg, Args, Ctx, Info, Mutation, Query, Resolver } from 'type-graphql';
import type { Refusal } from '../errors.js';
import { type Connection, PageArgs } from '../schema/connection.js';
import { fill } from '../schema/fill.js';
import { payloadOfFacts } from '../schema/payload.js';
import {
  RegisterDocumentsInput,
  RegisterDocumentsPayload,
  RemoveDocumentsInput,
  RemoveDocumentsPayload,
  TrustedDocument,
  TrustedDocumentConnection,
} from '../schema/trusted-document.schema.js';
import type { TrustedDocuments } from '../services/members/trusted-documents.js';
import type { RequestContext } from './context.js';
import type { Pages } from './pages.js';
import { shown } from './show.js';

/** What is wrong with a text as an operation of a schema, in words; null where nothing is. */
export type WrongWithDocument = (schema: GraphQLSchema, text: string) => string | null;

@Resolver()
export class TrustedDocumentResolver {
  constructor(
    private readonly service: TrustedDocuments,
    private readonly wrongWith: WrongWithDocument,
    private readonly pages: Pages,
  ) {}

  @Query(() => TrustedDocumentConnection, {
    description: 'The documents that keys of trusted documents alone may send, in order of their hashes.',
  })
  trustedDocuments(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<TrustedDocument>> {
    return this.pages.of(viewer, {
      type: TrustedDocumentConnection,
      name: 'Query.trustedDocuments',
      args,
      read: (asked) => this.service.documents(viewer, asked),
      show: (document) => fill(TrustedDocument, document),
      countAll: () => this.service.count(viewer),
    });
  }

  @Mutation(() => RegisterDocumentsPayload, {
    description: 'Registers documents that keys of trusted documents alone may send: all of them, or none.',
  })
  registerDocuments(
    @Arg('input', () => RegisterDocumentsInput, { description: 'The documents.' })
    { documents }: RegisterDocumentsInput,
    @Ctx() { viewer }: RequestContext,
    @Info() { schema }: GraphQLResolveInfo,
  ): Promise<RegisterDocumentsPayload> {
    const registered = this.service.register(viewer, documents, (text) => this.wrongWith(schema, text));
    const told = shown(registered, (done): Omit<RegisterDocumentsPayload, 'userErrors'> => ({
      documents: done.documents.map((document) => fill(TrustedDocument, document)),
    }));
    return payloadOfFacts(told, { documents: [] });
  }

  @Mutation(() => RemoveDocumentsPayload, {
    description: 'Trusts documents no more: the very next request with one of them is refused.',
  })
  removeDocuments(
    @Arg('input', () => RemoveDocumentsInput, { description: 'Which.' }) { sha256s }: RemoveDocumentsInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<RemoveDocumentsPayload> {
    const removed: Promise<Omit<RemoveDocumentsPayload, 'userErrors'> | Refusal> = this.service.remove(
      viewer,
      sha256s,
    );
    return payloadOfFacts(removed, { removed: [] });
  }
}
