import { Failure } from '../errors.js';
import { unauthenticated } from '../tenancy/authenticate.js';
import type { Viewer } from '../tenancy/viewer.js';
import type { Loaders } from './loaders.js';
import type { Streams } from './streams.js';

/** What an operation came with. */
export interface Shown {
  readonly authorization: string | undefined;
  readonly session: string | undefined;
}

/** What a context asks others for. */
export interface ContextParts {
  /** Whose key an `Authorization` header holds, or whose session a cookie does; throws UNAUTHENTICATED. */
  readonly authenticate: (shown: Shown) => Promise<Viewer>;
  readonly loadersFor: (viewer: Viewer) => Loaders;
  /** The text that an agency registered under a hash; null where it registered none. */
  readonly textOf: (viewer: Viewer, sha256: string) => Promise<string | null>;
  /** Throws THROTTLED where no more of what the viewer asks may wait. */
  readonly refuseFull: (viewer: Viewer) => void;
  /** What opens the streams of subscriptions. */
  readonly streams: Streams;
}

/**
 * What the resolvers of one operation share. Whoever runs the operation authenticates first, where it asks for anything
 * but the schema; a resolver takes `viewer` and `loaders` as they are.
 */
export class RequestContext {
  /** The operation's name, for the log, once it is known. */
  readonly operation: { name: string | null } = { name: null };

  // Not `#private`: Apollo hands resolvers a copy of the context, which would not have them.
  private authentication: Promise<Viewer> | null = null;
  private known: Viewer | null = null;
  private made: Loaders | null = null;
  /** The hash of the document that was found to be registered. */
  private trusted: string | null = null;

  constructor(
    readonly requestId: string,
    private readonly shown: Shown,
    private readonly parts: ContextParts,
  ) {}

  /** Finds out who is asking, once. Throws UNAUTHENTICATED. */
  async authenticate(): Promise<void> {
    this.authentication ??= this.parts.authenticate(this.shown);
    this.known = await this.authentication;
  }

  /** The text of a registered document. Throws UNAUTHENTICATED, and NOT_FOUND where none is registered under the hash. */
  async documentOf(sha256: string): Promise<string> {
    await this.authenticate();
    const text = await this.parts.textOf(this.viewer, sha256);
    if (text === null)
      throw new Failure('NOT_FOUND', `No document is registered under the SHA-256 ${sha256}.`);
    this.trusted = sha256;
    return text;
  }

  /** Throws FORBIDDEN where the viewer may send registered documents alone, and this is none. */
  async requireTrusted(sha256: string): Promise<void> {
    if (!this.viewer.trustedDocumentsOnly || this.trusted === sha256) return;
    const message = 'This key may send registered documents alone, and this is none: see registerDocuments.';
    if ((await this.parts.textOf(this.viewer, sha256)) === null) throw new Failure('FORBIDDEN', message);
    this.trusted = sha256;
  }

  /** Throws THROTTLED where no more of what the viewer asks may wait. */
  refuseFull(): void {
    if (this.known) this.parts.refuseFull(this.known);
  }

  /** Whose budget the operation is of; null before it is known. */
  get caller(): Pick<Viewer, 'agencyId' | 'role' | 'reach' | 'credential' | 'actor'> | null {
    return this.known;
  }

  /** Throws UNAUTHENTICATED where nobody was found. */
  get viewer(): Viewer {
    if (this.known === null) throw unauthenticated();
    return this.known;
  }

  get streams(): Streams {
    return this.parts.streams;
  }

  /** What was read stays, until `forget`. */
  get loaders(): Loaders {
    this.made ??= this.parts.loadersFor(this.viewer);
    return this.made;
  }

  /** Begins with loaders that hold nothing: each mutation of an operation sees what the one before it did. */
  forget(): void {
    this.made = null;
  }
}
