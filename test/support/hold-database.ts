import { parseConfig } from '../../src/config.js';
import { openDatabase } from '../../src/database/database.js';

// Uses the database as the server does, in a process of its own that can be killed. Tells its address, and leaves when
// its standard input ends, as it does when the test's own process ends. It outlives a Ctrl-C, as a server that drains.
process.on('SIGINT', () => console.log('interrupted'));
const database = await openDatabase(parseConfig(process.env));
console.log(database.appUrl);
process.stdin.resume().once('end', () => {
  void database.close().then(() => process.exit(0));
});
