import { refuse } from '../../src/errors.js';
import { checkAll, checkName } from '../../src/services/checks.js';

describe('checks of an input', () => {
  it('are null where nothing is wrong', () => {
    expect(checkAll()).toBeNull();
    expect(checkAll(null, checkName('Growth', 'name'))).toBeNull();
  });

  it('tell all that is wrong, and of one field the first thing alone', () => {
    const wrong = checkAll(
      checkName(' ', 'name'),
      null,
      refuse('INVALID', 'The name is in capitals.', 'name'),
      checkAll(refuse('TAKEN', 'It is taken.', 'externalRef'), refuse('INVALID', 'No.', 'limits', '0')),
    );
    expect(wrong).toMatchObject({
      message: 'name is blank.',
      others: [{ field: ['input', 'externalRef'] }, { field: ['input', 'limits', '0'] }],
    });
  });
});
