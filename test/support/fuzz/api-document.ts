import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { openApiText } from '../../../openapi/document.ts';

export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly schema: Schema;
}

interface Response {
  readonly headers?: Readonly<Record<string, { readonly schema: Schema }>>;
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

export interface ApiOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** By media type; empty where the operation takes none. */
  readonly bodies: Readonly<Record<string, Schema>>;
  readonly responses: Readonly<Record<string, Response>>;
}

interface Item {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
  readonly responses: Readonly<Record<string, Response>>;
}

/** The server's own OpenAPI document: what may be sent, and what may come back. */
export class ApiDocument {
  readonly operations: readonly ApiOperation[];
  readonly #components: Readonly<Record<string, Schema>>;
  readonly #validators = new Map<Schema, ValidateFunction>();
  readonly #ajv = new Ajv2020({ strict: false, validateSchema: false });

  private constructor(text: string) {
    const document = JSON.parse(text) as {
      paths: Record<string, Record<string, Item>>;
      components: { schemas: Record<string, Schema> };
    };
    this.#components = document.components.schemas;
    ajvFormats.default(this.#ajv);
    this.#ajv.addSchema({ ...document, $id: 'api' });
    this.operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        parameters: operation.parameters ?? [],
        bodies: Object.fromEntries(
          Object.entries(operation.requestBody?.content ?? {}).map(([type, { schema = {} }]) => [type, schema]),
        ),
        responses: operation.responses,
      })),
    );
  }

  /** @param version of TAMS; that of the root unless given */
  static async read(version?: string): Promise<ApiDocument> {
    return new ApiDocument(await openApiText(version));
  }

  resolve(schema: Schema): Schema {
    const reference = schema['$ref'];
    return typeof reference === 'string' ? (this.#components[reference.split('/').at(-1) ?? ''] ?? {}) : schema;
  }

  /** What is wrong with an answer; nothing where it is as the document says. */
  faults(operation: ApiOperation, answer: { status: number; headers: Headers; text: string }): string[] {
    const { status, headers, text } = answer;
    const response =
      operation.responses[String(status)] ?? (status >= 400 ? operation.responses['default'] : undefined);
    if (status >= 500 || response === undefined) return [`status ${status}: ${text.slice(0, 300)}`];
    const faults = Object.entries(response.headers ?? {}).flatMap(([name, { schema }]) => {
      const value = headers.get(name);
      return value === null ? [] : this.#check(this.#headerValue(schema, value), schema, `header ${name}`);
    });
    if (operation.method === 'HEAD' || response.content === undefined) {
      return text === '' ? faults : [...faults, `a body where none is documented: ${text.slice(0, 200)}`];
    }
    const type = headers.get('content-type')?.split(';', 1)[0] ?? '';
    const schema = response.content[type]?.schema;
    if (schema === undefined) return [...faults, `undocumented content type ${type}`];
    if (type !== 'application/json') return faults;
    return [...faults, ...this.#check(JSON.parse(text), schema, 'body')];
  }

  #headerValue(schema: Schema, text: string): unknown {
    return ['integer', 'boolean'].includes(String(this.resolve(schema)['type'])) ? (JSON.parse(text) as unknown) : text;
  }

  #check(value: unknown, schema: Schema, where: string): string[] {
    let validate = this.#validators.get(schema);
    if (validate === undefined) {
      validate = this.#ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')) as Schema);
      this.#validators.set(schema, validate);
    }
    if (validate(value)) return [];
    return [`${where}: ${this.#ajv.errorsText(validate.errors)}: ${JSON.stringify(value).slice(0, 300)}`];
  }
}
