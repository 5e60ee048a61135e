import { Api, type Json } from '../support/api.js';

let api: Api;
let key: string;
beforeAll(async () => {
  api = await Api.start();
  ({ key } = await api.seed());
});
afterAll(() => api.close());

const LINT = `query ($input: LintMessageInput!) { lintMessage(input: $input) {
  maySend length lengthMax findings { code severity field place message remedy source } } }`;
const PREVIEW = `query ($input: PreviewTemplateInput!) { previewTemplate(input: $input) {
  names subject body variables problems { field message line column }
  lint { maySend findings { code severity } } } }`;

const lint = async (input: Json): Promise<Json> => (await api.data(key, LINT, { input })).lintMessage;
const preview = async (input: Json): Promise<Json> =>
  (await api.data(key, PREVIEW, { input })).previewTemplate;

describe('lintMessage', () => {
  it('says what is wrong with a text, where, what to do, and who says so', async () => {
    const { findings, ...told } = await lint({
      action: 'DIRECT_MESSAGE',
      body: 'Hi {{name}}, book a demo of our platform',
      variables: [],
    });
    expect(told).toEqual({ maySend: false, length: 40, lengthMax: 8_000 });
    expect(findings.map(({ code, severity, place }: Json) => [code, severity, place])).toEqual([
      ['PLACEHOLDER_LEFT', 'CRITICAL', 4],
      ['NOT_PERSONALIZED', 'CRITICAL', null],
      ['PITCH_AT_FIRST_TOUCH', 'WARNING', 14],
      ['ORIGIN_NOT_TOLD', 'INFO', null],
    ]);
    for (const { message, remedy, source } of findings) {
      expect([message, remedy, source].every((text: string) => text.length > 10)).toBe(true);
    }
  });

  it('judges a note by the tier: the strictest, where none is told', async () => {
    const note = { action: 'CONNECTION_REQUEST', body: `I read your post. ${'a'.repeat(230)}` };
    expect(await lint(note)).toMatchObject({ maySend: false, lengthMax: 200 });
    expect(await lint({ ...note, tier: 'SALES_NAVIGATOR' })).toMatchObject({ maySend: true, lengthMax: 300 });
  });

  it.each([
    [{ unanswered: -1 }, 'The unanswered is 0 to 1000, not -1.'],
    [{ body: 'a'.repeat(10_001) }, 'The body’s length is 0 to 10000, not 10001.'],
    [{ variables: Array.from({ length: 101 }, () => 'a') }, 'The number of variables is 0 to 100, not 101.'],
    [{ variables: ['a', 'a'.repeat(10_001)] }, 'The length of variables.1 is 0 to 10000, not 10001.'],
    [{ name: 'a'.repeat(10_001) }, 'The name’s length is 0 to 10000, not 10001.'],
  ])('refuses what is out of bounds', async (different, message) => {
    const input = { action: 'DIRECT_MESSAGE', body: 'a', ...different };
    const { errors } = await api.ask(key, LINT, { input });
    expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('previewTemplate', () => {
  const BODY =
    'Hi {{ first_name }}, I read your post on {{ topic }}{% if company %} at {{ company }}{% endif %}.';

  it('fills it in, tells the values that went in, and judges the text by them', async () => {
    const values = [
      { name: 'first_name', value: 'Ada' },
      { name: 'topic', value: 'looms' },
      { name: 'city', value: 'London' },
    ];
    expect(await preview({ action: 'DIRECT_MESSAGE', body: BODY, values })).toEqual({
      names: ['company', 'first_name', 'topic'],
      subject: null,
      body: 'Hi Ada, I read your post on looms.',
      variables: ['Ada', 'looms'],
      problems: [],
      lint: { maySend: true, findings: [] },
    });
  });

  it('knows that a name alone is little', async () => {
    const values = [{ name: 'first_name', value: 'Ada' }];
    const { lint: told } = await preview({
      action: 'DIRECT_MESSAGE',
      body: 'Hi {{ first_name }}, I saw your profile.',
      values,
    });
    expect(told.findings).toEqual([{ code: 'NOT_PERSONALIZED', severity: 'WARNING' }]);
  });

  it('tells what is wrong with the template, of each part, and gives no text then', async () => {
    const told = await preview({
      action: 'INMAIL',
      subject: '{{ topic | shout }}',
      body: `a\n${BODY}`,
      values: [{ name: 'first_name', value: 'Ada' }],
    });
    expect(told).toEqual({
      names: ['company', 'first_name', 'topic'],
      subject: null,
      body: null,
      variables: [],
      problems: [
        { field: 'subject', message: 'undefined filter: shout', line: 1, column: 1 },
        { field: 'body', message: 'undefined variable: topic', line: 2, column: 45 },
      ],
      lint: null,
    });
  });

  it('refuses a name that is told twice', async () => {
    const twice = { name: 'a', value: 'b' };
    const input = { action: 'DIRECT_MESSAGE', body: 'a', values: [twice, twice] };
    const { errors } = await api.ask(key, PREVIEW, { input });
    expect(errors).toMatchObject([{ message: 'Of `values`, each name is told once.' }]);
  });
});
