import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

/** A Kubernetes object, as far as every one is alike. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface Definition {
  type?: string | string[];
  format?: string;
  properties?: Readonly<Record<string, unknown>>;
  additionalProperties?: unknown;
  'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[];
}

/** Kubernetes' own definitions of its objects (the OpenAPI document of its API server), read strictly: no unknown field. */
export class KubernetesSchema {
  readonly #ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  readonly #names = new Map<string, string>();

  constructor(file: string) {
    const { definitions } = JSON.parse(readFileSync(file, 'utf8')) as { definitions: Record<string, Definition> };
    for (const [name, definition] of Object.entries(definitions)) {
      if (definition.format === 'int-or-string') definition.type = ['integer', 'string'];
      if (definition.properties !== undefined) definition.additionalProperties ??= false;
      for (const { group, version, kind } of definition['x-kubernetes-group-version-kind'] ?? []) {
        this.#names.set(`${group === '' ? '' : `${group}/`}${version} ${kind}`, name);
      }
    }
    this.#ajv.addSchema({ $id: 'kubernetes', definitions });
  }

  /** What is wrong with an object, or undefined for a kind that is not Kubernetes' own. */
  problems({ apiVersion, kind, ...rest }: Manifest): string[] | undefined {
    const name = this.#names.get(`${apiVersion} ${kind}`);
    if (name === undefined) return undefined;
    const validate = this.#ajv.getSchema(`kubernetes#/definitions/${name}`);
    if (validate === undefined) throw new Error(`${name} cannot be read`);
    if (validate({ apiVersion, kind, ...rest }) === true) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`,
    );
  }
}
