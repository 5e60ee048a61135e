import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { ROLES } from '../src/quota/words.js';
import { mayDo, PERMISSIONS, type Permission } from '../src/tenancy/roles.js';

/** Writes docs/roles.md from the table of permissions; with --check it only says whether the page is what it would be. */

const PAGE = fileURLToPath(new URL('../docs/roles.md', import.meta.url));

const HEAD = `# Who may do what

Made from \`PERMISSIONS\` in \`src/tenancy/roles.ts\` by \`scripts/write-roles.ts\`: change it there.

A name is a mutation's or a query's; what is not listed, every role may read of what it sees. A key with a client account
sees that client account alone, and does nothing that concerns the whole agency. Keys of MANAGER and OPERATOR without one
are for all client accounts. A key makes no key that is wider than itself: in role, client account or expiry.

Where an agency keeps texts, \`Reservation.keptText\` is for OWNER, ADMIN and MANAGER of the whole client account, and for whoever
asked for it themselves, as long as they may reserve and see the seat. ANALYST and CLIENT are told none.
`;

function table(): string {
  const permissions = Object.keys(PERMISSIONS) as Permission[];
  const head = `| | ${ROLES.join(' | ')} |\n| --- | ${ROLES.map(() => ':-:').join(' | ')} |`;
  const rows = permissions.map(
    (permission) =>
      `| \`${permission}\` | ${ROLES.map((role) => (mayDo(role, permission) ? 'yes' : '')).join(' | ')} |`,
  );
  return [head, ...rows].join('\n');
}

const page = await format(`${HEAD}\n${table()}\n`, { ...(await resolveConfig(PAGE)), parser: 'markdown' });

if (process.argv.includes('--check')) {
  const written = await readFile(PAGE, 'utf8').catch(() => '');
  if (written !== page) {
    console.error(
      'docs/roles.md is not what src/tenancy/roles.ts says: run node --import tsx scripts/write-roles.ts',
    );
    process.exitCode = 1;
  }
} else {
  await writeFile(PAGE, page);
}
