import { placeholderIn } from '../../src/outreach/placeholders.js';

describe('a placeholder is', () => {
  it.each([
    ['Hi {{name}}', 4],
    ['Hi {{ first_name | capitalize }}, hello', 4],
    ['{{}}', 1],
    ['{{{name}}}', 2],
    ['{% if company %}yes{% endif %}', 1],
    ['Hi %FIRSTNAME%!', 4],
    ['Hi %FIRST_NAME%!', 4],
    ['Hi %CUSTOM_1%!', 4],
    ['Hi [Name]', 4],
    ['Hi [First Name]', 4],
    ['Hi [first-name]', 4],
    ['Hi [LAST_NAME]', 4],
    ['How is [Company]?', 8],
    ['a [1] and [your name]', 11],
    ['Hi {firstName}', 4],
    ['Hi {first_name}', 4],
    ['a {b} and {company}', 11],
  ])('in %j, at %d', (text, place) => {
    expect(placeholderIn(text)).toBe(place);
  });

  it.each([
    '',
    'Hi Ada',
    'see [1] and [sic]',
    'a [link] in brackets',
    '20%OFF% and 30% of all',
    'it rose by 5% and by 10%',
    '%lower% and %A%',
    '100%',
    'function () { return name; }',
    '{Hi|Hello} there',
    'the name [of the company that hired her]',
    '{{ over\ntwo lines }}',
    `[${'name'.repeat(50)}]`,
  ])('not in %j', (text) => {
    expect(placeholderIn(text)).toBeNull();
  });

  it('found where it begins, in UTF-16 code units', () => {
    expect(placeholderIn('👋🏽 {{name}}')).toBe('👋🏽 '.length + 1);
  });

  it('looked for in time that grows with the text alone', () => {
    const hostile = ['{{', '[name ', '%A', '{%'].map((part) => part.repeat(50_000));
    const startedAt = process.cpuUsage();
    for (const text of hostile) expect(placeholderIn(text)).toBeNull();
    expect(process.cpuUsage(startedAt).user).toBeLessThan(2_000_000);
  });
});
