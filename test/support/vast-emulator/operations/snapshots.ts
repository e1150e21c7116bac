import { notFound } from '../http/protocol-error.ts';
import type { Operation } from './operation.ts';

const PREFIX = '.snapshot/';

/** `GET /bucket?list_type=2&prefix=.snapshot/...&delimiter=/`: the one listing of S3 that clients of the database send. */
export const snapshotList: Operation = {
  name: 'snapshot.list',
  isTabular: false,
  run: ({ path, query }, store, { snapshots }) => {
    if (path[0] !== store.bucket) throw notFound('Bucket', path[0] ?? '');
    const after = query.get('continuation-token') ?? '';
    const matching = [...snapshots]
      .map((name) => `${PREFIX}${name}/`)
      .filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after)
      .sort();
    const page = matching.slice(0, Number(query.get('max_keys') ?? 1000));
    const isTruncated = page.length < matching.length;
    const marker = isTruncated ? (page.at(-1) ?? '') : '';
    const prefixes = page.map((key) => `<CommonPrefixes><Prefix>${key}</Prefix></CommonPrefixes>`).join('');
    const xml = `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><IsTruncated>${isTruncated}</IsTruncated><Marker>${marker}</Marker>${prefixes}</ListBucketResult>`;
    return { headers: { 'content-type': 'application/xml' }, body: Buffer.from(xml) };
  },
};
