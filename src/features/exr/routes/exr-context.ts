import type { Asker, RouteContext } from '../../../tams/route-context.ts';
import type { ExrFileService } from '../services/exr-file-service.ts';
import type { ExrInspectionService } from '../services/exr-inspector.ts';
import type { ExrRegistrationService } from '../services/exr-registration-service.ts';
import type { ExrSequenceService } from '../services/exr-sequence-service.ts';
import type { ExrValidationService } from '../services/exr-validation-service.ts';

/** EXR services for the HTTP layer, over one principal's view. */
export interface ExrServices {
  readonly inspection: ExrInspectionService;
  readonly files: ExrFileService;
  readonly sequences: ExrSequenceService;
  readonly validation: ExrValidationService;
  readonly registration: ExrRegistrationService;
}

export interface ExrContext extends Pick<RouteContext, 'paging'> {
  /** Services over the view of the request's principal. */
  readonly exr: (request: Asker) => ExrServices;
}
