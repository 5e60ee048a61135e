import fc from 'fast-check';
import { Network } from '../../src/imports/connections.js';
import { ConversationJudge, JUDGED_AT_ONCE } from '../../src/imports/conversations.js';
import { TableRow } from '../../src/imports/csv-table.js';
import { MessageReader, type Message, type MessageColumn } from '../../src/imports/messages.js';
import { OwnerEvidence } from '../../src/imports/owner.js';
import { mostBetweenTurns } from '../support/turns.js';
import {
  actions,
  answer,
  IMPORTED_AT,
  ME,
  message,
  MESSAGE_HEADER,
  OPTIONS,
  PROFILE,
  readFiles,
  recipients,
} from './reading.js';

const SPREAD = { beforeMs: 0, afterMs: 0 };
const SENDER = { url: ME, name: 'Me Example', key: 'me example' };

/** The lines of a conversation's messages in the order in which they are judged. */
function judgedLines(
  times: readonly number[],
  onLook: () => void = () => undefined,
  onTurn: () => void = () => undefined,
): number[] {
  let last: Message | null = null;
  for (const [line, time] of times.entries()) {
    const sent = {
      fingerprint: String(line),
      hasSubject: false,
      to: '',
      toUrls: '',
      file: 'messages.csv',
      line,
    };
    const row: Message = { spread: SPREAD, sender: SENDER, sent, previous: last, wallMs: time };
    last = Object.defineProperty(row, 'wallMs', { get: () => (onLook(), time) });
  }
  const evidence = new OwnerEvidence(ME, null);
  evidence.noteSender(ME, SENDER.key);
  const reading = { ...OPTIONS, importedAt: IMPORTED_AT, reject: () => undefined };
  const judge = new ConversationJudge(evidence.settle(), new Network(), reading);
  let looked = 0;
  for (const messages of judge.judge({ id: 'c', last })) {
    looked += messages;
    if (looked < JUDGED_AT_ONCE) continue;
    looked = 0;
    onTurn();
  }
  return judge.sends.map(({ line }) => line);
}

describe('a conversation of very many messages', () => {
  afterEach(() => jest.restoreAllMocks());

  it('is judged in small pieces, between which others have their turn', async () => {
    const rows = Array.from({ length: 10_000 }, (_, index) => {
      const second = String((index * 7_919) % 60).padStart(2, '0');
      return message({ date: `2026-01-10 09:00:${second} UTC`, content: String(index) });
    });
    const most = await mostBetweenTurns(async (took) => {
      jest.spyOn(OwnerEvidence.prototype, 'settle').mockImplementation(() => ({
        url: ME,
        isOwner: (url) => (took(), url === ME),
      }));
      const { sends } = await readFiles({
        'messages.csv': MESSAGE_HEADER + rows.join(''),
        'Profile.csv': PROFILE,
      });
      expect(sends).toHaveLength(rows.length);
    });
    expect(most).toBeLessThanOrEqual(2 * JUDGED_AT_ONCE);
  });

  it('is put in order in small pieces', () => {
    let [looks, most] = [0, 0];
    const times = Array.from({ length: 20_000 }, (_, index) => (index * 7_919) % 20_000);
    const look = (): void => void (most = Math.max(most, (looks += 1)));
    judgedLines(times, look, () => (looks = 0));
    // A sort looks at both of a pair, some eight times for each of a piece.
    expect(most).toBeLessThanOrEqual(2 * 8 * 2 * JUDGED_AT_ONCE);
  });

  it('is in order of time, and those of one time in the order of the file', () => {
    const times = fc.array(fc.nat(400), { maxLength: 5 * JUDGED_AT_ONCE, size: 'max' });
    const property = fc.property(times, (written) => {
      const inOrder = written
        .map((time, line) => ({ time, line }))
        .sort((one, other) => one.time - other.time);
      expect(judgedLines(written)).toEqual(inOrder.map(({ line }) => line));
    });
    fc.assert(property, { numRuns: 50, endOnFailure: true });
  });
});

describe('very long lists and names', () => {
  const read = (rows: string) => readFiles({ 'messages.csv': MESSAGE_HEADER + rows, 'Profile.csv': PROFILE });

  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['names', { to: `Ada${',PhD'.repeat(10_000)}`, toUrls: '' }],
    ['names, and an address of one', { to: `Ada${',PhD'.repeat(10_000)}` }],
    [
      'addresses',
      { toUrls: Array.from({ length: 1_000 }, (_, index) => `https://linkedin.com/in/a${index}`).join(',') },
    ],
  ])('of %s are several people, however long', async (_, cells) => {
    const split = jest.spyOn(String.prototype, 'split');
    const { sends } = await read(message(cells));
    const parts = split.mock.results.map(({ value }) => (value as string[]).length);
    expect(sends.map(({ recipientUrl, recipientName }) => [recipientUrl, recipientName])).toEqual([
      [null, null],
    ]);
    expect(Math.max(...parts)).toBeLessThanOrEqual(101);
  });

  it('take no more memory than they are long, until it is known whose the archive is', () => {
    const toUrls = Array.from({ length: 100 }, (_, index) => `in/a${index}`).join(',');
    const columns: MessageColumn[] = ['senderUrl', 'recipientUrls', 'date'];
    const positions = new Map(columns.map((column, position) => [column, position]));
    const reading = { ...OPTIONS, importedAt: IMPORTED_AT, reject: () => undefined };
    const reader = new MessageReader(new OwnerEvidence(ME, null), reading);
    reader.takeRow(new TableRow(2, [ME, toUrls, '2026-01-10 09:00:00 UTC'], positions), 'messages.csv');
    expect(JSON.stringify(reader.takeConversations()).length).toBeLessThan(toUrls.length + 500);
  });

  it('of one person are looked at as far as anybody has a name', async () => {
    const [many, long] = [`Ada ${'\u0301\u0323'.repeat(5_000)}`, 'Ada '.repeat(10_000)];
    const composed = jest.spyOn(String.prototype, 'normalize');
    const rows = [
      message({ to: many }),
      message({ to: long, toUrls: '' }),
      answer({ from: many, fromUrl: '' }),
    ];
    const result = await read(rows.join(''));
    const lengths = composed.mock.contexts.map((text) => String(text).length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(200);
    expect([actions(result).length, result.rejected.total]).toEqual([2, 0]);
    expect(recipients(result)[1]).toEqual([null, `${'Ada '.repeat(49)}Ada`]);
  });
});
