import type { SecurityScheme } from '../security-schemes.ts';

/** A version of the API, and the path that it is mounted at. */
export interface ApiVersion {
  readonly path: string;
  readonly version: string;
}

export interface DocumentationOptions {
  apis: readonly ApiVersion[];
  /** The base of "try it out"; relative where it is not configured. */
  publicUrl: string | undefined;
  /** The schemes that this server accepts. */
  schemes: readonly SecurityScheme[];
  /** Groups of operations that features have. */
  tags: readonly DocumentTag[];
}

/** A group of operations in the document. */
export interface DocumentTag {
  readonly name: string;
  readonly description: string;
}

export const DOCS_PATH = '/docs';

export const documentPath = ({ path }: ApiVersion): string => `${path}/openapi.json`;

/** Pages about the API for people and programs: public, as TAMS's definition is. */
export const documentPaths = (apis: readonly ApiVersion[]): string[] => [DOCS_PATH, ...apis.map(documentPath)];
