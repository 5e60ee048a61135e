import { readToolEvents, type ToolEvent } from '../../src/imports/tool-events.js';
import { answered, did, type ToolShape } from '../../src/imports/tool-shape.js';
import { TOOL_SHAPES } from '../../src/imports/tools/index.js';
import {
  heyreach,
  heyreachAsNousHasIt,
  salesflow,
  SALESFLOW_STATUS,
  UNIPILE_RELATION,
  unipileMessage,
} from './tool-samples.js';

function read(shape: ToolShape, event: unknown): ToolEvent {
  const [one] = readToolEvents(Buffer.from(JSON.stringify(event)), shape) ?? [];
  if (!one) throw new Error('There is an event.');
  return one;
}

/** What it means, of whom and when, in a line. */
function told({ read: found }: ToolEvent): string {
  if (found.kind === 'IGNORED') return 'IGNORED';
  if (found.kind === 'UNREADABLE') return found.why;
  if (found.kind === 'PERSON') return found.change;
  const { means, profileUrl, at, senderId } = found;
  const what = means.kind === 'ACTIVITY' ? means.action : means.engagement;
  const when = at === null ? '-' : new Date(at).toISOString();
  return [what, profileUrl.replace('https://www.linkedin.com/in/', ''), when, senderId].join(' ');
}

const { HEYREACH, SALESFLOW, UNIPILE } = TOOL_SHAPES;
const OF_JANE = 'janesmith 2026-05-26T12:00:00.000Z';

describe('the events of', () => {
  it.each([
    ['CONNECTION_REQUEST_SENT', `CONNECTION_REQUEST ${OF_JANE} 4711`],
    ['CONNECTION_REQUEST_ACCEPTED', `INVITATION_ACCEPTED ${OF_JANE} 4711`],
    ['MESSAGE_SENT', `DIRECT_MESSAGE ${OF_JANE} 4711`],
    ['MESSAGE_REPLY_RECEIVED', `REPLIED ${OF_JANE} 4711`],
    ['EVERY_MESSAGE_REPLY_RECEIVED', `REPLIED ${OF_JANE} 4711`],
    ['INMAIL_SENT', `INMAIL ${OF_JANE} 4711`],
    ['INMAIL_REPLY_RECEIVED', `REPLIED ${OF_JANE} 4711`],
    ['FOLLOW_SENT', `FOLLOW ${OF_JANE} 4711`],
    ['LIKED_POST', `REACTION ${OF_JANE} 4711`],
    ['VIEWED_PROFILE', `PROFILE_VIEW ${OF_JANE} 4711`],
    ['CAMPAIGN_COMPLETED', 'IGNORED'],
    ['LEAD_TAG_UPDATED', 'IGNORED'],
    ['connection_request_sent', `CONNECTION_REQUEST ${OF_JANE} 4711`],
    ['LEAD_FINISHED_SEQUENCE', 'UNKNOWN_TYPE'],
    ['__proto__', 'NO_TYPE'],
    ['constructor', 'UNKNOWN_TYPE'],
  ])('HeyReach: %s', (type, expected) => expect(told(read(HEYREACH, heyreach(type)))).toBe(expected));

  it('HeyReach in its other spelling', () => {
    const event = read(HEYREACH, heyreachAsNousHasIt('MESSAGE_REPLY_RECEIVED'));
    expect(told(event)).toBe(`REPLIED ${OF_JANE} `);
    expect(event.key).toBe('["MESSAGE_REPLY_RECEIVED","m_abc"]');
  });

  it.each([
    [
      salesflow('MEMBER_CONNECTED'),
      'INVITATION_ACCEPTED john-smith-123321 2021-02-18T16:33:44.590Z bob@example.com',
    ],
    [salesflow('MEMBER_CONNECTED', { HasReply: true }), 'REPLIED john-smith-123321 - bob@example.com'],
    [salesflow('REPLY_DETECTED'), 'REPLIED john-smith-123321 - bob@example.com'],
    [salesflow('INVITATION_WITHDRAWN'), 'INVITATION_WITHDRAWAL john-smith-123321 - bob@example.com'],
    [SALESFLOW_STATUS, 'IGNORED'],
  ])('Salesflow: %#', (event, expected) => expect(told(read(SALESFLOW, event))).toBe(expected));

  it.each([
    [unipileMessage('ACCOUNT'), 'DIRECT_MESSAGE bastien 2023-09-24T13:49:07.965Z dfXlh46vQYCsMbVarumWlg'],
    [unipileMessage('OTHER'), 'REPLIED bastien 2023-09-24T13:49:07.965Z dfXlh46vQYCsMbVarumWlg'],
    [unipileMessage('OTHER', { account_type: 'WHATSAPP' }), 'IGNORED'],
    // Who wrote it is not told, or where: then it is neither, and nobody overlooks it.
    [unipileMessage('OTHER', { account_info: {} }), 'UNKNOWN_TYPE'],
    [unipileMessage('OTHER', { account_type: undefined }), 'UNKNOWN_TYPE'],
    [UNIPILE_RELATION, 'INVITATION_ACCEPTED satyanadella - SDF4tGaPSPSzNe1D1xsOs'],
    [{ ...UNIPILE_RELATION, account_type: 'INSTAGRAM' }, 'IGNORED'],
  ])('Unipile: %#', (event, expected) => expect(told(read(UNIPILE, event))).toBe(expected));

  it('each have a source with a date', () => {
    for (const { sources } of Object.values(TOOL_SHAPES)) {
      expect(sources.length).toBeGreaterThan(0);
      for (const { sourceUrl, checkedOn } of sources) {
        expect(sourceUrl).toMatch(/^https:/);
        expect(checkedOn).toMatch(/^2026-\d\d-\d\d$/);
      }
    }
  });
});

const GENERIC: ToolShape = {
  ...{
    type: ['kind'],
    id: ['id'],
    at: ['when'],
    person: ['to.url'],
    senderId: ['from'],
    senderUrl: ['from'],
  },
  events: { SENT: [{ means: did('DIRECT_MESSAGE') }], SAID_NO: [{ means: answered('OPTED_OUT') }] },
};

describe('a tool that the agency describes', () => {
  const event = { kind: 'sent', id: 7, when: 1_790_000_000, to: { url: 'in/jane' }, from: 'bob' };
  it.each([
    [{}, 'DIRECT_MESSAGE jane 2026-09-21T14:13:20.000Z bob'],
    [{ when: '1790000000000' }, 'DIRECT_MESSAGE jane 2026-09-21T14:13:20.000Z bob'],
    [{ when: '2026-09-21T14:13:20+02:00' }, 'DIRECT_MESSAGE jane 2026-09-21T12:13:20.000Z bob'],
    [{ when: undefined }, 'DIRECT_MESSAGE jane - bob'],
    [{ when: '2026-09-21T14:13:20' }, 'TIME_UNREADABLE'],
    [{ when: '2028-02-29T24:00:00Z' }, 'DIRECT_MESSAGE jane 2028-03-01T00:00:00.000Z bob'],
    [{ when: '2026-12-31T23:30:00-01:00' }, 'DIRECT_MESSAGE jane 2027-01-01T00:30:00.000Z bob'],
    [{ when: '2026-02-30T10:00:00Z' }, 'TIME_UNREADABLE'],
    [{ when: '2026-02-29T10:00Z' }, 'TIME_UNREADABLE'],
    [{ when: '2026-04-31T23:59:59.999+14:00' }, 'TIME_UNREADABLE'],
    [{ when: '2026-11-31T24:00:00Z' }, 'TIME_UNREADABLE'],
    [{ when: '2026-00-10T10:00Z' }, 'TIME_UNREADABLE'],
    [{ when: '2026-13-01T10:00Z' }, 'TIME_UNREADABLE'],
    [{ when: '2026-01-00T10:00Z' }, 'TIME_UNREADABLE'],
    [{ when: '2026-01-32T10:00Z' }, 'TIME_UNREADABLE'],
    [{ when: '2026-11-28T24:00:01Z' }, 'TIME_UNREADABLE'],
    [{ when: '2026-11-28T10:60Z' }, 'TIME_UNREADABLE'],
    [{ when: '3/14/26, 2:37 PM' }, 'TIME_UNREADABLE'],
    [{ when: true }, 'TIME_UNREADABLE'],
    [{ to: { url: 'https://example.com/jane' } }, 'PERSON_UNREADABLE'],
    [{ to: {} }, 'NO_PERSON'],
    [{ to: null }, 'NO_PERSON'],
    [{ kind: 'said_no' }, 'OPTED_OUT jane 2026-09-21T14:13:20.000Z bob'],
    [{ kind: '' }, 'NO_TYPE'],
    [{ kind: 'Jane Smith, born 1980' }, 'NO_TYPE'],
  ])('%j', (more, expected) => expect(told(read(GENERIC, { ...event, ...more }))).toBe(expected));

  it.each([
    ...[['SENT'], ['sent'], ['Said_No'], ['SOMETHING_NEW'], ['message.received'], ['messageReceived']],
    ...[['message-received'], ['new_lead'], ['Replied'], ['lead:won'], ['WEBHOOK_TEST_2']],
    ...[
      ['Ada', 'OTHER'],
      ['ada-lovelace', 'OTHER'],
      ['ada.lovelace', 'OTHER'],
      ['AdaLovelace', 'OTHER'],
    ],
    ...[
      ['ada-lovelace-1815', 'OTHER'],
      ['linkedin.com:in:ada', 'OTHER'],
      ['x1', 'OTHER'],
    ],
    ...[
      ['a-message-of-what-somebody-wrote-here', 'OTHER'],
      ['ADA_B_C_D_E_F_G', 'OTHER'],
      ['DUPONT_MARTIN', 'OTHER'],
      ['LOVELACE', 'OTHER'],
      ['MESSAGE_OF_ADA_B_C_D_E', 'OTHER'],
    ],
  ])('of the type %s is kept what looks like an event’s name', (kind, kept = kind) => {
    expect(read(GENERIC, { ...event, kind })?.type).toBe(kept);
  });

  it('of two types that look like none, both are events of their own', () => {
    const [one, other] = ['ada-lovelace', 'charles-babbage'].map((kind) => read(GENERIC, { ...event, kind }));
    expect(one?.key).not.toBe(other?.key);
  });

  it('may send several at once, up to a hundred; what is no JSON is told as one', () => {
    const body = (count: number) => Buffer.from(JSON.stringify(Array(count).fill(event)));
    expect(readToolEvents(body(100), GENERIC)).toHaveLength(100);
    expect(readToolEvents(body(101), GENERIC)).toBeNull();
    expect(readToolEvents(Buffer.from('name=Jane'), GENERIC)?.map(told)).toEqual(['NOT_JSON']);
    expect(readToolEvents(Buffer.from([0xff, 0xfe]), GENERIC)?.map(told)).toEqual(['NOT_JSON']);
  });

  it('is told of what is nested without end, and of a sender that no seat can be called', () => {
    const deep = (levels: number) => Buffer.from(`{"kind":${'['.repeat(levels)}${']'.repeat(levels)}}`);
    expect(readToolEvents(deep(90), GENERIC)?.map(told)).toEqual(['NO_TYPE']);
    expect(readToolEvents(deep(900), GENERIC)?.map(told)).toEqual(['NOT_JSON']);
    expect(readToolEvents(deep(100_000), GENERIC)?.map(told)).toEqual(['NOT_JSON']);
    expect(read(GENERIC, { ...event, from: 'a\0b' }).read).toMatchObject({ kind: 'READ', senderId: null });
  });

  it('is one event by its id, and by all of it where it has none', () => {
    const [same, other] = [
      { ...event, note: 1 },
      { ...event, id: 8 },
    ].map((one) => read(GENERIC, one).key);
    expect(same).toBe(read(GENERIC, event).key);
    expect(other).not.toBe(same);
    const withoutId = { ...event, id: undefined };
    expect(read(GENERIC, withoutId).key).not.toBe(read(GENERIC, { ...withoutId, note: 1 }).key);
  });
});

describe('a number of a tool', () => {
  const bodyOf = (fields: string) => `{"kind":"sent","to":{"url":"in/jane"},${fields}}`;
  const [ONE, NEXT] = ['1234567890123456788', '1234567890123456789'];
  const readText = (text: string): ToolEvent => {
    const [one] = readToolEvents(Buffer.from(text), GENERIC) ?? [];
    if (!one) throw new Error('There is an event.');
    return one;
  };

  it.each([
    ['9007199254740991', '9007199254740991'],
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['1234567890123456789', NEXT],
    ['12345678901234567.5', '12345678901234567.5'],
    ['1e400', '1e400'],
    ['-1E+400', '-1E+400'],
    ['1e3', '1000'],
    ['7.0', '7'],
    ['-0', '0'],
    ['0.12345678901234567890', '0.12345678901234568'],
    [`"${NEXT}"`, NEXT],
    [`"a\\"${ONE}\\\\"`, `a"${ONE}\\`],
  ])('%s is the sender %s', (written, senderId) => {
    expect(readText(bodyOf(`"from":${written}`)).read).toMatchObject({ kind: 'READ', senderId });
  });

  it('is an id as it is written, however long, and the same as a text', () => {
    const keys = [ONE, NEXT, `"${NEXT}"`].map((id) => readText(bodyOf(`"id":${id}`)).key);
    expect(keys).toEqual([ONE, NEXT, NEXT].map((id) => `["sent","${id}"]`));
  });

  it('tells an event without an id from the next one', () => {
    const [one, next] = [ONE, NEXT].map((row) => readText(bodyOf(`"rows":[[{"row": ${row} }]]`)).key);
    expect(one).not.toBe(next);
  });

  it('makes JSON of nothing that is none, and a field of no prototype', () => {
    for (const text of [`{${ONE}:1}`, `{"kind":${ONE}${ONE}.}`, `{"kind":"sent" ${ONE}}`, `-${ONE}-`]) {
      expect(told(readText(text))).toBe('NOT_JSON');
    }
    const event = bodyOf(`"__proto__":{"from":"bob","when":${ONE}},"id":${ONE}`);
    expect(told(readText(event))).toBe('DIRECT_MESSAGE jane - ');
    expect(readText(event).outline).toContain('__proto__.from: string');
  });

  it('is no instant where it is beyond all of them', () => {
    expect(told(readText(bodyOf(`"when":${ONE}`)))).toBe('TIME_UNREADABLE');
    expect(told(readText(bodyOf('"when":1e400')))).toBe('TIME_UNREADABLE');
  });

  it('stands where it stood, among whatever else', () => {
    const texts = ['', '"', '\\', '\\"', '1e400', `${ONE},`, 'é\u2028', '[{', '\n'];
    const event = Object.fromEntries(texts.flatMap((one, at) => [[`${one}${at}`, [one, { [one]: -at }]]]));
    const whole = JSON.stringify({ ...event, from: 'bob', rows: [1, '@', null, true, '@'] });
    const written = whole.replaceAll('"@"', ONE);
    expect(readText(written).key).toBe(whole.replaceAll('@', ONE));
  });
});

it('what stands in an event is told without any value, and without names of fields that are none', () => {
  const event = heyreach('ODD_EVENT', 'janesmith', {
    'jane@company.example': { 'Jane Smith': 'text' },
    recent_messages: [{ message: 'Dear Jane' }, { message: 'Again' }],
  });
  const { outline, type } = read(HEYREACH, event);
  expect(type).toBe('ODD_EVENT');
  expect(outline).toEqual(
    expect.arrayContaining(['lead.profile_url: string', '….…: string', 'recent_messages.0.message: string']),
  );
  expect(JSON.stringify(outline)).not.toMatch(/jane|smith|dear|again/i);
  const deep = JSON.parse(`${'{"a":'.repeat(90)}1${'}'.repeat(90)}`) as unknown;
  expect(read(HEYREACH, deep).outline).toEqual(['a.a.a.a.a.a: object']);
  const wide = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`f${index}`, index]));
  expect(read(HEYREACH, wide).outline).toHaveLength(60);
});
