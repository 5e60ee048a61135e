import { AuditLog } from '../../../src/services/audit-log.js';
import { Changes } from '../../../src/services/changes.js';
import { PersonService } from '../../../src/services/prospects/person.service.js';
import type { BusyWork } from '../../../src/services/busy-work.js';
import { systemViewer } from '../../../src/tenancy/viewer.js';
import { Api } from '../../support/api.js';
import { TEST_FINGERPRINTS } from '../../support/agency.js';

it('exports of an agency wait for each other', async () => {
  const api = await Api.start();
  const { agencyId } = await api.seed();
  const waited: string[] = [];
  const busy: Pick<BusyWork, 'run'> = {
    run: (viewer, work) => {
      waited.push(viewer.agencyId);
      return work();
    },
  };
  const audit = new AuditLog(TEST_FINGERPRINTS);
  const parts = { changes: new Changes(api.dataSource), audit, fingerprints: TEST_FINGERPRINTS };
  const persons = new PersonService(api.dataSource, { ...parts, textVault: null, busy });
  expect(await persons.exportPerson(systemViewer(agencyId, 'sweep'), 'linkedin.com/in/ada')).toBeNull();
  expect(waited).toEqual([agencyId]);
  await api.close();
});
