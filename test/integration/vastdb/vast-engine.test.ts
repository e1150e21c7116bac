import { describeEngine } from '../../support/engine-suite.ts';
import { openEmulatedEngine } from '../../support/vastdb/emulated-engine.ts';

describeEngine('vast', openEmulatedEngine);

describeEngine('vast 5.2, without sorted tables', () => openEmulatedEngine({ version: '5.2.0.1' }));
