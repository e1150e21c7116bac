import { Builder, ByteBuffer } from 'flatbuffers';
import { AlterSchemaRequest, CreateSchemaRequest, ListSchemasResponse } from '../flatbuffers/tabular.generated.ts';
import { readOrRefuse } from '../protocol/malformed.ts';
import { readList } from './lists.ts';
import { readNames } from './object-details.ts';
import type { Requests } from './requests.ts';

const LIST_KEYS = 1000;

/** The schemas of the bucket. The name of a nested one has slashes. */
export class Schemas {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** Names of the schemas within `parent`; those of the bucket itself where it is left out. */
  async list(transactionId: string, parent = ''): Promise<string[]> {
    return this.#list(transactionId, parent, undefined);
  }

  async exists(transactionId: string, name: string): Promise<boolean> {
    const slash = name.lastIndexOf('/');
    const found = await this.#list(transactionId, name.slice(0, Math.max(0, slash)), name.slice(slash + 1));
    return found.length > 0;
  }

  /** @throws VastError `conflict` where there is one of this name. */
  async create(transactionId: string, name: string): Promise<void> {
    const builder = new Builder(64);
    builder.finish(CreateSchemaRequest.createCreateSchemaRequest(builder, builder.createString('')));
    await this.#requests.run('POST', this.#requests.schemaPath(name), {
      transactionId,
      query: { schema: null },
      body: builder.asUint8Array(),
    });
  }

  async rename(transactionId: string, name: string, newName: string): Promise<void> {
    const builder = new Builder(64);
    builder.finish(AlterSchemaRequest.createAlterSchemaRequest(builder, 0));
    await this.#requests.run('PUT', this.#requests.schemaPath(name), {
      transactionId,
      query: { schema: null, 'tabular-new-schema-name': newName },
      body: builder.asUint8Array(),
    });
  }

  /** @throws VastError `conflict` where it still has tables. */
  async drop(transactionId: string, name: string): Promise<void> {
    await this.#requests.run('DELETE', this.#requests.schemaPath(name), { transactionId, query: { schema: null } });
  }

  async #list(transactionId: string, parent: string, exactly: string | undefined): Promise<string[]> {
    const options = { transactionId, query: { schema: null }, maxKeys: exactly === undefined ? LIST_KEYS : 1, exactly };
    return readList(this.#requests, this.#requests.schemaPath(parent), options, (body) =>
      readOrRefuse('a list of schemas', () => {
        const list = ListSchemasResponse.getRootAsListSchemasResponse(new ByteBuffer(body));
        return readNames(list.schemasLength(), (index) => list.schemas(index));
      }),
    );
  }
}
