import type { AlertRecord } from '../../src/ledger/alerts/alert-list.js';
import { showAlert } from '../../src/resolvers/alert.show.js';
import { toId } from '../../src/schema/ids.js';
import { ROLES } from '../../src/quota/words.js';
import { systemViewer } from '../../src/tenancy/viewer.js';

const ID = '01930000-0000-7000-8000-000000000001';

const FAILING: AlertRecord = {
  ...{ id: ID, sequence: 1, kind: 'WEBHOOK_FAILING', severity: 'WARNING', usage: null },
  ...{ clientAccountId: null, seatId: null, campaignId: null },
  ...{ raisedAt: 0, acknowledgedAt: null, acknowledgedBy: null },
  facts: {
    ...{ webhookId: ID, name: 'Ops', host: 'hooks.example.com', tries: 18, hours: 48 },
    ...{ waiting: 3, failure: 'HTTP_STATUS', statusCode: 503 },
  },
};

it('a webhook that fails is named to those who may see webhooks, and to nobody else', () => {
  const named = `The webhook “Ops” at hooks.example.com (${toId('webhook', ID)}) did not take`;
  const told = ROLES.map((role) => {
    const { message } = showAlert({ ...systemViewer(ID, 'test'), role }, FAILING);
    expect(message).toContain('18 tries in 48 hours. It answers 503.');
    return [role, message.startsWith(named), /Ops|example|webhook_/.test(message)];
  });
  expect(told).toEqual(
    ROLES.map((role) => (role === 'OWNER' || role === 'ADMIN' ? [role, true, true] : [role, false, false])),
  );
});
