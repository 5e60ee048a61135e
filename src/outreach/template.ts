import {
  AssertionError,
  type Context,
  type Emitter,
  Liquid,
  LiquidError,
  type Template as Parsed,
  toValue,
} from 'liquidjs';
import { inTime } from './in-time.js';

/** UTF-16 code units of a template, markup and all. */
export const TEMPLATE_LENGTH_MAX = 10_000;
/** Values that a template is filled in with. */
export const TEMPLATE_VALUES_MAX = 100;

/** How much a template may make a process do: milliseconds, and memory in units of the library, about a character each. */
const RENDER_MS_MAX = 100;
const MEMORY_MAX = 100_000;
/** Whatever it is about. The library looks at the clock between the parts of a template, and not within one of them. */
const READ_MS_MAX = 500;
const FILL_MS_MAX = 200;

/**
 * Liquid as texts need it: values, filters, conditions. No other template can be read from one, and a name that has no
 * value is an error, as is a filter that there isn't.
 */
const LIQUID = new Liquid({
  strictVariables: true,
  strictFilters: true,
  // `{% if company %}` asks whether there is one.
  lenientIf: true,
  ownPropertyOnly: true,
  parseLimit: TEMPLATE_LENGTH_MAX,
  renderLimit: RENDER_MS_MAX,
  memoryLimit: MEMORY_MAX,
  templates: {},
  timezoneOffset: 0,
  locale: 'en',
});
for (const tag of ['include', 'render', 'layout', 'block', 'tablerow', 'increment', 'decrement', 'cycle']) {
  delete LIQUID.tags[tag];
}
// They work out an expression for each of many items, and nobody looks at the time in between.
for (const filter of ['where_exp', 'reject_exp', 'group_by_exp', 'has_exp', 'find_exp', 'find_index_exp']) {
  delete LIQUID.filters[filter];
}

/** What a template writes, captured or told, takes memory as well: the library counts what filters make alone. */
class Written implements Emitter {
  buffer = '';

  constructor(private readonly context: Context) {}

  write(written: unknown): void {
    const text = toText(written);
    this.context.memoryLimit.use(text.length);
    this.buffer += text;
  }
}

type Plain = string | number | boolean;

/** As the library writes what is no text. */
function toText(written: unknown): string {
  const value = toValue(written) as Plain | Plain[] | null | undefined;
  if (Array.isArray(value)) return value.map(toText).join('');
  return String(value ?? '');
}

const { renderer } = LIQUID;
const renderTemplates = renderer.renderTemplates.bind(renderer);
renderer.renderTemplates = (templates, context, emitter = new Written(context)) =>
  renderTemplates(templates, context, emitter);

/** What is wrong with a template. */
export interface TemplateProblem {
  /** Of the library, in English, without a position. */
  readonly message: string;
  /** Counted from 1; null where it is of the template as a whole. */
  readonly line: number | null;
  readonly column: number | null;
}

/** A template that was read. */
export interface Template {
  /** The names that it takes values of, in order, each once. */
  readonly names: readonly string[];
  readonly parsed: readonly Parsed[];
}

export type Filled = { readonly text: string; readonly values: readonly string[] } | TemplateProblem;

export function readTemplate(text: string): Template | TemplateProblem {
  if (text.length > TEMPLATE_LENGTH_MAX) {
    const message = `A template is at most ${TEMPLATE_LENGTH_MAX} characters long; this one has ${text.length}.`;
    return { message, line: null, column: null };
  }
  return bounded(READ_MS_MAX, () => {
    const parsed = LIQUID.parse(text);
    return { parsed, names: LIQUID.globalVariablesSync(parsed).toSorted() };
  });
}

/**
 * The text for one person, and which of the values went into it: a name that is told but not used is no value of the
 * text. What is blank counts as not told.
 */
export function fillIn(template: Template, values: ReadonlyMap<string, string>): Filled {
  const told = [...values].filter(([, value]) => value.trim() !== '');
  return bounded(FILL_MS_MAX, () => {
    const text: unknown = LIQUID.renderSync([...template.parsed], Object.fromEntries(told));
    return {
      text: String(text),
      values: told.filter(([name]) => template.names.includes(name)).map(([, value]) => value),
    };
  });
}

function bounded<T extends object>(ms: number, work: () => T): T | TemplateProblem {
  const made: T[] = [];
  try {
    inTime(ms, () => {
      made.push(work());
    });
  } catch (error) {
    return problemOf(error);
  }
  return made[0] ?? { message: 'template render limit exceeded', line: null, column: null };
}

export function isProblem(read: Template | Filled | TemplateProblem): read is TemplateProblem {
  return 'message' in read;
}

function problemOf(error: unknown): TemplateProblem {
  // The engine's own bounds: how deep calls lie in each other, how long a text is.
  if (error instanceof RangeError) {
    return { message: 'template lies too deep in itself, or makes too much', line: null, column: null };
  }
  // A bound of the library's own that was found to be over between two parts of a template.
  if (error instanceof AssertionError) return { message: error.message, line: null, column: null };
  if (!LiquidError.is(error)) throw error;
  const [line = null, column = null] = error.token.getPosition();
  // The library ends its messages with what this tells apart.
  return { message: error.message.replace(/, line:\d+.*$/s, ''), line, column };
}
