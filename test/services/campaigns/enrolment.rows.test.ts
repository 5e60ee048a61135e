import { ledgerOn } from '../../../src/ledger/books/manager-rows.js';
import { variantsOf, type Definition } from '../../../src/outreach/campaign/steps.js';
import {
  lockDue,
  lockEnrolled,
  readAhead,
  readEnrolled,
  readWhole,
} from '../../../src/services/campaigns/enrolment.rows.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { ClockedServices } from '../../support/clocked-services.js';
import { DEFINITION, launch, MORNING } from './work-queue.support.js';

let stage: ClockedServices;

beforeAll(async () => {
  stage = await ClockedServices.open(4);
  await stage.database.setClock(MORNING);
});
afterAll(() => stage.close());

/** The same with nothing of its texts but their keys and weights. */
function withoutTexts(definition: Definition): unknown {
  const steps = definition.steps.map((step) => {
    const variants = variantsOf(step).map((variant) => ({ ...variant, subject: null, body: '' }));
    return 'variants' in step ? { ...step, variants } : step;
  });
  return { ...definition, steps };
}

it('the steps of many people are read without their texts, those of one with them', async () => {
  const { owner, seatId } = await launch(stage, 3);
  const { agencyId } = owner;
  await inAgency(stage.dataSource, owner, async (manager) => {
    const transaction = await ledgerOn(manager);
    const due = await lockDue(transaction, agencyId, seatId, { at: MORNING, rows: 10 });
    const ids = due.map(({ id }) => id);
    const { campaignId } = due[0]!;
    const ahead = await readAhead(transaction, agencyId, [seatId], { campaignId, rows: 10 });
    const read = await readEnrolled(transaction, agencyId, ids);
    const many = [...due, ...ahead, ...read];
    expect(many.length).toBe(9);
    for (const { definition } of many) expect(definition).toEqual(withoutTexts(DEFINITION));
    const one = [
      await lockEnrolled(transaction, agencyId, ids[0]!),
      await readWhole(transaction, agencyId, ids[0]!),
    ];
    for (const whole of one) expect(whole?.definition).toEqual(DEFINITION);
  });
});
