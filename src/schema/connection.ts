import 'reflect-metadata';
import { ArgsType, Field, Int, ObjectType } from 'type-graphql';
import { Failure } from '../errors.js';
import { type CursorKeys, type CursorOwner, type CursorPosition, openCursor, sealCursor } from './cursor.js';

/** Rows of a page where `first` is left out. */
export const PAGE_ROWS_DEFAULT = 20;
/** Most rows of a page. */
export const PAGE_ROWS_MAX = 100;

@ObjectType({ description: 'Where a page lies in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'More rows follow this page.' })
  hasNextPage: boolean;

  @Field(() => Boolean, { description: 'Rows come before this page.' })
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first row; null on an empty page.' })
  startCursor: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last row, for `after` of the next page; null on an empty page.',
  })
  endCursor: string | null;
}

/** The arguments of every list that can grow; a list with filters extends them. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, description: 'Rows of the page: 20 unless told, 1 to 100.' })
  first?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor after which the page begins; the beginning of the list where left out.',
  })
  after?: string | null;
}

/** What a query needs to know of a page: at most `rows` rows behind `after`, from the beginning where it is null. */
export interface PageRequest {
  readonly rows: number;
  readonly after: CursorPosition | null;
}

/**
 * Reads the arguments of a page. Throws BAD_USER_INPUT where `first` is not 1 to 100, or `after` is no cursor of
 * this very list and agency.
 */
export function readPage(args: PageArgs, keys: CursorKeys, owner: CursorOwner): PageRequest {
  const rows = args.first ?? PAGE_ROWS_DEFAULT;
  if (rows < 1 || rows > PAGE_ROWS_MAX) {
    throw new Failure('BAD_USER_INPUT', `\`first\` is 1 to ${PAGE_ROWS_MAX} rows, not ${rows}.`);
  }
  if (args.after === undefined || args.after === null) return { rows, after: null };
  const after = openCursor(keys, owner, args.after);
  if (after === null) {
    throw new Failure(
      'BAD_USER_INPUT',
      '`after` is no cursor of this list; use an `endCursor` that it gave.',
    );
  }
  return { rows, after };
}

/** A page as it was read: the rows in order, each with its position, and what lies around them. */
export interface PageContent<Node> {
  readonly rows: readonly { readonly node: Node; readonly position: CursorPosition }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly keys: CursorKeys;
  readonly owner: CursorOwner;
  /** Counts all rows of the list. Called only where `totalCount` is asked for, which not every list has. */
  readonly countAll?: () => number | Promise<number>;
}

/** What is common to the edges of all lists. */
export interface Edge<Node> {
  readonly node: Node;
  cursor(): string;
}

/** What is common to all connections. Cursors are sealed and rows counted only where they are asked for. */
export interface Connection<Node> {
  edges(): Edge<Node>[];
  nodes(): Node[];
  pageInfo(): PageInfo;
  totalCount(): number | Promise<number>;
}

/** A connection class, for `@Query(() => SeatConnection)` and for `new SeatConnection(content)`. */
export interface ConnectionClass<Node> {
  new (content: PageContent<Node>): Connection<Node>;
  readonly prototype: Connection<Node>;
}

/** A connection whose size is told: `totalCount`. `name` is the object's, `SeatConnection` then the type's. */
export function countedConnectionOf<Node extends object>(
  name: string,
  nodeType: new () => Node,
): ConnectionClass<Node> {
  const connection = connectionOf(name, nodeType);
  const description = 'Rows of the whole list, under the same filters.';
  const descriptor = Object.getOwnPropertyDescriptor(connection.prototype, 'totalCount');
  Field(() => Int, { description })(connection.prototype, 'totalCount', descriptor ?? {});
  return connection;
}

/** A connection whose size isn't told, because counting it would cost too much. */
export function connectionOf<Node extends object>(
  name: string,
  nodeType: new () => Node,
  edgeDescription = 'A row of the list.',
): ConnectionClass<Node> {
  const EdgeType = edgeOf(name, nodeType, edgeDescription);

  @ObjectType(`${name}Connection`, { description: 'A page of a list.' })
  class ConnectionType implements Connection<Node> {
    readonly #content: PageContent<Node>;

    constructor(content: PageContent<Node>) {
      this.#content = content;
    }

    @Field(() => [EdgeType], { description: 'The rows of the page, each with its cursor.' })
    edges(): Edge<Node>[] {
      const { rows } = this.#content;
      return rows.map(({ node, position }) => new EdgeType(node, () => this.#seal(position)));
    }

    @Field(() => [nodeType], { description: 'The rows of the page.' })
    nodes(): Node[] {
      return this.#content.rows.map((row) => row.node);
    }

    @Field(() => PageInfo, { description: 'Where the page lies in its list.' })
    pageInfo(): PageInfo {
      const { rows, hasNextPage, hasPreviousPage } = this.#content;
      const [first, last] = [rows.at(0), rows.at(-1)];
      return {
        hasNextPage,
        hasPreviousPage,
        startCursor: first ? this.#seal(first.position) : null,
        endCursor: last ? this.#seal(last.position) : null,
      };
    }

    totalCount(): number | Promise<number> {
      if (!this.#content.countAll) throw new Error(`A page of ${name}Connection came without countAll.`);
      return this.#content.countAll();
    }

    #seal(position: CursorPosition): string {
      return sealCursor(this.#content.keys, this.#content.owner, position);
    }
  }

  return ConnectionType;
}

type EdgeClass<Node> = new (node: Node, seal: () => string) => Edge<Node>;

function edgeOf<Node extends object>(
  name: string,
  nodeType: new () => Node,
  edgeDescription: string,
): EdgeClass<Node> {
  @ObjectType(`${name}Edge`, { description: edgeDescription })
  class EdgeType implements Edge<Node> {
    @Field(() => nodeType, { description: 'The row itself.' })
    readonly node: Node;

    readonly #seal: () => string;

    constructor(node: Node, seal: () => string) {
      this.node = node;
      this.#seal = seal;
    }

    @Field(() => String, { description: 'For `after`: the page that begins behind this row.' })
    cursor(): string {
      return this.#seal();
    }
  }

  return EdgeType;
}
