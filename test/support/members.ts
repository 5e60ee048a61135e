import type { Role } from '../../src/quota/words.js';
import { toId } from '../../src/schema/ids.js';
import type { SeededAgency } from './agency.js';
import type { Api, Json } from './api.js';

/** What the console sends with everything. */
export const OWN = { 'x-headroom-request': '1' };
export const PASSWORD = 'wobbly kettle 47 orchard';

export interface Reply {
  readonly status: number;
  readonly body: Json;
  readonly headers: Headers;
  /** The cookie that was set, `name=token`; empty where it was taken back, null where none was. */
  readonly cookie: string | null;
}

/** Asks a route of people's, as the console does. */
export async function ask(
  api: Api,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = OWN,
): Promise<Reply> {
  const response = await fetch(`${api.url}${path}`, {
    method,
    redirect: 'manual',
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const [set = null] = response.headers.getSetCookie();
  return {
    status: response.status,
    body: text.startsWith('{') ? JSON.parse(text) : text,
    headers: response.headers,
    cookie: set && (set.split(';')[0] ?? null),
  };
}

export function withCookie(cookie: string | null, headers: Record<string, string> = OWN) {
  return { ...headers, cookie: cookie ?? '' };
}

export interface Given {
  readonly clientAccountIds?: readonly string[];
  readonly seatIds?: readonly string[];
}

/** Invites somebody with the agency's first key; answers with the token of the link. */
export async function invite(
  api: Api,
  { key }: Pick<SeededAgency, 'key'>,
  email: string,
  role: Role,
  given: Given = {},
): Promise<{ readonly token: string; readonly memberId: string }> {
  const { inviteMember } = await api.data(
    key,
    `mutation ($input: InviteMemberInput!) {
      inviteMember(input: $input) { member { id } invitationUrl userErrors { code message } } }`,
    { input: { email, role, ...given } },
  );
  if (inviteMember.userErrors.length > 0) throw new Error(JSON.stringify(inviteMember.userErrors));
  return { token: inviteMember.invitationUrl.split('#')[1], memberId: inviteMember.member.id };
}

export interface Person {
  readonly email: string;
  readonly memberId: string;
  readonly cookie: string | null;
}

/** Somebody who was invited, accepted and is signed in. */
export async function member(
  api: Api,
  agency: SeededAgency,
  email: string,
  role: Role,
  given: Given = {},
): Promise<Person> {
  const { token, memberId } = await invite(api, agency, email, role, given);
  // All test files of a worker come from one network: a hundred tries of an hour are for each of them.
  await api.dataSource.query("DELETE FROM sign_in_try WHERE key LIKE 'place:%'");
  const accepted = await ask(api, 'POST', '/auth/invitation/accept', {
    token,
    name: 'Ada',
    password: PASSWORD,
  });
  if (accepted.status !== 200) throw new Error(JSON.stringify(accepted.body));
  return { email, memberId, cookie: accepted.cookie };
}

export function signIn(
  api: Api,
  email: string,
  password = PASSWORD,
  cookie: string | null = null,
): Promise<Reply> {
  return ask(api, 'POST', '/auth/session', { email, password }, withCookie(cookie));
}

/** Sends an operation with a session. */
export function askAs(api: Api, { cookie }: Pick<Person, 'cookie'>, query: string, variables: object = {}) {
  return api.post({ query, variables }, withCookie(cookie));
}

export function clientOf({ clientAccount }: SeededAgency): string {
  return toId('client', clientAccount.id);
}

export function seatOf({ seat }: SeededAgency): string {
  return toId('seat', seat.id);
}
