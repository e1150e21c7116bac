import { testHiddenOperations } from './support/hidden-operations.ts';

testHiddenOperations();
