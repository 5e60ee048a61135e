import type { ExportOptions } from '../../src/imports/linkedin-export.js';
import {
  ALICE,
  answer,
  BOB,
  INVITATION_HEADER,
  ME,
  message,
  MESSAGE_HEADER,
  PROFILE,
  readFiles,
} from './reading.js';

describe('the owner', () => {
  const invitation = `Me Example,Alice Example,"1/29/26, 2:37 PM",,OUTGOING,${ME},${ALICE}\n`;
  const read = (files: Record<string, string>, options: Partial<ExportOptions> = {}) =>
    readFiles(files, options);

  it('is the inviter of an outgoing invitation, also under another name', async () => {
    const { owner, sends } = await read({
      'Invitations.csv': INVITATION_HEADER + invitation,
      'messages.csv': MESSAGE_HEADER + message({ from: 'M. Example' }),
      'Profile.csv': PROFILE.replace('Me', 'You'),
    });
    expect([owner, sends.length]).toEqual([ME, 2]);
  });

  it('is not a namesake with another address', async () => {
    const { owner, sends } = await read({
      'Invitations.csv': INVITATION_HEADER + invitation,
      'messages.csv': MESSAGE_HEADER + message({ fromUrl: BOB }),
      'Profile.csv': PROFILE,
    });
    expect([owner, sends.length]).toEqual([ME, 1]);
  });

  it('is by the name where the sender’s address is missing', async () => {
    const { owner, sends } = await read({
      'Invitations.csv': INVITATION_HEADER + invitation,
      'messages.csv': MESSAGE_HEADER + message({ fromUrl: '' }) + message({ fromUrl: '', from: 'Somebody' }),
    });
    expect([owner, sends.length]).toEqual([ME, 2]);
  });

  it('is the address that sends under the name in the profile', async () => {
    const { owner, sends } = await read({
      'messages.csv': MESSAGE_HEADER + message() + message({ from: 'ME  example', content: 'x' }) + answer(),
      'Profile.csv': PROFILE,
    });
    expect([owner, sends.length]).toEqual([ME, 2]);
  });

  it('is the address that sends under the name in old invitations, which have no addresses', async () => {
    const { owner } = await read({
      'Invitations.csv': 'From,To,Sent At,Message,Direction\nAl B,Me Example,"1/29/26, 2:37 PM",,INCOMING\n',
      'messages.csv': MESSAGE_HEADER + message(),
    });
    expect(owner).toBe(ME);
  });

  it('is the one who sends most, of two of one name; nobody, of two who send alike', async () => {
    const twice = message() + message({ content: 'x' }) + message({ fromUrl: BOB });
    expect((await read({ 'messages.csv': MESSAGE_HEADER + twice, 'Profile.csv': PROFILE })).owner).toBe(ME);
    const once = message() + message({ fromUrl: BOB });
    const files = { 'messages.csv': MESSAGE_HEADER + once, 'Profile.csv': PROFILE };
    const equal = await read(files);
    expect([equal.owner, equal.sends]).toEqual([null, []]);
    const told = await read(files, { seatProfileUrl: BOB });
    expect([told.owner, told.sends.length]).toEqual([BOB, 1]);
  });

  it('is the seat’s where its old and its new address are in the invitations', async () => {
    const old = invitation.replace(ME, 'https://www.linkedin.com/in/me-before');
    const files = { 'Invitations.csv': INVITATION_HEADER + old + old + invitation };
    expect((await read(files, { seatProfileUrl: ME })).owner).toBe(ME);
    expect((await read(files)).owner).toBe('https://www.linkedin.com/in/me-before');
  });

  it('is told by the archive against what the caller believes', async () => {
    const { owner, sends } = await read(
      { 'messages.csv': MESSAGE_HEADER + message() + answer(), 'Profile.csv': PROFILE },
      { seatProfileUrl: ALICE, holderName: 'Alice Example' },
    );
    expect([owner, sends.length]).toEqual([ME, 1]);
  });

  it('is the seat’s by a key that one of the two has in lower case', async () => {
    const key = 'https://www.linkedin.com/in/ACoAABcDeFgHiJkLmNoPqRsTuVwXyZ0123456789';
    const files = { 'messages.csv': MESSAGE_HEADER + message({ from: 'Maiden Name', fromUrl: key }) };
    const invited = INVITATION_HEADER + invitation.replace(ME, key);
    for (const seatProfileUrl of [key, key.toLowerCase()]) {
      expect((await read(files, { seatProfileUrl })).sends).toHaveLength(1);
      const { owner, sends } = await read({ ...files, 'Invitations.csv': invited }, { seatProfileUrl });
      expect([owner, sends.length]).toEqual([key, 2]);
    }
  });

  it('is unknown where nothing tells; what the caller knows then tells what was sent', async () => {
    const files = { 'messages.csv': MESSAGE_HEADER + message() + answer() };
    for (const options of [
      { seatProfileUrl: ME },
      { holderName: 'Me Example' },
      { seatProfileUrl: `${ME}/` },
    ]) {
      const { owner, sends } = await read(files, options);
      expect([owner, sends.length]).toEqual([null, 1]);
    }
  });
});
