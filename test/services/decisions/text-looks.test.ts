import type { DecisionTerms } from '../../../src/services/decisions/decision.terms.js';
import { TextLooks } from '../../../src/services/decisions/text-looks.js';
import { Fingerprints } from '../../../src/tenancy/fingerprint.js';
import { systemViewer } from '../../../src/tenancy/viewer.js';
import { mostBetweenTurns } from '../../support/turns.js';

/** As many different words as are looked at, which takes milliseconds. */
const BODY = Array.from({ length: 1_002 }, (_, index) => index.toString(36)).join(' ');

it('a hundred long texts are looked at a few at a time, between which others have their turn', async () => {
  const looks = new TextLooks(new Fingerprints('a secret'));
  const viewer = systemViewer('agency', 'queue');
  const recipient = { profileUrl: 'https://www.linkedin.com/in/ada' };
  const terms: DecisionTerms = {
    seatId: 'seat',
    action: 'DIRECT_MESSAGE',
    recipient,
    message: { body: BODY },
  };
  const most = await mostBetweenTurns(async (took) => {
    await Promise.all(Array.from({ length: 100 }, () => looks.marksOf(viewer, terms).then(took)));
  });
  expect(most).toBeLessThan(50);
});
