import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import type { DefinitionFacts, Json, OperationFacts, Version } from '../fixtures/tams/facts.ts';

/** A published version of TAMS, as far as tests need it, with validators of its schemas. */
export class TamsSpec {
  readonly operations: readonly OperationFacts[];
  readonly #facts: DefinitionFacts;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #validators = new Map<Json, ValidateFunction>();

  constructor(version: Version = '7.0') {
    const file = join(import.meta.dirname, `../fixtures/tams/${version}.json`);
    this.#facts = JSON.parse(readFileSync(file, 'utf8')) as DefinitionFacts;
    this.operations = this.#facts.operations;
    ajvFormats.default(this.#ajv);
    for (const [name, schema] of Object.entries(this.#facts.schemas)) this.#ajv.addSchema(schema, name);
  }

  operation(method: string, path: string): OperationFacts {
    const found = this.operations.find((one) => one.method === method.toLowerCase() && one.path === path);
    if (found === undefined) throw new Error(`TAMS ${this.#facts.version} has no ${method} ${path}`);
    return found;
  }

  get exampleNames(): string[] {
    return Object.keys(this.#facts.examples);
  }

  /** The schema of the body of an event. */
  event(type: string): Json {
    const schema = this.#facts.events[type];
    if (schema === undefined) throw new Error(`TAMS ${this.#facts.version} has no event ${type}`);
    return schema;
  }

  /** A copy that the test may change. */
  example(name: string): unknown {
    const example = this.#facts.examples[name];
    if (example === undefined) throw new Error(`there is no example ${name} of TAMS ${this.#facts.version}`);
    return structuredClone(example);
  }

  /** What is wrong with a value, in words; nothing when it is valid. */
  faults(schema: Json, value: unknown): string[] {
    let validate = this.#validators.get(schema);
    if (validate === undefined) {
      validate = this.#ajv.compile(schema);
      this.#validators.set(schema, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
  }
}
