import {
  rolling,
  windowInWords,
  windowKey,
  WINDOW_SECONDS_MAX,
  type Window,
} from '../../src/quota/window.js';
import { DAY, MONTH, WEEK } from './make.js';

describe('windows', () => {
  it.each<[Window, string, string]>([
    [rolling(1), '1', 'second'],
    [rolling(60), '60', '60 seconds'],
    [rolling(90), '90', '90 seconds'],
    [rolling(600), '600', '10 minutes'],
    [rolling(3_600), '3600', '60 minutes'],
    [rolling(86_400), '86400', '24 hours'],
    [rolling(7 * 86_400), '604800', '7 days'],
    [rolling(WINDOW_SECONDS_MAX), '34560000', '400 days'],
    [DAY, 'CALENDAR_DAY', 'calendar day'],
    [WEEK, 'CALENDAR_WEEK', 'calendar week'],
    [MONTH, 'CALENDAR_MONTH', 'calendar month'],
  ])('%j is told by %s and reads “%s”', (window, key, words) => {
    expect(windowKey(window)).toBe(key);
    expect(windowInWords(window)).toBe(words);
  });
});
