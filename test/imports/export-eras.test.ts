import fc from 'fast-check';
import { join } from 'node:path';
import { readLinkedInExport, type LinkedInExport } from '../../src/imports/linkedin-export.js';
import { ERAS, inTemporaryFolder, writeExport, type Eras, type Expected } from '../support/archive.js';
import { IMPORTED_AT, OPTIONS } from './reading.js';

const FOLDER = 'Basic_LinkedInDataExport_11-20-2026';
const OTHER_NAMES = {
  profile: 'PROFILE.CSV',
  connections: ' connections.csv',
  invitations: 'Invitations_1.csv',
  messages: 'Messages 1.csv',
};

/** What was read, in the words of what was expected, in an order of its own. */
function comparable(read: LinkedInExport): Expected {
  return sorted({
    owner: read.owner ?? '',
    rowsRead: read.rowsRead,
    sends: read.sends.map(({ action, noted, recipientName, recipientUrl, latest }) => {
      return { action, noted, name: recipientName ?? '', url: recipientUrl ?? '', latest };
    }),
    accepted: answers(read, 'INVITATION_ACCEPTED'),
    replied: answers(read, 'REPLIED'),
    connections: read.connections.length,
    notedInvitations: read.notedInvitations,
  });
}

function answers({ engagements }: LinkedInExport, kind: string): Expected['replied'] {
  return engagements
    .filter((engagement) => engagement.kind === kind)
    .map(({ recipientName, latest }) => ({ name: recipientName ?? '', latest }));
}

function sorted(expected: Expected): Expected {
  const inOrder = <T>(items: readonly T[]): T[] =>
    items.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  const { sends, accepted, replied } = expected;
  return { ...expected, sends: inOrder(sends), accepted: inOrder(accepted), replied: inOrder(replied) };
}

function keysOf(rows: readonly { fingerprint: string; ordinal: number }[]): string[] {
  return rows.map(({ fingerprint, ordinal }) => `${fingerprint} ${ordinal}`).toSorted();
}

const anyOf = <T>(record: Record<string, T>): fc.Arbitrary<T> => fc.constantFrom(...Object.values(record));

const ANY_ERAS: fc.Arbitrary<Eras> = fc.record({
  messages: anyOf(ERAS.messages),
  connections: anyOf(ERAS.connections),
  invitations: anyOf(ERAS.invitations),
});

const ANY_STORY = fc.record({
  seed: fc.integer({ min: 1 }),
  messages: fc.integer({ min: 0, max: 60 }),
  connections: fc.integer({ min: 1, max: 30 }),
  invitations: fc.integer({ min: 1, max: 30 }),
});

describe('an export of any mix of eras', () => {
  it('gives the sends, acceptances, replies and connections that the member made', async () => {
    const form = fc.constantFrom('zip' as const, 'folder' as const);
    await fc.assert(
      fc.asyncProperty(ANY_STORY, ANY_ERAS, form, fc.boolean(), async (story, eras, how, isRenamed) => {
        await inTemporaryFolder(async (folder) => {
          const variant = isRenamed ? { names: OTHER_NAMES, folder: FOLDER } : {};
          const path = join(folder, 'export');
          const expected = await writeExport(path, how, { ...story, ...variant, eras });
          const read = await readLinkedInExport(path, OPTIONS);
          // Only invitations or sent messages tell the owner: a member without either has none.
          const isTold =
            eras.invitations.hasUrls || read.sends.some(({ action }) => action !== 'CONNECTION_REQUEST');
          expect(comparable(read)).toEqual(sorted({ ...expected, owner: isTold ? expected.owner : '' }));
          expect(read.rejected.total).toBe(0);
          for (const { at, latest } of read.sends) expect(at).toBe(Math.min(latest, IMPORTED_AT));
        });
      }),
      { numRuns: 80 },
    );
  });

  it('gives each row the same fingerprint and number in every other mix of eras', async () => {
    await fc.assert(
      fc.asyncProperty(ANY_STORY, ANY_ERAS, ANY_ERAS, async (story, older, newer) => {
        await inTemporaryFolder(async (folder) => {
          const reads: LinkedInExport[] = [];
          for (const [index, eras] of [older, newer].entries()) {
            const path = join(folder, `export-${index}`);
            await writeExport(path, 'folder', { ...story, eras });
            reads.push(await readLinkedInExport(path, OPTIONS));
          }
          expect(keysOf(reads[0]?.sends ?? [])).toEqual(keysOf(reads[1]?.sends ?? []));
          expect(keysOf(reads[0]?.engagements ?? [])).toEqual(keysOf(reads[1]?.engagements ?? []));
        });
      }),
      { numRuns: 30 },
    );
  });
});
