import { TURN_MS } from '../../src/ledger/long-work.js';
import { Pages } from '../../src/resolvers/pages.js';
import { AuditEntry, AuditEntryConnection } from '../../src/schema/audit.schema.js';
import { cursorKeys } from '../../src/schema/cursor.js';
import { systemViewer } from '../../src/tenancy/viewer.js';
import { busy } from '../support/busy.js';
import { mostBetweenTurns } from '../support/turns.js';

const VIEWER = systemViewer('01890a5d-ac96-774b-bcce-b302099a8057', 'system:test');
const ROWS = Array.from({ length: 20 }, (_, index) => ({ node: index, position: [String(index)] }));

it('shows the rows of a page in turns with others, where each takes long', async () => {
  const pages = new Pages(cursorKeys('a server secret of the tests'));
  const most = await mostBetweenTurns((took) =>
    pages.of(VIEWER, {
      type: AuditEntryConnection,
      name: 'Query.auditLog',
      args: {},
      read: async () => ({ rows: ROWS, hasNextPage: false, hasPreviousPage: false }),
      show: () => {
        took();
        busy(TURN_MS);
        return new AuditEntry();
      },
    }),
  );
  expect(most).toBeLessThanOrEqual(2);
});
