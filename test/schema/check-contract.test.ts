import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { compareWithContract, type ContractReport, main } from '../../scripts/check-contract.js';

const CONTRACT = readFileSync('docs/contract.graphql', 'utf8');
const CONTRACT_SCHEMA = buildSchema(CONTRACT);

/** The report on the contract itself, after one change to its text. */
function reportAfter(find: string | RegExp, replacement: string): ContractReport {
  const changed = CONTRACT.replace(find, replacement);
  expect(changed).not.toBe(CONTRACT);
  return compareWithContract(CONTRACT_SCHEMA, buildSchema(changed));
}

describe('the check of the contract', () => {
  it('finds nothing in the contract itself', () => {
    expect(compareWithContract(CONTRACT_SCHEMA, buildSchema(CONTRACT))).toMatchObject({
      differences: [],
      missing: [],
    });
  });

  it.each([
    [
      'a default',
      'holdSeconds: Int = 900',
      'holdSeconds: Int = 901',
      'ReserveInput.holdSeconds: the default is 901, the contract says 900.',
    ],
    [
      'a default of an enum',
      'ConnectionDegree = UNKNOWN',
      'ConnectionDegree = FIRST',
      'RecipientInput.degree: the default is FIRST, the contract says UNKNOWN.',
    ],
    [
      'a default that is gone',
      'history: SeatHistory = UNKNOWN',
      'history: SeatHistory',
      'AddSeatInput.history: the default is none, the contract says UNKNOWN.',
    ],
    [
      'a default that is new',
      'seats(first: Int, after: String, clientAccountId',
      'seats(first: Int = 20, after: String, clientAccountId',
      'Query.seats(first:): the default is 20, the contract says none.',
    ],
    [
      'an empty list as default',
      'limits: [LimitInput!] = []',
      'limits: [LimitInput!]',
      'CreatePlanInput.limits: the default is none, the contract says [].',
    ],
    [
      'a field that may be null now',
      'holderName: String!\n',
      'holderName: String\n',
      'Seat.holderName: the type is String, the contract says String!.',
    ],
    [
      'a field that may not be null now',
      'holderAgreedOn: Date\n  "Normal',
      'holderAgreedOn: Date!\n  "Normal',
      'Seat.holderAgreedOn: the type is Date!, the contract says Date.',
    ],
    [
      'items of a list that may be null',
      'reasons: [Reason!]!',
      'reasons: [Reason]!',
      'Decision.reasons: the type is [Reason]!, the contract says [Reason!]!.',
    ],
    [
      'another type',
      'asOf: DateTime!',
      'asOf: Date!',
      'Usage.asOf: the type is Date!, the contract says DateTime!.',
    ],
    [
      'an input that is required now',
      'campaignId: ID\n  message: MessageInput\n  "For',
      'campaignId: ID!\n  message: MessageInput\n  "For',
      'DecisionInput.campaignId: the type is ID!, the contract says ID.',
    ],
    [
      'an input that is not required now',
      'body: String!',
      'body: String',
      'MessageInput.body: the type is String, the contract says String!.',
    ],
    [
      'an argument that is required now',
      'policy(at: DateTime)',
      'policy(at: DateTime!)',
      'Query.policy(at:): the type is DateTime!, the contract says DateTime.',
    ],
    [
      'an argument of another type',
      'limits(scopeId: ID!)',
      'limits(scopeId: String!)',
      'Query.limits(scopeId:): the type is String!, the contract says ID!.',
    ],
    [
      'a new required argument',
      'apiKeys(first: Int, ',
      'apiKeys(of: ID!, first: Int, ',
      'REQUIRED_ARG_ADDED: A required arg of on Query.apiKeys was added.',
    ],
    [
      'a new required input',
      'input SeatInput { seatId: ID!',
      'input SeatInput { why: String! seatId: ID!',
      'REQUIRED_INPUT_FIELD_ADDED: A required field why on input type SeatInput was added.',
    ],
    [
      'a type of another kind',
      'scalar LocalTime',
      'enum LocalTime { NOON }',
      'TYPE_CHANGED_KIND: LocalTime changed from a Scalar type to an Enum type.',
    ],
    [
      'an object that is no node any more',
      'type Seat implements Node',
      'type Seat',
      'IMPLEMENTED_INTERFACE_REMOVED: Seat no longer implements interface Node.',
    ],
  ])('refuses %s', (_what, find, replacement, difference) => {
    expect(reportAfter(find, replacement).differences).toEqual([difference]);
  });

  it.each([
    ['a field', '  holdsExpiredToday: Int!\n', '', 'Seat.holdsExpiredToday'],
    ['an argument', ', minLevel: UsageLevel', '', 'Query.seats(minLevel:)'],
    ['an input', /"Where the [^"]*"\s*creditsPerMonth: Int/, '', 'AddSeatInput.creditsPerMonth'],
    ['a value', 'ACTION_NOT_IN_TIER', '', 'ReasonCode.ACTION_NOT_IN_TIER'],
    ['a member of a union', '| ResyncRequired', '', 'AlertEvent | ResyncRequired'],
  ])('lists %s that is not there yet, and lets it pass', (_what, find, replacement, missing) => {
    const report = reportAfter(find, replacement);
    expect(report.missing).toContain(missing);
    expect(report.differences).toEqual([]);
  });

  it('sees a renamed value as missing, not as the same', () => {
    const report = reportAfter('REINVITE_EMBARGO', 'REINVITATION_EMBARGO');
    expect(report.missing).toEqual(['ReasonCode.REINVITE_EMBARGO']);
  });

  it('lists a type that is not there yet, and nothing of what is inside', () => {
    const report = reportAfter(/type AlertRaised [^]*?\n(?=")|\bAlertRaised \| /g, '');
    expect(report.missing).toEqual(['AlertEvent | AlertRaised', 'AlertRaised']);
  });

  it('lets pass what is added: fields, optional arguments and inputs, values, types', () => {
    const added = CONTRACT.replace('type Viewer {', 'type Viewer { viewerCanReserve: Boolean!')
      .replace('apiKeys(first: Int,', 'apiKeys(search: String, first: Int,')
      .replace('input SeatInput {', 'input SeatInput { note: String')
      .replace('enum Outcome {', 'enum Outcome { DEFERRED')
      .concat('type Extra { id: ID! }');
    const report = compareWithContract(CONTRACT_SCHEMA, buildSchema(added));
    expect(report).toMatchObject({ differences: [], missing: [] });
  });

  it('names what is described in other words, or in none', () => {
    expect(reportAfter('"For ROLLING."', '"Seconds."').describedOtherwise).toContain('Window.seconds');
    expect(reportAfter('"For ROLLING."', '').describedOtherwise).toContain('Window.seconds');
    const same = compareWithContract(CONTRACT_SCHEMA, buildSchema(CONTRACT));
    expect(same.describedOtherwise).not.toContain('Window.seconds');
    expect(same.describedOtherwise).toContain('Window.kind');
  });
});

describe('the command', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'contract-'));
    jest.spyOn(console, 'log').mockImplementation(() => undefined);
  });

  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  function published(text: string): string {
    const path = join(folder, 'schema.graphql');
    writeFileSync(path, text);
    return path;
  }

  function missing(...names: string[]): string {
    const path = join(folder, 'missing.txt');
    writeFileSync(path, names.map((name) => `${name}\n`).join(''));
    return path;
  }

  const WITHOUT_A_FIELD = CONTRACT.replace('  holdsExpiredToday: Int!\n', '');
  const OURS = 'docs/contract.graphql';

  it('exits with 0 where nothing differs, and what is missing is named', () => {
    expect(main([published(WITHOUT_A_FIELD), OURS, missing('Seat.holdsExpiredToday')])).toBe(0);
  });

  it('exits with 1 where something is missing that is not named: it was there', () => {
    const list = missing('Seat.openProfile');
    expect(main([published(WITHOUT_A_FIELD), OURS, list])).toBe(1);
    expect(console.log).toHaveBeenCalledWith(
      `Missing, and not named in ${list} (1):\n  Seat.holdsExpiredToday`,
    );
  });

  it('exits with 1 where something is named that is there', () => {
    const list = missing('Seat.holdsExpiredToday');
    expect(main([published(CONTRACT), OURS, list])).toBe(1);
    expect(console.log).toHaveBeenCalledWith(
      `There by now: take it out of ${list} (--update) (1):\n  Seat.holdsExpiredToday`,
    );
  });

  it('takes out of the list what is there, and never puts anything in', () => {
    const list = missing('Seat.holderName', 'Seat.holdsExpiredToday');
    expect(main(['--update', published(WITHOUT_A_FIELD), OURS, list])).toBe(0);
    expect(readFileSync(list, 'utf8')).toBe('Seat.holdsExpiredToday\n');
    expect(
      main(['--update', published(WITHOUT_A_FIELD.replace('  holderName: String!\n', '')), OURS, list]),
    ).toBe(1);
    expect(readFileSync(list, 'utf8')).toBe('Seat.holdsExpiredToday\n');
  });

  it('exits with 1 where something is missing and it should be complete', () => {
    const list = missing('Seat.holdsExpiredToday');
    expect(main(['--complete', published(WITHOUT_A_FIELD), OURS, list])).toBe(1);
    expect(main(['--complete', published(CONTRACT), OURS, list])).toBe(0);
  });

  it('knows its flags, and no others', () => {
    expect(() => main(['--compleet', published(CONTRACT)])).toThrow('There is no --compleet');
  });

  it('exits with 1 where something differs, and says what', () => {
    expect(main([published(CONTRACT.replace('= 900', '= 600')), OURS, missing()])).toBe(1);
    expect(console.log).toHaveBeenCalledWith(
      expect.stringContaining('ReserveInput.holdSeconds: the default is 600'),
    );
  });

  it('says which file it can not read', () => {
    expect(() => main([join(folder, 'nothing.graphql')])).toThrow(
      /nothing\.graphql can't be read as a schema: Error: ENOENT/,
    );
    expect(() => main([published('type Query {')])).toThrow(
      /schema\.graphql can't be read as a schema: Syntax Error/,
    );
  });
});
