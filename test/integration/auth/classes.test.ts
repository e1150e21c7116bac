import { testAccessByTags } from './support/access-by-tags.ts';

testAccessByTags();
