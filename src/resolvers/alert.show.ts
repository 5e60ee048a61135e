import type { AlertRecord } from '../ledger/alerts/alert-list.js';
import { alertInWords } from '../quota/alert-words.js';
import type { Facts } from '../quota/rule.js';
import { Alert } from '../schema/alert.schema.js';
import { fill } from '../schema/fill.js';
import { toId } from '../schema/ids.js';
import { mayDo } from '../tenancy/roles.js';
import type { Viewer } from '../tenancy/viewer.js';
import { actorId } from '../schema/actor.js';
import { showUsages } from './limit.show.js';

/** The numbers of an agency's alerts tell how many others there are: they are not for one client account. */
export function showAlert(viewer: Viewer, record: AlertRecord): Alert {
  const { usage, raisedAt, acknowledgedBy } = record;
  return fill(Alert, {
    id: toId('alert', record.id),
    sequence: viewer.reach === null ? record.sequence : null,
    kind: record.kind,
    severity: record.severity,
    message: alertInWords({ ...record, facts: factsFor(viewer, record.facts) }),
    clientAccountId: record.clientAccountId,
    seatId: record.seatId,
    campaignId: record.campaignId,
    usage: (usage && showUsages(viewer, [usage], raisedAt, record.clientAccountId)[0]) ?? null,
    raisedAt,
    acknowledgedAt: record.acknowledgedAt,
    acknowledgedBy: acknowledgedBy === null ? null : actorId(acknowledgedBy),
  });
}

/** Messages name things by the ids that the API takes; endpoints are named to those who may see them alone. */
function factsFor({ role, reach }: Viewer, facts: Facts): Facts {
  const { webhookId, name: _name, ...unnamed } = facts;
  if (webhookId === undefined) return facts;
  if (reach !== null || !mayDo(role, 'webhooks')) return unnamed;
  return { ...facts, webhookId: toId('webhook', String(webhookId)) };
}
