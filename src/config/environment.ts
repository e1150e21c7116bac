import type { TextSyntax } from './text-syntax.ts';

const SHOWN_MAX = 80;

/** A configuration that the server cannot start with. The message is one line that names what is wrong. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

interface IntegerRange {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Reads environment variables strictly: an empty one counts as not set, and a wrong one is a
 * ConfigError, never a default.
 */
export class Environment {
  readonly #variables: NodeJS.ProcessEnv;

  constructor(variables: NodeJS.ProcessEnv) {
    this.#variables = variables;
  }

  text(name: string): string | undefined {
    const value = this.#variables[name];
    return value === '' ? undefined : value;
  }

  parsed<Value>(name: string, syntax: TextSyntax<Value>): Value | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parseAs(name, text, syntax);
  }

  integer(name: string, range: IntegerRange): number {
    const { min, max } = range;
    const parse = (text: string): number | undefined => {
      const value = /^(0|[1-9][0-9]*)$/.test(text) ? Number(text) : NaN;
      return value >= min && value <= max ? value : undefined;
    };
    return this.parsed(name, { parse, takes: `a whole number from ${min} to ${max}` }) ?? range.default;
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const parse = (text: string): Choice | undefined => choices.find((choice) => choice === text);
    return this.parsed(name, { parse, takes: choices.join(' or ') });
  }

  flag(name: string): boolean | undefined {
    const choice = this.choice(name, ['true', 'false']);
    return choice === undefined ? undefined : choice === 'true';
  }
}

/** Reads the text of a variable, or of another named setting; ConfigError when it is not of this syntax. */
export function parseAs<Value>(name: string, text: string, syntax: TextSyntax<Value>): Value {
  const value = syntax.parse(text);
  if (value !== undefined) return value;
  // A text with an @ may be an address that carries a password.
  const hidden = syntax.secret === true || text.includes('@');
  throw new ConfigError(`${name} takes ${syntax.takes}, not ${hidden ? 'the value that it has' : shown(text)}.`);
}

function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text);
}
