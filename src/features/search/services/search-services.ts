import type { AssetService } from './asset-service.ts';
import type { ObjectEvents } from './object-events.ts';
import type { QueryService } from './query-service.ts';
import type { QueueService } from './queue-service.ts';
import type { TranscriptService } from './transcript-service.ts';
import type { TriageService } from './triage-service.ts';
import type { VersionService } from './version-service.ts';

/** Media search, a service per resource. */
export interface SearchServices {
  readonly queries: QueryService;
  readonly assets: AssetService;
  readonly versions: VersionService;
  readonly transcripts: TranscriptService;
  readonly triage: TriageService;
  readonly queue: QueueService;
  readonly events: Pick<ObjectEvents, 'handleAll'>;
}
