import type { ExrFileService } from './exr-file-service.ts';
import type { ExrInspectionService } from './exr-inspection-service.ts';
import type { ExrRegistrationService } from './exr-registration-service.ts';
import type { ExrSequenceService } from './exr-sequence-service.ts';
import type { ExrValidationService } from './exr-validation-service.ts';

/** What the HTTP layer calls for EXR metadata, over what one principal may see. */
export interface ExrServices {
  readonly inspection: ExrInspectionService;
  readonly files: ExrFileService;
  readonly sequences: ExrSequenceService;
  readonly validation: ExrValidationService;
  readonly registration: ExrRegistrationService;
}
