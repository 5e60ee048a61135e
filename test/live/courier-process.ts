import { openDataSource } from '../../src/tenancy/data-source.js';
import { courierOn } from './stage.js';

/** A process that delivers what is due in the database of its one argument, until it is ended from outside. */
const dataSource = await openDataSource(process.argv[2] ?? '');
const { courier } = courierOn(dataSource);
process.stdout.write('ready\n');
for (;;) {
  await courier.look();
  await courier.settled();
  await new Promise((resolve) => setTimeout(resolve, 50));
}
