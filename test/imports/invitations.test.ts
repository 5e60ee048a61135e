import {
  actions,
  ALICE,
  BOB,
  CONNECTION_HEADER,
  INVITATION_HEADER,
  ME,
  readFiles,
  recipients,
} from './reading.js';

describe('invitations', () => {
  const SENT = `Me Example,Alice Example,"1/29/26, 2:37 PM",,OUTGOING,${ME},${ALICE}\n`;
  const connected = (day: string): string => `${CONNECTION_HEADER}Alice,Example,${ALICE},,Acme,CEO,${day}\n`;

  it('that were sent are connection requests at the latest instant their date can mean', async () => {
    const read = await readFiles({ 'Invitations.csv': INVITATION_HEADER + SENT });
    expect(read.sends).toEqual([
      {
        action: 'CONNECTION_REQUEST',
        noted: false,
        recipientUrl: ALICE,
        recipientName: 'Alice Example',
        earliest: Date.UTC(2026, 0, 29, 0, 37),
        latest: Date.UTC(2026, 0, 30, 2, 37, 59, 999),
        at: Date.UTC(2026, 0, 30, 2, 37, 59, 999),
        fingerprint: expect.any(String),
        ordinal: 1,
        file: 'Invitations.csv',
        line: 2,
      },
    ]);
    expect([read.owner, read.notedInvitations, read.engagements]).toEqual([ME, 0, []]);
  });

  it('are noted where the message is not empty', async () => {
    const noted = SENT.replace(',,OUTGOING', ',"Hi,\nAlice",OUTGOING');
    const blank = SENT.replace(',,OUTGOING', ',"  ",OUTGOING');
    const read = await readFiles({ 'Invitations.csv': INVITATION_HEADER + noted + blank });
    expect(read.sends.map((send) => [send.noted, send.line])).toEqual([
      [true, 2],
      [false, 4],
    ]);
    expect(read.notedInvitations).toBe(1);
  });

  it('that were received count nothing, but tell the owner', async () => {
    const received = `Alice Example,Me Example,"1/29/26, 2:37 PM",Hi,INCOMING,${ALICE},${ME}\n`;
    const read = await readFiles({ 'Invitations.csv': INVITATION_HEADER + received });
    expect([read.sends, read.notedInvitations, read.owner, read.rowsRead]).toEqual([[], 0, ME, 1]);
  });

  it.each([
    ['with a zone', '2026-01-29 14:37:00 UTC'],
    ['with a narrow space before the half of the day', '1/29/26, 2:37\u202fPM'],
  ])('are read %s', async (_, date) => {
    const read = await readFiles({
      'Invitations.csv': INVITATION_HEADER + SENT.replace('1/29/26, 2:37 PM', date),
    });
    expect(actions(read)).toEqual(['CONNECTION_REQUEST']);
  });

  it('to hidden members are sends to nobody known', async () => {
    const hidden = `Me Example,,"1/29/26, 2:37 PM",,OUTGOING,${ME},\nMe Example,LinkedIn Member,"1/29/26, 2:37 PM",,outgoing,${ME},\n`;
    const read = await readFiles({ 'Invitations.csv': INVITATION_HEADER + hidden });
    expect(recipients(read)).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  it('of hidden rows count nothing', async () => {
    const hidden = ',,"1/29/26, 2:37 PM",,,,\n,,,,,,\n';
    const read = await readFiles({ 'Invitations.csv': INVITATION_HEADER + hidden });
    expect([read.sends, read.rowsRead, read.rejected.total]).toEqual([[], 2, 0]);
  });

  it('are rejected with another direction, an invalid date, a wrong number of fields, one by one', async () => {
    const rows = [SENT, SENT.replace('OUTGOING', 'SIDEWAYS'), SENT.replace('1/29', '2/30'), 'a,b,c\n', SENT];
    const read = await readFiles({ 'Invitations.csv': INVITATION_HEADER + rows.join('') });
    expect(read.rejected.first.map(({ line, reason }) => [line, reason])).toEqual([
      [3, 'Direction "SIDEWAYS" is neither INCOMING nor OUTGOING'],
      [4, 'Sent At "2/30/26, 2:37 PM" is no date that LinkedIn writes'],
      [5, 'has 3 fields, the header has 7'],
    ]);
    expect([read.sends.length, read.rowsRead]).toEqual([2, 5]);
  });

  it('are rejected when they can only be after the import', async () => {
    const read = await readFiles(
      { 'Invitations.csv': INVITATION_HEADER + SENT },
      { importedAt: Date.UTC(2026, 0, 29, 0, 36) },
    );
    expect(read.rejected.first[0]?.reason).toBe('Sent At "1/29/26, 2:37 PM" is after the import');
  });

  it('to who is connected now were accepted, at the day of the connection', async () => {
    const read = await readFiles({
      'Invitations.csv': INVITATION_HEADER + SENT + SENT,
      'Connections.csv': connected('08 Feb 2026'),
    });
    // Twice invited, once accepted.
    expect(read.engagements).toEqual([
      {
        kind: 'INVITATION_ACCEPTED',
        recipientUrl: ALICE,
        recipientName: 'Alice Example',
        earliest: Date.UTC(2026, 1, 7, 10),
        latest: Date.UTC(2026, 1, 9, 12) - 1,
        at: Date.UTC(2026, 1, 9, 12) - 1,
        fingerprint: expect.any(String),
        ordinal: 1,
      },
    ]);
  });

  describe('without addresses', () => {
    const HEADER = 'From,To,Sent At,Message,Direction\n';
    const row = 'Me Example,Alice Example,"1/29/26, 2:37 PM",,OUTGOING\n';

    it('are accepted where the name is exactly one connection’s', async () => {
      const read = await readFiles({
        'Invitations.csv': HEADER + row,
        'Connections.csv': connected('08 Feb 2026').replace('Alice', ' ALICE '),
      });
      expect(read.engagements.map(({ recipientUrl }) => recipientUrl)).toEqual([ALICE]);
      expect(recipients(read)).toEqual([[ALICE, 'Alice Example']]);
    });

    it('are not where two connections have the name', async () => {
      const read = await readFiles({
        'Invitations.csv': HEADER + row,
        'Connections.csv': `${connected('08 Feb 2026')}Alice,Example,${BOB},,,,09 Feb 2026\n`,
      });
      expect([read.engagements, recipients(read)]).toEqual([[], [[null, 'Alice Example']]]);
    });

    it('are not where the only one of the name was connected before', async () => {
      const read = await readFiles({
        'Invitations.csv': HEADER + row,
        'Connections.csv': connected('08 Feb 2020'),
      });
      expect([read.engagements, recipients(read)]).toEqual([[], [[null, 'Alice Example']]]);
    });
  });

  it('with an address are not accepted by somebody of the same name with another', async () => {
    const read = await readFiles({
      'Invitations.csv': INVITATION_HEADER + SENT,
      'Connections.csv': connected('08 Feb 2026').replace(ALICE, BOB),
    });
    expect(read.engagements).toEqual([]);
  });
});
