import { Command } from 'commander';
import { agency } from './agency.js';
import { audit } from './audit.js';
import { backtest } from './backtest.js';
import { demo } from './demo.js';
import { doctor } from './doctor.js';
import { importArchive } from './import.js';
import { doNotContact, prospects } from './lists.js';
import { key } from './key.js';
import { member } from './member.js';
import { migrate } from './migrate.js';
import { person } from './person.js';
import { policy } from './policy.js';
import { seats } from './seats.js';
import { start } from './start.js';

/** `headroom COMMAND`: one file a command. */
const program = new Command('headroom')
  .description('The ledger that LinkedIn outreach asks before it sends.')
  .showHelpAfterError('(add --help for what can be said)');

for (const command of [
  start,
  migrate,
  demo,
  agency,
  member,
  key,
  policy,
  seats,
  importArchive,
  prospects,
  doNotContact,
  person,
  backtest,
  audit,
  doctor,
]) {
  program.addCommand(command());
}

await program.parseAsync();
