import { merge, NO_WORDS } from '../../src/outreach/prospect.js';

describe('two lists that say something of one person', () => {
  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'keep a field that is called %s, as any other',
    (name) => {
      const told = { ...NO_WORDS, custom: Object.fromEntries([[name, 'told']]) };
      const merged = merge({ ...NO_WORDS, firstName: 'Ada' }, told, false);
      expect(Object.entries(merged!.custom)).toEqual([[name, 'told']]);
      expect(merge(merged!, told, false)).toBeNull();
      const again = { ...told, custom: Object.fromEntries([[name, 'again']]) };
      expect(merge(merged!, again, false)).toBeNull();
      expect(Object.entries(merge(merged!, again, true)!.custom)).toEqual([[name, 'again']]);
    },
  );
});
