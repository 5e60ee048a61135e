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
