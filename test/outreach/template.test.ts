import { fillIn, isProblem, readTemplate, TEMPLATE_LENGTH_MAX } from '../../src/outreach/template.js';

function fill(text: string, values: Record<string, string> = {}) {
  const template = readTemplate(text);
  return isProblem(template) ? template : fillIn(template, new Map(Object.entries(values)));
}

describe('a template', () => {
  it('tells which names it takes, in order and once', () => {
    expect(readTemplate('{{ b }} {% if a %}{{ a | upcase }}{% endif %} {{ b }}')).toMatchObject({
      names: ['a', 'b'],
    });
  });

  it('is filled in for one person, and tells which values went in', () => {
    expect(fill('Hi {{ first_name | capitalize }}!', { first_name: 'ada', company: 'Acme' })).toEqual({
      text: 'Hi Ada!',
      values: ['ada'],
    });
  });

  it('knows conditions and what to say instead', () => {
    const text = 'Hi {{ first_name | default: "there" }}{% if company %}, how is {{ company }}{% endif %}?';
    expect(fill(text)).toEqual({ text: 'Hi there?', values: [] });
    expect(fill(text, { first_name: ' ', company: 'Acme' })).toEqual({
      text: 'Hi there, how is Acme?',
      values: ['Acme'],
    });
  });

  it.each([
    ['a name without a value', 'Hi {{ first_name }}', 'undefined variable: first_name', 1],
    ['a value that is blank', 'a\n{{ gap }}', 'undefined variable: gap', 2],
    ['a filter that there isn’t', '{{ told | shout }}', 'undefined filter: shout', 1],
    ['a tag that is not closed', 'a\n\n{% if a %}', 'tag {% if a %} not closed', 3],
    ['another template', '{% include "x" %}', 'tag "include" not found', 1],
    ['a file', '{% render "/etc/passwd" %}', 'tag "render" not found', 1],
    ['what a value is made of', '{{ told.constructor }}', 'undefined variable: told.constructor', 1],
    [
      'more than a process should do',
      '{% for i in (1..100000000) %}x{% endfor %}',
      'memory alloc limit exceeded',
      1,
    ],
    [
      'what doubles as often as it likes',
      '{% assign a = "0123456789" %}{% for i in (1..24) %}{% capture a %}{{ a }}{{ a }}{% endcapture %}{% endfor %}',
      'memory alloc limit exceeded',
      1,
    ],
    [
      'a text that is repeated without end',
      `{% capture a %}${'x'.repeat(5_000)}{% endcapture %}{% for i in (1..2000) %}{{ a }}{% endfor %}`,
      'memory alloc limit exceeded',
      1,
    ],
    [
      'an expression for each of many items',
      '{{ told | split: "" | where_exp: "a", "a == 1" }}',
      'undefined filter: where_exp',
      1,
    ],
  ])('is refused %s, with its line', (_, text, message, line) => {
    expect(fill(text, { gap: '  ', told: 'a' })).toMatchObject({ message, line });
  });

  it.each([
    // Of numbers so large that the next one is no other.
    ['a range without an end', '{% for i in (9007199254740992..9007199254740994) %}{% endfor %}', {}],
    ['one by values', '{% for i in (a..b) %}{% endfor %}', { a: '9007199254740992', b: '9007199254740994' }],
    [
      'hundreds of questions of which each takes long',
      `{% assign b = a | split: "" %}{% if ${Array.from({ length: 500 }, () => 'b contains c').join(' or ')} %}x{% endif %}`,
      { a: 'a'.repeat(10_000), c: 'x' },
    ],
    // It is over between two parts of it, which the library tells in another way than within one.
    [
      'the same over and over',
      `{% assign b = a | split: "" %}${'{{b|sum}}'.repeat(900)}`,
      { a: 'a'.repeat(10_000) },
    ],
    [
      'a filter that looks deep into each of many',
      '{{ a | split: "" | find: b }}',
      { a: 'a'.repeat(10_000), b: `x${'[0]'.repeat(3_000)}` },
    ],
  ])('is ended in time where it asks for %s', (_, text, values) => {
    const begun = process.cpuUsage();
    expect(isProblem(fill(text, values as Record<string, string>))).toBe(true);
    expect(process.cpuUsage(begun).user).toBeLessThan(1_500_000);
  });

  it.each([
    ['a template that lies deep in itself', `{{ ${'('.repeat(4_900)}a${')'.repeat(4_900)} }}`],
    ['conditions in conditions', '{% if a %}'.repeat(470) + '{% endif %}'.repeat(470)],
    ['places in places', `{{ ${'a['.repeat(3_000)}0${']'.repeat(3_000)} }}`],
  ])('is told as what it is: %s', (_, text) => {
    expect(() => fill(text, { a: 'x' })).not.toThrow();
  });

  it('writes lists, numbers and what is empty as the library does', () => {
    expect(
      fill('{{ told | split: "-" }} {{ 1.5 | plus: 1 }} {{ told | size }} {{ nil }}.', { told: 'a-b' }),
    ).toEqual({
      text: 'ab 2.5 3 .',
      values: ['a-b'],
    });
  });

  it('has a bound', () => {
    expect(isProblem(readTemplate('a'.repeat(TEMPLATE_LENGTH_MAX)))).toBe(false);
    expect(readTemplate('a'.repeat(TEMPLATE_LENGTH_MAX + 1))).toEqual({
      message: 'A template is at most 10000 characters long; this one has 10001.',
      line: null,
      column: null,
    });
  });
});
