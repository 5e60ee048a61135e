import { Devices } from '../../../src/services/members/devices.js';
import { Fingerprints } from '../../../src/tenancy/fingerprint.js';
import { Sealer } from '../../../src/tenancy/sealed.js';

const AT = Date.UTC(2026, 4, 11, 9);
const LASTS_MS = 400 * 24 * 3_600_000;
const ADA = 'ada@example.com';
const LOCK = { agencyId: null, members: [], isOnly: true, passwordHash: 'a hash' };
const devicesOf = (epoch: number, secret: string, ...previous: string[]) =>
  new Devices(new Fingerprints(secret, ...previous), new Sealer(secret, ...previous), {
    deviceEpoch: () => Promise.resolve(epoch),
  });
const devices = devicesOf(3, 'a secret');

/** Whether a browser that came in is known. */
async function isKnown(of = devices, account = ADA, lock = LOCK, at = AT): Promise<boolean> {
  const device = await devices.make(ADA, LOCK.passwordHash, AT);
  const tried = await of.tryFrom({ place: '192.0.2.1', device }, account, lock, at);
  return Boolean(tried.device);
}

it('a browser is known for an address however it is written, and for 400 days', async () => {
  expect(await isKnown(devices, ' ADA@example.com ')).toBe(true);
  expect(await isKnown(devices, ADA, LOCK, AT + LASTS_MS - 1)).toBe(true);
  expect(await isKnown(devices, ADA, LOCK, AT + LASTS_MS)).toBe(false);
});

it('and not for another address or password, once its owner signed out everywhere, nor where there is none', async () => {
  expect(await isKnown(devices, 'eve@example.com')).toBe(false);
  expect(await isKnown(devices, ADA, { ...LOCK, passwordHash: 'another hash' })).toBe(false);
  expect(await isKnown(devicesOf(4, 'a secret'))).toBe(false);
  expect((await devices.tryFrom({ place: '192.0.2.1' }, ADA, LOCK, AT)).device).toBeNull();
});

it('a secret that takes another’s place knows none of those of before: which of them were ended is not known by it', async () => {
  expect(await isKnown(devicesOf(3, 'another secret', 'a secret'))).toBe(false);
  expect(await isKnown(devicesOf(3, 'another secret'))).toBe(false);
});

it('each is another one', async () => {
  const made = await Promise.all([1, 2].map(() => devices.make(ADA, LOCK.passwordHash, AT)));
  expect(new Set(made).size).toBe(2);
});
