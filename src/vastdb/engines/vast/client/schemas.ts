import { ByteBuffer } from 'flatbuffers';
import { ListSchemasResponse } from '../flatbuffers/tabular.generated.ts';
import { readOrRefuse } from '../protocol/malformed.ts';
import { readList, readNames } from './lists.ts';
import type { Requests } from './requests.ts';

/** The schemas of the bucket. The name of a nested one has slashes. */
export class Schemas {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  async exists(transactionId: string, name: string): Promise<boolean> {
    const slash = name.lastIndexOf('/');
    const parent = this.#requests.schemaPath(name.slice(0, Math.max(0, slash)));
    const options = { transactionId, query: { schema: null }, maxKeys: 1, exactly: name.slice(slash + 1) };
    const found = await readList(this.#requests, parent, options, (body) =>
      readOrRefuse('a list of schemas', () => {
        const list = ListSchemasResponse.getRootAsListSchemasResponse(new ByteBuffer(body));
        return readNames(list.schemasLength(), (index) => list.schemas(index));
      }),
    );
    return found.length > 0;
  }
}
