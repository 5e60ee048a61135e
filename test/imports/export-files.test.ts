import {
  ALICE,
  answer,
  CONNECTION_HEADER,
  IMPORTED_AT,
  INVITATION_HEADER,
  message,
  MESSAGE_HEADER,
  PROFILE,
  readFiles,
} from './reading.js';

describe('files', () => {
  const CONNECTIONS = `${CONNECTION_HEADER}Alice,Example,${ALICE},,,,08 Feb 2026\n`;
  const MESSAGES = MESSAGE_HEADER + message();
  const DECOY = MESSAGE_HEADER + message({ conversation: 'decoy' });

  it.each([
    'messages.csv',
    'Messages.csv',
    'MESSAGES.CSV',
    'messages_1.csv',
    'Messages 2.csv',
    ' messages .csv',
  ])('are known as "%s"', async (name) => {
    expect((await readFiles({ [name]: MESSAGES, 'Profile.csv': PROFILE })).sends).toHaveLength(1);
  });

  it.each([
    'guide_messages.csv',
    'coach_messages.csv',
    'learning_role_play_messages.csv',
    'messages.csv.bak',
    'messages (1).csv',
    'messages.txt',
    '._messages.csv',
    'old/deep/messages.csv',
    'Contacts.csv',
  ])('called "%s" are not read', async (name) => {
    const read = await readFiles({ [name]: DECOY, 'Connections.csv': CONNECTIONS, 'Profile.csv': PROFILE });
    expect([read.sends, read.rowsRead]).toEqual([[], 1]);
  });

  it('in numbered parts are one table', async () => {
    const { sends, rowsRead } = await readFiles({
      'messages_2.csv': MESSAGE_HEADER + message(),
      'messages_1.csv': MESSAGE_HEADER + message({ content: 'x' }) + answer(),
      'messages.csv': MESSAGE_HEADER,
      'Profile.csv': PROFILE,
    });
    expect([sends.length, rowsRead]).toEqual([2, 3]);
  });

  it.each(['zip', 'folder'] as const)('in one folder inside are read, of a %s', async (form) => {
    const files = {
      'Basic_Export/messages.csv': MESSAGES,
      'Basic_Export/Profile.csv': PROFILE,
      'readme.txt': 'x',
    };
    expect((await readFiles(files, {}, form)).sends).toHaveLength(1);
  });

  it('at the root are read alone, whatever folders hold', async () => {
    const files = { 'messages.csv': MESSAGES, 'Profile.csv': PROFILE, 'old/messages.csv': DECOY };
    expect((await readFiles(files)).sends).toHaveLength(1);
  });

  it('may be empty, or hold a header alone', async () => {
    const { rowsRead, rejected } = await readFiles({
      'messages.csv': '',
      'Invitations.csv': '\n\n',
      'Connections.csv': CONNECTION_HEADER.trimEnd(),
    });
    expect([rowsRead, rejected.total]).toEqual([0, 0]);
  });

  it('that are missing are told', async () => {
    const { warnings } = await readFiles({ 'Invitations.csv': INVITATION_HEADER });
    expect(warnings.join(' ')).toMatch(/no messages\.csv.*no Connections\.csv/);
  });

  it('report how far they are read, to the end', async () => {
    const seen: number[] = [];
    let bytesTotal = 0;
    await readFiles(
      { 'messages.csv': MESSAGE_HEADER + message().repeat(1_000), 'Connections.csv': CONNECTIONS },
      {
        onProgress: (progress) => {
          seen.push(progress.bytesRead);
          bytesTotal = progress.bytesTotal;
        },
      },
      'zip',
    );
    expect(seen).toEqual(seen.toSorted((one, other) => one - other));
    expect(seen.length).toBeGreaterThan(2);
    expect([seen.at(-1), bytesTotal]).toEqual([
      bytesTotal,
      MESSAGE_HEADER.length + 1_000 * message().length + CONNECTIONS.length,
    ]);
  });

  it.each(['zip', 'folder'] as const)(
    'are left at once when the reading is aborted, of a %s',
    async (form) => {
      const controller = new AbortController();
      let calls = 0;
      const reading = readFiles(
        { 'messages.csv': MESSAGE_HEADER + message().repeat(5_000) },
        {
          signal: controller.signal,
          onProgress: () => {
            calls++;
            controller.abort(new Error('enough'));
          },
        },
        form,
      );
      await expect(reading).rejects.toThrow('enough');
      expect(calls).toBe(1);
    },
  );

  it('of an import in the past give no instant after it', async () => {
    const importedAt = Date.UTC(2026, 1, 8, 12);
    const { connections } = await readFiles({ 'Connections.csv': CONNECTIONS }, { importedAt });
    expect(connections[0]).toMatchObject({ at: importedAt, latest: Date.UTC(2026, 1, 9, 12) - 1 });
    expect(IMPORTED_AT).toBeGreaterThan(importedAt);
  });
});
