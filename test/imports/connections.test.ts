import { ALICE, CONNECTION_HEADER, names, readFiles } from './reading.js';

describe('connections', () => {
  const row = 'Alice,Example,https://www.linkedin.com/in/alice,,Acme,CEO,08 Feb 2026\n';

  it.each([
    ['no preamble', CONNECTION_HEADER + row],
    ['the preamble', `Notes:\n"When exporting, you may ""see"" less."\n\n${CONNECTION_HEADER}${row}`],
    ['a preamble with a quote that is never closed', `Notes:\n"When exporting\n\n${CONNECTION_HEADER}${row}`],
    ['a byte order mark', `\ufeff${CONNECTION_HEADER}${row}`],
    ['CRLF in the header only', CONNECTION_HEADER.replace('\n', '\r\n') + row],
    ['CRLF everywhere', (CONNECTION_HEADER + row).replaceAll('\n', '\r\n')],
    ['no line end', (CONNECTION_HEADER + row).trimEnd()],
    ['all quoted', (CONNECTION_HEADER + row).replaceAll(/[^,\n]+/g, '"$&"')],
    ['headings in capitals', CONNECTION_HEADER.toUpperCase() + row],
    ['German headings', `Vorname,Nachname,URL,E-Mail-Adresse,Unternehmen,Position,Verbunden am\n${row}`],
    ['a date as Excel writes it', CONNECTION_HEADER + row.replace('08 Feb 2026', '8-Feb-26')],
    ['a column more', CONNECTION_HEADER.replace('\n', ',Extra\n') + row.replace('\n', ',x\n')],
    [
      'columns lost',
      'Company,First Name,Last Name,URL,Connected On\nAcme,Alice,Example,linkedin.com/in/Alice/,08 Feb 2026\n',
    ],
  ])('are read with %s', async (_, content) => {
    const read = await readFiles({ 'Connections.csv': content });
    expect(read.rejected.total).toBe(0);
    expect(read.connections).toEqual([
      {
        profileUrl: ALICE,
        name: 'Alice Example',
        company: 'Acme',
        earliest: Date.UTC(2026, 1, 7, 10),
        latest: Date.UTC(2026, 1, 9, 12) - 1,
        at: Date.UTC(2026, 1, 9, 12) - 1,
      },
    ]);
  });

  it('have no address before mid-2023, and namesakes are two people', async () => {
    const read = await readFiles({
      'Connections.csv':
        'First Name,Last Name,Email Address,Company,Position,Connected On\n' +
        'Ada,Low,,Acme,CEO,08 Feb 2021\nAda,Low,,Zoo,CTO,08 Feb 2021\nAda,Low,,Acme,CEO,08 Feb 2021\n',
    });
    expect(read.connections.map(({ company }) => company)).toEqual(['Acme', 'Zoo']);
  });

  it('are different people: of two rows of one address the first connection counts', async () => {
    const read = await readFiles({
      'Connections.csv': `${CONNECTION_HEADER}A,B,${ALICE},,,,09 Feb 2026\nA,B,${ALICE}/,,,,08 Feb 2026\n`,
    });
    expect(read.connections.map(({ earliest }) => earliest)).toEqual([Date.UTC(2026, 1, 7, 10)]);
  });

  it('of hidden members count nothing and are not rejected', async () => {
    const hidden = ',,,,,,07 Jun 2026\n,,,,,,\n,,,,\n,,,,,,,,,,\n\n';
    const read = await readFiles({ 'Connections.csv': CONNECTION_HEADER + hidden });
    expect([read.connections, read.rowsRead, read.rejected.total]).toEqual([[], 4, 0]);
  });

  it('warn of wrongly decoded letters, and are taken', async () => {
    const read = await readFiles({
      'Connections.csv': `${CONNECTION_HEADER}JosÃ©,GarcÃ­a,,,,,08 Feb 2026\n`,
    });
    expect(names(read)).toEqual(['JosÃ© GarcÃ­a']);
    expect(read.warnings.join(' ')).toContain('Connections.csv, line 2: letters like "Ã©"');
  });

  it('in capitals with a tilde are no wrongly decoded letters', async () => {
    const read = await readFiles({ 'Connections.csv': `${CONNECTION_HEADER}JOÃO,LEÃO,,,,,08 Feb 2026\n` });
    expect(read.warnings.join(' ')).not.toContain('Ã');
  });
});
