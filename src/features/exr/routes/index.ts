import type { TamsApp } from '../../../http/tams-app.ts';
import { exrChecks } from './exr-checks.ts';
import type { ExrContext } from './exr-context.ts';
import { exrFiles } from './exr-files.ts';
import { exrInspection, exrUpload } from './exr-inspection.ts';

/** Larger headers are refused by the parser too. */
const UPLOAD_MAX_BYTES = 16 * 1024 * 1024;

/** Metadata of EXR files, beyond TAMS. */
export async function exrRoutes(app: TamsApp, context: ExrContext): Promise<void> {
  exrInspection(app, context);
  exrFiles(app, context);
  exrChecks(app, context);
  await app.register(async (uploads: TamsApp) => {
    uploads.removeAllContentTypeParsers();
    const types = ['application/octet-stream', 'image/x-exr'];
    uploads.addContentTypeParser(types, { parseAs: 'buffer', bodyLimit: UPLOAD_MAX_BYTES }, (_request, body, done) => {
      done(null, body);
    });
    exrUpload(uploads, context);
  });
}
