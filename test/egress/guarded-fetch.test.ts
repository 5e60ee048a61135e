import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { isLoopbackAddress, isPublicAddress } from '../../src/egress/addresses.js';
import { checkUrl, guardedFetch, type GuardOptions } from '../../src/egress/guarded-fetch.js';

const PUBLIC = [
  ...['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '128.0.0.1'],
  ...['169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '192.167.255.255', '192.169.0.0'],
  ...[
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450::1',
    '2001:4860::8888',
  ],
];
const SPECIAL = [
  // this network, private, loopback, link-local, CGNAT, multicast, broadcast, reserved
  ...['0.0.0.0', '0.1.2.3', '10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.1'],
  ...['127.0.0.1', '127.255.255.255', '169.254.0.1', '169.254.169.254', '100.64.0.0', '100.127.255.255'],
  ...[
    '224.0.0.1',
    '239.255.255.255',
    '255.255.255.255',
    '240.0.0.1',
    '192.0.0.8',
    '192.0.2.1',
    '198.51.100.1',
  ],
  ...['203.0.113.9', '198.18.0.1', '198.19.255.255', '192.88.99.1', '168.63.129.16'],
  ...[
    '::',
    '::1',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:0:127.0.0.1',
    'fe80::1',
    'febf::1',
  ],
  ...[
    'fec0::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
  ],
  ...['2001:2::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', '5f00::1', '4000::1', 'fe80::1%eth0'],
  // Other ways to write them, and no addresses.
  ...['0177.0.0.1', '0x7f.1', '127.1', '2130706433', '', 'localhost', '1.1.1.1 ', '1.1.1', '2606:4700::1%1'],
];

describe('an address', () => {
  it.each(PUBLIC)('%s is anybody’s', (address) => expect(isPublicAddress(address)).toBe(true));
  it.each(SPECIAL)('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));
  it('of this machine is told by its usual form alone', () => {
    const here = ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '0.0.0.0', '127.1', 'localhost'];
    expect(here.filter(isLoopbackAddress)).toEqual(['127.0.0.1', '127.9.9.9', '::1']);
  });
});

/** Heads that may come before the one of the answer, as many as a server likes. */
const EARLY_HINTS = 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100);
const LOOPBACK = { isLoopbackAllowed: true };
const GUARDED = { isLoopbackAllowed: false };
const NOT_PUBLIC = 'The address is not one of the public internet.';

describe('a URL', () => {
  it.each([
    ['http://idp.example/', 'The address is not one of https.'],
    ['http://localhost/', 'The address is not one of https.'],
    ['ftp://idp.example/', 'The address is not one of https.'],
    ['file:///etc/passwd', 'The address is not one of https.'],
    ['https://ada:secret@idp.example/', 'The address holds a name or a password.'],
    ['idp.example', 'It is no address.'],
    ['https://127.0.0.1/', NOT_PUBLIC],
    ['https://2130706433/', NOT_PUBLIC],
    ['https://0x7f.1/', NOT_PUBLIC],
    ['https://0177.0.0.1/', NOT_PUBLIC],
    ['https://[::1]/', NOT_PUBLIC],
    ['https://[::ffff:7f00:1]/', NOT_PUBLIC],
    ['https://169.254.169.254/latest/meta-data', NOT_PUBLIC],
  ])('%s is refused', (url, message) => expect(() => checkUrl(url, GUARDED)).toThrow(message));

  it('of this machine passes by the setting alone, in the clear too; nothing else does', () => {
    for (const url of ['http://127.0.0.1:1/', 'http://localhost/', 'https://[::1]/']) {
      expect(checkUrl(url, LOOPBACK).href).toBe(url);
    }
    for (const url of ['http://idp.example/', 'https://10.0.0.1/', 'http://10.0.0.1/', 'http://0.0.0.0/']) {
      expect(() => checkUrl(url, LOOPBACK)).toThrow();
    }
  });
});

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.closeAllConnections() ?? server.close()));

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('what is asked', () => {
  it('goes to nobody where any address of the name is special, whatever else it has', async () => {
    let asked = 0;
    const port = new URL(await serve((_request, response) => void response.end(String((asked += 1))))).port;
    const lists = [['127.0.0.1'], ['1.1.1.1', '127.0.0.1'], ['::ffff:127.0.0.1'], ['10.0.0.1'], []];
    for (const addresses of lists) {
      const fetch = guardedFetch({ ...GUARDED, resolve: async () => addresses });
      const message = addresses.length === 0 ? 'The name has no address.' : NOT_PUBLIC;
      await expect(fetch(`https://idp.example:${port}/`)).rejects.toThrow(message);
    }
    expect(asked).toBe(0);
  });

  it('is looked up once, and goes to the address that was judged, under the name', async () => {
    const names: string[] = [];
    const server = createTlsServer({
      SNICallback: (name, done) => {
        names.push(name);
        done(new Error('No certificate.'));
      },
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const lookups: string[] = [];
    const resolve: GuardOptions['resolve'] = async (name) => {
      lookups.push(name);
      // A server of names that answers otherwise the second time.
      return [lookups.length === 1 ? '127.0.0.1' : '10.0.0.1'];
    };
    const fetch = guardedFetch({ ...LOOPBACK, resolve });
    const url = `https://idp.example:${(server.address() as AddressInfo).port}/`;
    await expect(fetch(url)).rejects.toThrow('It could not be reached');
    await expect(fetch(url)).rejects.toThrow(NOT_PUBLIC);
    server.close();
    expect([names, lookups]).toEqual([['idp.example'], ['idp.example', 'idp.example']]);
  });

  it('is answered with status, head and body; a redirect is an answer', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/away') return response.writeHead(302, { location: '/here' }).end();
      return response.writeHead(201, { 'x-method': request.method }).end('done');
    });
    const done = await guardedFetch(LOOPBACK)(`${url}/here`, { method: 'POST', body: 'x' });
    expect([done.status, done.headers.get('x-method'), await done.text()]).toEqual([201, 'POST', 'done']);
    expect((await guardedFetch(LOOPBACK)(`${url}/away`)).status).toBe(302);
  });

  it('is given up when it takes too long or is too much, in whatever way', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/silent') return;
      response.writeHead(200);
      const drip = setInterval(() => response.write('x'.repeat(request.url === '/much' ? 2_000 : 1)), 20);
      response.on('close', () => clearInterval(drip));
    });
    const fetch = guardedFetch({ ...LOOPBACK, timeoutMs: 300, bytesMax: 10_000 });
    const patient = guardedFetch({ ...LOOPBACK, timeoutMs: 30_000, bytesMax: 10_000 });
    await expect(fetch(`${url}/silent`)).rejects.toThrow('did not answer in time');
    await expect(fetch(`${url}/slow`)).rejects.toThrow('did not answer in time');
    await expect(patient(`${url}/much`)).rejects.toThrow('longer than 10000 bytes');
    const never = guardedFetch({ ...GUARDED, timeoutMs: 100, resolve: () => new Promise(() => undefined) });
    await expect(never('https://idp.example/')).rejects.toThrow('did not answer in time');
  });

  it.each([10_000, 0])(
    'is given up over heads without an end, with %i bytes to be read',
    async (bytesMax) => {
      let sent = 0;
      const server = createTcpServer((socket) => {
        socket.on('error', () => undefined);
        const pour = (): void => {
          while (!socket.destroyed && socket.write(EARLY_HINTS)) sent += EARLY_HINTS.length;
        };
        socket.on('drain', pour).once('data', pour);
      });
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      // With a cause: it is no address that was refused before anybody was asked.
      await expect(guardedFetch({ ...LOOPBACK, timeoutMs: 10_000, bytesMax })(url)).rejects.toMatchObject({
        message: `The answer is longer than ${bytesMax + 65_536} bytes.`,
        cause: 'LENGTH',
      });
      server.close();
      // No more than what two sockets hold by themselves, of the gigabytes that ten seconds take.
      expect(sent).toBeLessThan(20_000_000);
    },
  );
});
