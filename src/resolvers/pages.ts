import { LongWork } from '../ledger/long-work.js';
import {
  type Connection,
  type ConnectionClass,
  type PageArgs,
  type PageRequest,
  readPage,
} from '../schema/connection.js';
import { type CursorKeys, type CursorPosition, openCursor, sealCursor } from '../schema/cursor.js';
import type { Page } from '../services/page.js';
import type { Viewer } from '../tenancy/viewer.js';

/** A list, as a resolver describes it. */
export interface List<Row, Shown> {
  readonly type: ConnectionClass<Shown>;
  /** Its cursors open this list alone: `Query.seats`. */
  readonly name: string;
  readonly args: PageArgs;
  readonly read: (asked: PageRequest) => Promise<Page<Row>>;
  readonly show: (row: Row) => Shown;
  /** Where the list tells its size; called only if that is asked for. */
  readonly countAll?: () => Promise<number>;
}

/** Answers the queries of lists. */
export class Pages {
  constructor(private readonly keys: CursorKeys) {}

  /** The cursor of a position in a list, whether or not it is on a page. */
  cursor(viewer: Pick<Viewer, 'agencyId'>, name: string, position: CursorPosition): string {
    return sealCursor(this.keys, { agencyId: viewer.agencyId, connection: name }, position);
  }

  /** The position that a cursor of the list stands for; null for any other text. */
  position({ agencyId }: Pick<Viewer, 'agencyId'>, name: string, cursor: string): CursorPosition | null {
    return openCursor(this.keys, { agencyId, connection: name }, cursor);
  }

  /** Throws BAD_USER_INPUT for a size that is out of bounds and for a cursor that is not of this list. */
  async of<Row, Shown>(viewer: Viewer, list: List<Row, Shown>): Promise<Connection<Shown>> {
    const { type: ConnectionType, name, args, read, show, countAll } = list;
    const owner = { agencyId: viewer.agencyId, connection: name };
    const page = await read(readPage(args, this.keys, owner));
    // What an entry of the audit log says may be as long as a book.
    const rows = await new LongWork(viewer.agencyId).each(page.rows, ({ node, position }) => ({
      node: show(node),
      position,
    }));
    return new ConnectionType({
      rows,
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      keys: this.keys,
      owner,
      ...(countAll && { countAll }),
    });
  }
}
