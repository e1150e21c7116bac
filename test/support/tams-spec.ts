import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { parse } from 'yaml';

/** The published definition of TAMS 7.0, as tests read it; it is no part of this project. */

type Json = Record<string, unknown>;

export interface SpecParameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
}

export interface SpecResponse {
  /** The schemas of the headers, by their published names. */
  readonly headers: ReadonlyMap<string, Json>;
  readonly schema: Json | undefined;
}

export interface SpecOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly SpecParameter[];
  readonly requestBody: { readonly required: boolean; readonly schema: Json; readonly examples: unknown[] } | undefined;
  readonly responses: ReadonlyMap<number, SpecResponse>;
}

const METHODS = ['get', 'head', 'put', 'post', 'delete'];
const BASE = 'tams:/7.0/';

/** Where the definition is looked for. */
const DIRECTORY = resolve(process.env['TAMS_SPEC_DIR'] ?? join(import.meta.dirname, '../../../shared/tams/7.0'));
const DEFINITION = join(DIRECTORY, 'TimeAddressableMediaStore.yaml');

/** Why tests that need the definition are skipped, or undefined when it is there. */
export const specMissing = existsSync(DEFINITION)
  ? undefined
  : `skipped: no TAMS 7.0 definition at ${DEFINITION}; set TAMS_SPEC_DIR to the folder of TimeAddressableMediaStore.yaml`;

/** The definition with its references resolved, and validators of its schemas. */
export class TamsSpec {
  readonly operations: readonly SpecOperation[];
  readonly #root: Json;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #validators = new Map<Json, ValidateFunction>();

  constructor() {
    this.#root = parse(readFileSync(DEFINITION, 'utf8')) as Json;
    ajvFormats.default(this.#ajv);
    for (const file of readdirSync(join(DIRECTORY, 'schemas'))) {
      this.#ajv.addSchema({ ...readJson(join(DIRECTORY, 'schemas', file)), $id: `${BASE}schemas/${file}` });
    }
    this.operations = Object.entries(this.#root['paths'] as Record<string, Json>).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method] !== undefined).map((method) => this.#operation(path, method, item)),
    );
  }

  operation(method: string, path: string): SpecOperation {
    const found = this.operations.find((one) => one.method === method.toLowerCase() && one.path === path);
    if (found === undefined) throw new Error(`TAMS 7.0 has no ${method} ${path}`);
    return found;
  }

  example(name: string): unknown {
    return readJson(join(DIRECTORY, 'examples', name));
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

  #operation(path: string, method: string, item: Json): SpecOperation {
    const operation = item[method] as Json;
    const parameters = [...list(item['parameters']), ...list(operation['parameters'])].map((one) => {
      const parameter = this.#resolve(one);
      return {
        name: String(parameter['name']),
        in: String(parameter['in']),
        required: parameter['required'] === true,
      };
    });
    const body = operation['requestBody'] as Json | undefined;
    const responses = Object.entries(operation['responses'] as Record<string, Json>).map(
      ([status, response]): [number, SpecResponse] => [Number(status), this.#response(this.#resolve(response))],
    );
    return {
      id: String(operation['operationId']),
      method,
      path,
      parameters,
      requestBody: body && { required: body['required'] === true, ...this.#media(body) },
      responses: new Map(responses),
    };
  }

  #response(response: Json): SpecResponse {
    const headers = Object.entries((response['headers'] ?? {}) as Record<string, Json>).map(
      ([name, header]): [string, Json] => [name, this.#absolute(header['schema']) as Json],
    );
    const hasContent = response['content'] !== undefined;
    return { headers: new Map(headers), schema: hasContent ? this.#media(response).schema : undefined };
  }

  #media(holder: Json): { schema: Json; examples: unknown[] } {
    const media = (holder['content'] as Record<string, Json>)['application/json'] ?? {};
    const named = Object.values((media['examples'] ?? {}) as Record<string, Json>).map((one) => one['value']);
    const given = media['example'] === undefined ? named : [media['example'], ...named];
    return {
      schema: this.#absolute(media['schema']) as Json,
      examples: given.map((example) => this.#exampleOf(example)),
    };
  }

  #exampleOf(example: unknown): unknown {
    if (isObject(example) && typeof example['$ref'] === 'string') return readJson(join(DIRECTORY, example['$ref']));
    // Strings are printed as JSON there.
    return typeof example === 'string' ? (JSON.parse(example) as unknown) : example;
  }

  #resolve(node: Json): Json {
    const reference = node['$ref'];
    if (typeof reference !== 'string') return node;
    return reference
      .slice(2)
      .split('/')
      .reduce<Json>((at, key) => at[key] as Json, this.#root);
  }

  /** References to files become those that the validator knows; references within the definition are put in place. */
  #absolute(node: unknown): unknown {
    if (Array.isArray(node)) return node.map((one) => this.#absolute(one));
    if (!isObject(node)) return node;
    const reference = node['$ref'];
    if (typeof reference === 'string') {
      return reference.startsWith('#') ? this.#absolute(this.#resolve(node)) : { $ref: BASE + reference };
    }
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, this.#absolute(value)]));
  }
}

function readJson(path: string): Json {
  return JSON.parse(readFileSync(path, 'utf8')) as Json;
}

function list(value: unknown): Json[] {
  return (value ?? []) as Json[];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
