import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nameLookup, type NameLookup } from '../../src/egress/name-lookup.js';

const A = 1;
const AAAA = 28;
const NOBODY = 3;

let server: Socket;
let directory: string;
let lookup: NameLookup;
let asked: string[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-names-'));
  const hostsFile = join(directory, 'hosts');
  await writeFile(
    hostsFile,
    '127.0.0.1 localhost\n# 9.9.9.9 commented.test\n10.0.0.7\tIntranet.test other.test # here\n::1 other.test\nnonsense\n',
  );
  server = createSocket('udp4');
  server.on('message', (message, { port, address }) => {
    const answer = answerTo(message);
    if (answer) server.send(answer, port, address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  lookup = nameLookup({ hostsFile, servers: [`127.0.0.1:${server.address().port}`] });
});
beforeEach(() => {
  asked = [];
});
afterAll(async () => {
  server.close();
  await rm(directory, { recursive: true });
});

/** A server of names, as RFC 1035 has it; of a name that begins with `slow` it says nothing at all. */
function answerTo(question: Buffer): Buffer | null {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at]!; length > 0; length = question[at]!) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const kind = question.readUInt16BE(at + 1);
  const name = labels.join('.').toLowerCase();
  asked.push(`${name} ${kind}`);
  if (name.startsWith('slow')) return null;
  const records = recordsOf(name, kind);
  const head = Buffer.from(question.subarray(0, at + 5));
  head.writeUInt16BE(0x8180 | (name.startsWith('nobody') ? NOBODY : 0), 2);
  head.writeUInt16BE(records.length, 6);
  head.writeUInt16BE(0, 8);
  head.writeUInt16BE(0, 10);
  return Buffer.concat([head, ...records]);
}

function recordsOf(name: string, kind: number): Buffer[] {
  const v4 = name === 'both.test' || name === 'old.test' ? [Buffer.from([93, 184, 216, 34])] : [];
  const v6 =
    name === 'both.test' || name === 'new.test'
      ? [Buffer.from('20010db8000000000000000000000001', 'hex')]
      : [];
  const values = kind === A ? v4 : kind === AAAA ? v6 : [];
  return values.map((value) => {
    const head = Buffer.from([0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 60, 0, value.length]);
    return Buffer.concat([head, value]);
  });
}

it.each([
  ['of both kinds', 'both.test', ['93.184.216.34', '2001:db8::1']],
  ['of the old kind alone', 'old.test', ['93.184.216.34']],
  ['of the new kind alone', 'new.test', ['2001:db8::1']],
])('finds all addresses, %s', async (_, name, addresses) => {
  expect(await lookup(name)).toEqual(addresses);
  expect(asked.toSorted()).toEqual([`${name} ${A}`, `${name} ${AAAA}`]);
});

it('of a name that nobody has it throws', () => expect(lookup('nobody.test')).rejects.toThrow(/ENOTFOUND/));

it.each([
  ['localhost', ['127.0.0.1']],
  ['LOCALHOST.', ['127.0.0.1']],
  ['intranet.test', ['10.0.0.7']],
  ['other.test', ['10.0.0.7', '::1']],
  ['here.localhost', ['127.0.0.1', '::1']],
])('%s is of this machine: nobody else is asked', async (name, addresses) => {
  expect(await lookup(name)).toEqual(addresses);
  expect(asked).toEqual([]);
});

it('what is a remark in the hosts file is asked for', async () => {
  await expect(lookup('commented.test')).rejects.toThrow(/ENODATA|ENOTFOUND/);
  expect(asked).not.toEqual([]);
});

it('names whose server says nothing hold up nothing else', async () => {
  const slow = Array.from({ length: 50 }, (_, index) => lookup(`slow-${index}.test`));
  const ended = Promise.race(
    slow.map((one) =>
      one.then(
        () => 'ended',
        () => 'ended',
      ),
    ),
  );
  // What takes a thread, more of them than there are.
  const files = Promise.all(Array.from({ length: 16 }, () => stat(directory))).then(() => 'files');
  expect(await Promise.race([ended, files])).toBe('files');
  expect(await lookup('old.test')).toEqual(['93.184.216.34']);
  expect(await Promise.race([ended, Promise.resolve('still asked')])).toBe('still asked');
  await Promise.all(slow.map((one) => expect(one).rejects.toThrow(/ETIMEOUT/)));
}, 30_000);
