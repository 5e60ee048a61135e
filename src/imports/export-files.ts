/** Which files of an archive are LinkedIn's, whatever their spelling, and in which order they are read. */
import { ExportError, quoted } from './export-error.js';

/** In the order in which they are read: who the owner is and who is connected must be known before the messages. */
export const EXPORT_FILE_KINDS = ['profile', 'connections', 'invitations', 'messages'] as const;
export type ExportFileKind = (typeof EXPORT_FILE_KINDS)[number];

/** Entries of an archive or a folder: a full export has some hundred. */
export const ENTRIES_MAX = 20_000;
/** All files together that are read, unpacked. 200,000 messages take about 100 MB. */
export const UNPACKED_BYTES_MAX = 2 * 1024 ** 3;

/** Something in an archive that could be one of LinkedIn's files; `path` has slashes and is relative. */
export interface ExportEntry {
  readonly path: string;
  /** Unpacked. */
  readonly bytes: number;
  /** What the archive says that the content's checksum is; null in a folder. */
  readonly crc32: number | null;
  /** The content, once, from its start. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** One of LinkedIn's files, or one numbered part of it. */
export interface ExportFile extends ExportEntry {
  readonly kind: ExportFileKind;
  /** As the archive spells it, without its folder: for messages. */
  readonly name: string;
  /** The number in `messages_2.csv`; 0 where there is none. */
  readonly part: number;
}

/** An opened archive. Close it, whatever happens. */
export interface ExportArchive {
  readonly files: readonly ExportFile[];
  close(): Promise<void>;
}

/**
 * `messages.csv` also comes as `Messages.csv`, `Messages_1.csv`, `messages 1.csv`. Anything before or behind is
 * another file: `guide_messages.csv`, `learning_role_play_messages.csv` and `messages (1).csv` are not read.
 */
const KNOWN_NAME = /^(profile|connections|invitations|messages)(?: (\d{1,4}))?\.csv$/;

/** The kind and part number that a file's name says, or null for a file that isn't read. */
export function knownName(name: string): { kind: ExportFileKind; part: number } | null {
  const folded = name
    .toLowerCase()
    .replace(/[\s_]+/gu, ' ')
    .replace(/ ?\.csv ?$/, '.csv')
    .trim();
  const match = KNOWN_NAME.exec(folded);
  const kind = EXPORT_FILE_KINDS.find((known) => known === match?.[1]);
  return kind === undefined ? null : { kind, part: Number(match?.[2] ?? 0) };
}

/**
 * The files to read, from everything at the archive's root and in its folders one level down: those at the
 * root, else those of the one folder that holds any (a zip that was packed again holds one).
 *
 * @throws ExportError NOT_AN_EXPORT, AMBIGUOUS, TOO_LARGE
 */
export function chooseFiles(entries: readonly ExportEntry[]): ExportFile[] {
  const byFolder = new Map<string, ExportFile[]>();
  for (const entry of entries) {
    const segments = entry.path.split('/');
    const name = segments.at(-1) ?? '';
    const known = segments.length <= 2 ? knownName(name) : null;
    if (known === null) continue;
    const folder = segments.slice(0, -1).join('/');
    const files = byFolder.get(folder) ?? [];
    files.push({ ...entry, ...known, name });
    byFolder.set(folder, files);
  }
  const files = byFolder.get('') ?? onlyFolder(byFolder);
  if (!files.some((file) => file.kind !== 'profile')) throw notAnExport();
  files.sort(inReadingOrder);
  refuseTwice(files);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > UNPACKED_BYTES_MAX) {
    throw new ExportError('TOO_LARGE', `unpacks to ${bytes} bytes; at most ${UNPACKED_BYTES_MAX} are read`);
  }
  return files;
}

function onlyFolder(byFolder: ReadonlyMap<string, ExportFile[]>): ExportFile[] {
  const [first, second] = [...byFolder.keys()];
  if (second !== undefined) {
    const folders = `${quoted(first ?? '')} and ${quoted(second)}`;
    throw new ExportError('AMBIGUOUS', `holds an export in each of ${folders}; give one of them`);
  }
  return byFolder.get(first ?? '') ?? [];
}

function notAnExport(): ExportError {
  return new ExportError(
    'NOT_AN_EXPORT',
    'not an export of LinkedIn: it holds none of messages.csv, Invitations.csv and Connections.csv',
  );
}

function inReadingOrder(one: ExportFile, other: ExportFile): number {
  return EXPORT_FILE_KINDS.indexOf(one.kind) - EXPORT_FILE_KINDS.indexOf(other.kind) || one.part - other.part;
}

/** Two spellings of one file would be counted twice, and nothing says which of them is the true one. */
function refuseTwice(files: readonly ExportFile[]): void {
  for (const [index, file] of files.entries()) {
    const other = files[index + 1];
    if (other?.kind === file.kind && other.part === file.part) {
      const names = `${quoted(file.name)} and ${quoted(other.name)}`;
      throw new ExportError('AMBIGUOUS', `holds the same file twice, as ${names}; take one of them out`);
    }
  }
}
