import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { doctor } from '../../src/cli/doctor.js';
import type { Json } from '../support/api.js';
import { Mailbox } from '../support/mailbox.js';
import { testDatabase } from '../support/database.js';
import { runHere, settingsOf } from './running.js';

async function mailServerAt(url: string): Promise<Json> {
  const settings = settingsOf(await testDatabase());
  const { stdout } = await runHere({ ...settings, SMTP_URL: url }, doctor(), '--json');
  return JSON.parse(stdout).findings.find(({ check }: Json) => check === 'mail server');
}

it('says in words what is wrong with the mail server', async () => {
  const withoutCertificate = createServer();
  withoutCertificate.listen(0, '127.0.0.1');
  await once(withoutCertificate, 'listening');
  const { port } = withoutCertificate.address() as AddressInfo;
  const found = await mailServerAt(`smtps://127.0.0.1:${port}`);
  withoutCertificate.close();
  expect(found).toEqual({
    check: 'mail server',
    ok: false,
    detail: expect.stringMatching(/^it takes no letters: .*handshake failure/),
  });
});

it('finds one that answers', async () => {
  const mailbox = await Mailbox.open();
  expect(await mailServerAt(mailbox.url)).toMatchObject({ ok: true, detail: 'answers' });
  await mailbox.close();
});
