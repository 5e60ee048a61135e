import type { ExportOptions } from '../../src/imports/linkedin-export.js';
import {
  actions,
  ALICE,
  answer,
  BOB,
  CONNECTION_HEADER,
  ME,
  message,
  MESSAGE_HEADER,
  PROFILE,
  readFiles,
  recipients,
} from './reading.js';

describe('messages', () => {
  const read = (rows: string, files: Record<string, string> = {}, options: Partial<ExportOptions> = {}) =>
    readFiles({ 'messages.csv': MESSAGE_HEADER + rows, 'Profile.csv': PROFILE, ...files }, options);

  it('that the owner sent are sends, exact to the second', async () => {
    const { sends, owner } = await read(message());
    expect(sends).toEqual([
      {
        action: 'DIRECT_MESSAGE',
        noted: false,
        recipientUrl: ALICE,
        recipientName: 'Alice Example',
        at: Date.UTC(2026, 0, 10, 9),
        earliest: Date.UTC(2026, 0, 10, 9),
        latest: Date.UTC(2026, 0, 10, 9),
        fingerprint: expect.any(String),
        ordinal: 1,
        file: 'messages.csv',
        line: 2,
      },
    ]);
    expect(owner).toBe(ME);
  });

  it.each([
    ['received', answer()],
    ['drafts', message({ draft: 'Yes' })],
    ['drafts, flagged as in test data', message({ draft: 'TRUE' })],
    ['drafts without a date', message({ draft: 'Yes', date: '' })],
    ['of a conversation that is a draft', message({ conversationDraft: 'Yes' })],
    [
      'campaign mail',
      message({
        from: 'LinkedIn',
        fromUrl: '',
        content: '<p class="spinmail-quill-editor__spin-break">Hi %FIRSTNAME%</p>',
      }),
    ],
    [
      'campaign mail in the owner’s name',
      message({ content: '\n<p class="spinmail-quill-editor__spin-break">Hi</p>' }),
    ],
    [
      'date-only',
      message({
        conversation: '',
        from: '',
        fromUrl: '',
        to: '',
        toUrls: '',
        content: '',
        folder: '',
        draft: '',
        conversationDraft: '',
      }),
    ],
    ['comma-only', ',,,,,,,,,,,,\n'],
    ['comma-only, with commas lost', ',,,\n'],
  ])('that are %s count nothing and are not rejected', async (_, row) => {
    const { sends, engagements, rejected, rowsRead } = await read(row);
    expect([sends, engagements, rejected.total, rowsRead]).toEqual([[], [], 0, 1]);
  });

  it.each(['INBOX', 'ARCHIVE', 'SPAM', 'SENT', ''])('count in the folder "%s"', async (folder) => {
    expect(actions(await read(message({ folder })))).toEqual(['DIRECT_MESSAGE']);
  });

  it('keep the physical line, through line breaks in quotes of either kind', async () => {
    const { sends, rejected } = await read(
      message({ content: 'one\ntwo\r\nthree' }) + 'too,few\n' + '\n' + message({ content: '👋 "quoted"' }),
    );
    expect(sends.map(({ line }) => line)).toEqual([2, 7]);
    expect(rejected.first).toEqual([
      { file: 'messages.csv', line: 5, reason: 'has 2 fields, the header has 13' },
    ]);
  });

  it('with an invalid date are rejected, and only they', async () => {
    const { sends, rejected } = await read(message({ date: 'soon' }) + answer({ date: '' }) + message());
    expect(sends).toHaveLength(1);
    expect(rejected.first.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'DATE "soon" is no date that LinkedIn writes'],
      [3, 'DATE "" is no date that LinkedIn writes'],
    ]);
  });

  it('count all rejected rows and list the first thousand', async () => {
    const { rejected } = await read('too,few\n'.repeat(1_234));
    expect([rejected.total, rejected.first.length, rejected.first.at(-1)?.line]).toEqual([
      1_234, 1_000, 1_001,
    ]);
  });

  it('say no more than 40 characters of a foreign text in a reason', async () => {
    const { rejected } = await read(message({ date: 'a private thing that nobody should read in a log' }));
    expect(rejected.first[0]?.reason).not.toContain('read in a log');
  });

  describe('and their recipients', () => {
    it.each([
      ['one person', { to: 'Alice Example', toUrls: ALICE }, ALICE, 'Alice Example'],
      [
        'one person with titles',
        { to: 'Alice Example, Ph.D., MBA', toUrls: ALICE },
        ALICE,
        'Alice Example, Ph.D., MBA',
      ],
      [
        'several, joined without space',
        { to: 'Alice Example,Bob Sample', toUrls: `${ALICE},${BOB}` },
        null,
        null,
      ],
      [
        'several, joined with space',
        { to: 'Alice Example, Bob Sample', toUrls: `${ALICE}, ${BOB}` },
        null,
        null,
      ],
      ['a hidden member', { to: 'LinkedIn Member', toUrls: '' }, null, null],
      ['a hidden member and another', { to: 'Alice Example, LinkedIn Member', toUrls: ALICE }, null, null],
      [
        'everybody, the sender included',
        { to: 'Me Example, Alice Example', toUrls: `${ME},${ALICE}` },
        ALICE,
        null,
      ],
      [
        'the same address twice',
        { to: 'Alice Example', toUrls: `${ALICE},${ALICE}/` },
        ALICE,
        'Alice Example',
      ],
      [
        'an address that is none',
        { to: 'Acme', toUrls: 'https://www.linkedin.com/company/acme' },
        null,
        'Acme',
      ],
      ['a name alone', { to: 'Alice Example', toUrls: '' }, null, 'Alice Example'],
      ['a name with titles alone', { to: 'Alice Example, Ph.D.', toUrls: '' }, null, 'Alice Example, Ph.D.'],
      ['two names alone', { to: 'Alice Example, Bob Sample', toUrls: '' }, null, null],
      ['nothing', { to: '', toUrls: '' }, null, null],
    ])('%s', async (_, cells, url, name) => {
      expect(recipients(await read(message(cells)))).toEqual([[url, name]]);
    });

    it('have the address of the only connection of that name', async () => {
      const found = await read(message({ toUrls: '' }), {
        'Connections.csv': `${CONNECTION_HEADER}Alice,Example,${ALICE},,,,08 Feb 2020\n`,
      });
      expect(recipients(found)).toEqual([[ALICE, 'Alice Example']]);
    });

    it('have the name and address under which they answered', async () => {
      const found = await read(
        message({ toUrls: '', to: 'Example, Alice' }) +
          answer({ from: 'Example, Alice', date: '2026-01-11 09:00:00 UTC' }),
      );
      expect(recipients(found)).toEqual([[ALICE, 'Example, Alice']]);
    });
  });

  describe('that open a conversation with a subject', () => {
    const opening = message({ subject: 'An offer' });
    const connectedOn = (day: string): Record<string, string> => ({
      'Connections.csv': `${CONNECTION_HEADER}Alice,Example,${ALICE},,,,${day}\n`,
    });

    it.each([
      ['to somebody who never connected are InMails', opening, {}, ['INMAIL']],
      ['to somebody who connected later are InMails', opening, connectedOn('11 Jan 2026'), ['INMAIL']],
      ['to somebody who was connected are messages', opening, connectedOn('09 Jan 2026'), ['DIRECT_MESSAGE']],
      [
        'to somebody who connected that day are messages',
        opening,
        connectedOn('10 Jan 2026'),
        ['DIRECT_MESSAGE'],
      ],
      [
        'to a hidden member are InMails',
        message({ subject: 'x', to: 'LinkedIn Member', toUrls: '' }),
        {},
        ['INMAIL'],
      ],
      [
        'to several are messages',
        message({ subject: 'x', to: 'A B, C D', toUrls: `${ALICE},${BOB}` }),
        {},
        ['DIRECT_MESSAGE'],
      ],
      ['and no text are InMails', message({ subject: 'x', content: '' }), {}, ['INMAIL']],
    ])('%s', async (_, rows, files, expected) => {
      expect(actions(await read(rows, files))).toEqual(expected);
    });

    it('are the first of it by their date, in whatever order the rows are', async () => {
      const later = message({ subject: 'RE: An offer', date: '2026-01-12 09:00:00 UTC' });
      expect(actions(await read(later + opening))).toEqual(['INMAIL', 'DIRECT_MESSAGE']);
      expect(actions(await read(opening + later))).toEqual(['INMAIL', 'DIRECT_MESSAGE']);
    });

    it('are not, where the other side opened it', async () => {
      const first = answer({ subject: 'Opportunity', date: '2026-01-01 09:00:00 UTC' });
      expect(actions(await read(opening + first))).toEqual(['DIRECT_MESSAGE']);
    });

    it('are, where only a draft or campaign mail is older', async () => {
      const draft = message({ draft: 'Yes', date: '2026-01-01 09:00:00 UTC' });
      expect(actions(await read(opening + draft))).toEqual(['INMAIL']);
    });

    it('are each, where the rows have no conversation', async () => {
      const rows = message({ subject: 'x', conversation: '' }) + message({ subject: 'x', conversation: '' });
      expect(actions(await read(rows))).toEqual(['INMAIL', 'INMAIL']);
    });

    it('are told by the name, where the connections have no addresses', async () => {
      const files = {
        'Connections.csv':
          'First Name,Last Name,Email Address,Company,Position,Connected On\nAlice,Example,,,,08 Feb 2020\n',
      };
      expect(actions(await read(opening, files))).toEqual(['DIRECT_MESSAGE']);
    });
  });

  describe('and replies', () => {
    const before = '2026-01-09 09:00:00 UTC';
    const after = '2026-01-11 09:00:00 UTC';
    const later = '2026-01-12 09:00:00 UTC';

    it('are one a conversation: the first after our first message', async () => {
      const { engagements } = await read(
        answer({ date: later }) + answer({ date: after }) + message() + answer({ date: before }),
      );
      expect(engagements).toEqual([
        {
          kind: 'REPLIED',
          recipientUrl: ALICE,
          recipientName: 'Alice Example',
          at: Date.parse('2026-01-11T09:00:00Z'),
          earliest: Date.parse('2026-01-11T09:00:00Z'),
          latest: Date.parse('2026-01-11T09:00:00Z'),
          fingerprint: expect.any(String),
          ordinal: 1,
        },
      ]);
    });

    it.each([
      ['came before our first message', answer({ date: before }) + message()],
      ['are in another conversation', message() + answer({ date: after, conversation: 'c2' })],
      ['have no conversation', message({ conversation: '' }) + answer({ date: after, conversation: '' })],
      ['answer a draft', message({ draft: 'Yes' }) + answer({ date: after })],
      [
        'are campaign mail',
        message() + answer({ date: after, content: '<p class="spinmail-quill-editor__x">' }),
      ],
    ])('are none where they %s', async (_, rows) => {
      expect((await read(rows)).engagements).toEqual([]);
    });

    it('of a hidden member are of the one that was written to', async () => {
      const hidden = answer({ from: 'LinkedIn Member', fromUrl: '', date: after });
      const { engagements } = await read(message() + hidden);
      expect(engagements).toMatchObject([{ recipientUrl: ALICE, recipientName: 'Alice Example' }]);
    });
  });
});
