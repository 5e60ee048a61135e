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

  /** Whose budget the operation is of; null before it is known. */
  get caller(): Pick<Viewer, 'agencyId' | 'role'> | null {
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
