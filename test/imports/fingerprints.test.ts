import type { LinkedInExport } from '../../src/imports/linkedin-export.js';
import { message, MESSAGE_HEADER, PROFILE, readFiles } from './reading.js';

const read = (rows: string): Promise<LinkedInExport> =>
  readFiles({ 'messages.csv': MESSAGE_HEADER + rows, 'Profile.csv': PROFILE });

describe('messages alike in every column', () => {
  it('are two sends, numbered', async () => {
    const { sends } = await read(message() + message() + message({ content: 'Hello again' }));
    expect(sends.map(({ ordinal }) => ordinal)).toEqual([1, 2, 1]);
    expect(sends[0]?.fingerprint).toBe(sends[1]?.fingerprint);
    expect(sends[0]?.fingerprint).not.toBe(sends[2]?.fingerprint);
  });

  it.each([
    ['the folder', { folder: 'ARCHIVE' }],
    ['the names', { to: 'Alice Married', from: 'Me Example' }],
    ['the addresses', { toUrls: '' }],
    ['line breaks', { content: 'Hel\nlo' }],
    ['mark-up', { content: '<p>Hello</p>&nbsp;' }],
    ['letters that were wrongly decoded', { content: 'Hello Ã©' }],
  ])('but for %s are known again', async (_, cells) => {
    const { sends } = await read(message() + message(cells));
    expect(sends[0]?.fingerprint).toBe(sends[1]?.fingerprint);
  });

  it.each([
    ['the conversation', { conversation: 'c2' }],
    ['the second', { date: '2026-01-10 09:00:01 UTC' }],
    ['the subject', { subject: 'News' }],
    ['the text', { content: 'Goodbye' }],
  ])('but for %s are not', async (_, cells) => {
    const { sends } = await read(message() + message(cells));
    expect(sends[0]?.fingerprint).not.toBe(sends[1]?.fingerprint);
  });

  it('but for the recipient are not, where the conversation has no id', async () => {
    const to = (name: string): string => message({ conversation: '', to: name, toUrls: '' });
    const { sends } = await read(to('Alice Example') + to('Bob Sample') + to('陽子') + to('花子'));
    expect(new Set(sends.map(({ fingerprint }) => fingerprint)).size).toBe(4);
  });
});
