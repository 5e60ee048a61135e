import { Api } from '../../support/api.js';
import { CampaignStage } from '../../resolvers/campaign.support.js';

let api: Api;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

it('a link shows people for as long as it can be answered, and nobody once a newer one has taken its place', async () => {
  const stage = await CampaignStage.open(api);
  await stage.prepare(3, { approvalRequired: true });
  const path = await stage.askForApproval();
  const people = async (link: string): Promise<number> =>
    (await stage.visit(link)).html.match(/<li>First\d+ Last\d+/g)?.length ?? 0;
  expect(await people(path)).toBe(3);
  const newer = await stage.askForApproval();
  expect([await people(path), await people(newer)]).toEqual([0, 3]);
  expect((await stage.visit(path)).html).toContain('3 people of your list');
  expect(await stage.answer(newer, { answer: 'APPROVED', name: 'Ada' })).toBe(303);
  expect(await people(newer)).toBe(3);
  expect(await stage.answer(newer, { answer: 'DECLINED', name: 'Ada' })).toBe(303);
  expect(await people(newer)).toBe(0);
});

/** What a browser sends: of each line break two characters, of which its own bound counts one. */
const send = async (path: string, form: Record<string, string>) => {
  const body = new URLSearchParams(form).toString().replaceAll('%0A', '%0D%0A');
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await fetch(`${api.url}${path}`, { method: 'POST', redirect: 'manual', headers, body });
  return { status: answer.status, html: await answer.text() };
};

it('a remark of as many characters as the page takes is taken, its lines as they were typed', async () => {
  const stage = await CampaignStage.open(api);
  await stage.prepare(1, { approvalRequired: true });
  const remark = Array.from({ length: 40 }, () => 'x'.repeat(49))
    .join('\n')
    .padEnd(2_000, 'y');
  const path = await stage.askForApproval();
  expect((await send(path, { answer: 'DECLINED', name: 'Cleo', remark })).status).toBe(303);
  expect((await stage.read('approval { remark }')).approval).toEqual({ remark });
});

it('what was typed with an answer that is refused is there again, whatever was wrong', async () => {
  const stage = await CampaignStage.open(api);
  await stage.prepare(1, { approvalRequired: true });
  const path = await stage.askForApproval();
  const remark = 'Not <b>now</b>:\nin "December" & later.';
  const shown = 'Not &lt;b&gt;now&lt;/b&gt;:\nin &quot;December&quot; &amp; later.';
  for (const wrong of [
    { answer: 'DECLINED', name: '"C"'.repeat(100), remark },
    { name: '"C"'.repeat(100), remark },
  ]) {
    const { status, html } = await send(path, wrong);
    expect(status).toBe(409);
    expect(html).toContain(` value="${'&quot;C&quot;'.repeat(100)}"`);
    expect(html).toContain(`>${shown}</textarea>`);
  }
  const long = 'z'.repeat(2_001);
  const { html } = await send(path, { answer: 'DECLINED', name: 'Cleo', remark: long });
  expect(html).toContain('remark is 2000 characters at most.');
  expect(html).toContain(`>${long}</textarea>`);
  // Where it can't be answered any more there is no form to have it in.
  await stage.askForApproval();
  const late = await send(path, { answer: 'DECLINED', name: 'Cleo', remark });
  expect(late.status).toBe(409);
  expect(late.html).toContain(`<pre>${shown}</pre>`);
  expect((await stage.visit(path)).html).not.toContain('December');
});
