import { generate } from 'otplib';
import type { Api } from '../support/api.js';
import { ask, PASSWORD, withCookie } from '../support/members.js';

/** Accepts an invitation, and sets a second factor up. All of them come from one address here, as no people do: it is never the one too many. */
export async function acceptSecured(api: Api, token: string, name: string): Promise<void> {
  await api.dataSource.query('DELETE FROM sign_in_try');
  const send = async (path: string, cookie: string | null, body?: object) => {
    const reply = await ask(api, 'POST', `/auth/${path}`, body, withCookie(cookie));
    if (reply.status !== 200) throw new Error(`${path}: ${JSON.stringify(reply.body)}`);
    return reply;
  };
  const { cookie } = await send('invitation/accept', null, { token, name, password: PASSWORD });
  const { secret } = (await send('second-factor', cookie)).body;
  await send('second-factor/confirm', cookie, { code: await generate({ secret }) });
}
