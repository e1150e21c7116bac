import { describeFullText } from '../../support/engine-suite/full-text.ts';
import { openTemporaryEngine } from '../../support/vastdb/temporary-engine.ts';

describeFullText('the embedded engine', openTemporaryEngine);
