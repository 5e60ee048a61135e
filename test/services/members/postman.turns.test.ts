import { randomUUID } from 'node:crypto';
import { fromId } from '../../../src/schema/ids.js';
import { Letters } from '../../../src/services/members/letters.js';
import { issueLink } from '../../../src/services/members/links.js';
import { Postman } from '../../../src/services/members/postman.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { Sealer } from '../../../src/tenancy/sealed.js';
import { Api } from '../../support/api.js';
import { Mailbox } from '../../support/mailbox.js';
import { member } from '../../support/members.js';

const sealer = new Sealer('the secret of letters of two agencies');
const letters = new Letters(
  sealer,
  () => undefined,
  () => '',
);

let api: Api;
let mailbox: Mailbox;
beforeAll(async () => {
  api = await Api.start();
  mailbox = await Mailbox.open();
});
afterAll(async () => {
  await mailbox.close();
  await api.close();
});

/** An agency with so many letters that wait, all to one address. */
async function waiting(count: number): Promise<{ readonly agencyId: string; readonly email: string }> {
  const agency = await api.seed();
  const { agencyId } = agency;
  const { email, memberId } = await member(api, agency, `${randomUUID()}@example.com`, 'ADMIN');
  const whose = { agencyId, memberId: fromId('member', memberId)! };
  await inAgency(api.dataSource, whose, async (manager) => {
    for (let index = 0; index < count; index += 1) {
      const link = await issueLink(manager, whose, 'INVITATION', Date.now());
      await letters.write(manager, whose, 'INVITATION', link, Date.now());
    }
  });
  return { agencyId, email };
}

it('behind a letter that isn’t taken those of another agency come first', async () => {
  const [first, second] = [await waiting(2), await waiting(1)];
  mailbox.refusing = 'RECIPIENTS';
  const postman = new Postman(api.dataSource, {
    ...{ smtpUrl: mailbox.url, from: 'headroom@example.com', sealer, timeoutMs: 2_000 },
    addressOf: (_, token) => `https://headroom.example/join#${token}`,
    onFailure: () => undefined,
  });
  postman.wake(first.agencyId);
  postman.wake(second.agencyId);
  while (mailbox.refusals.length < 3) await mailbox.change();
  expect(mailbox.refusals).toEqual([first.email, second.email, first.email]);
  await postman.close();
});
