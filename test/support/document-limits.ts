import type { DocumentLimits } from '../../src/tams/documents/document-limits.ts';

/** For services that are made without a configuration. */
export const TEST_LIMITS: DocumentLimits = { maxBytes: 1_000_000, maxItems: 1_000 };
