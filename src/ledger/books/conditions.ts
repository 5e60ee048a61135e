import { createHash } from 'node:crypto';
import { NAME_LENGTH_MAX, type Statement } from './connection.js';

/** 64 bits: enough to tell a thousand combinations apart. */
const DIGITS = 16;

/**
 * The conditions of a list that are asked for, and no others: one that says "or nothing is asked" for each filter has one
 * plan for all of them once PostgreSQL has settled on it, by an index that suits none. The statements differ by name, so
 * that each is parsed once a connection; there are as many as there are combinations of filters that people use.
 */
export class Conditions {
  readonly values: unknown[] = [];
  private readonly names: string[] = [];
  private readonly texts: string[] = [];

  /** Adds a condition on a value, unless it is null: nothing is asked of it then. */
  add<T>(name: string, value: T | null, textOf: (parameter: string) => string): this {
    if (value === null) return this;
    this.names.push(name);
    this.texts.push(textOf(this.parameter(value)));
    return this;
  }

  /** A parameter for a value, that is no condition by itself. */
  parameter(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  /** The statement of these conditions; `rest` is what follows WHERE. */
  statement(name: string, select: string, rest: string): Statement {
    return {
      name: this.named(name),
      text: `${select}\nWHERE ${this.texts.join(' AND ')}\n${rest}`,
    };
  }

  /** By its conditions; where that is longer than PostgreSQL tells apart, by what stands for them. */
  private named(name: string): string {
    const whole = [name, ...this.names].join(' ');
    if (whole.length <= NAME_LENGTH_MAX) return whole;
    return `${name} ${createHash('sha256').update(whole).digest('hex').slice(0, DIGITS)}`;
  }
}
