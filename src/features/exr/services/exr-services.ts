import type { ExrFileService } from './exr-file-service.ts';
import type { ExrInspectionService } from './exr-inspection-service.ts';
import type { ExrRegistrationService } from './exr-registration-service.ts';
import type { ExrSequenceService } from './exr-sequence-service.ts';
import type { ExrValidationService } from './exr-validation-service.ts';

/** EXR services for the HTTP layer, over one principal's view. */
export interface ExrServices {
  readonly inspection: ExrInspectionService;
  readonly files: ExrFileService;
  readonly sequences: ExrSequenceService;
  readonly validation: ExrValidationService;
  readonly registration: ExrRegistrationService;
}
