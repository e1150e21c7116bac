import type { TamsApp } from '../../../http/tams-app.ts';
import { searchAssets } from './assets.ts';
import { searchQueue } from './queue.ts';
import type { SearchContext } from './search-context.ts';
import { searchQueries } from './search.ts';
import { searchTranscripts } from './transcripts.ts';
import { searchTriage } from './triage.ts';
import { searchVersions } from './versions.ts';

/** Media search: finds speech, and the flow that holds it. Beyond TAMS. */
export async function searchRoutes(app: TamsApp, context: SearchContext): Promise<void> {
  searchQueries(app, context);
  searchAssets(app, context);
  searchVersions(app, context);
  searchTriage(app, context);
  searchQueue(app, context);
  await app.register(async (scope) => {
    searchTranscripts(scope, context);
  });
}
