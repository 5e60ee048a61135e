import type { SeededAgency } from './agency.js';
import type { Api, Json } from './api.js';

const ADD = `mutation ($input: AddInboundSourceInput!) { addInboundSource(input: $input) {
  inboundSource { id name tool revokedAt } url userErrors { code field } } }`;

/** A tool's events, as an agency has it tell them. */
export const UNREAD_EVENTS = `query ($id: ID) { unreadEvents(inboundSourceId: $id) { nodes { why type outline inboundSourceId } } }`;

export async function addSource(api: Api, key: string, input: object): Promise<Json> {
  const source = { name: 'Tool', tool: 'HEYREACH', ...input };
  return (await api.data(key, ADD, { input: source })).addInboundSource;
}

export async function sendEvents(url: string, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(url, {
    ...{ method: 'POST', body: text },
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: answer.status, body: (await answer.json()) as Json };
}

/** An agency with a seat that the tool knows by an id of its own. */
export async function officeWithTool(
  api: Api,
  tool: string,
  externalRef: string,
  more: object = {},
): Promise<{ readonly agency: SeededAgency; readonly url: string; readonly sourceId: string }> {
  const agency = await api.seed({ seat: { externalRef } });
  const { url, inboundSource } = await addSource(api, agency.key, { tool, ...more });
  return { agency, url: String(url), sourceId: String(inboundSource.id) };
}
