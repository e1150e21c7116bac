import { runDemo } from '../run-demo.ts';
import { tellExrStory } from './exr-story.ts';
import { tellSearchStory } from './search-story.ts';

await runDemo({
  opening: 'Finds speech and rendered frames, and the segments that hold them.',
  closing: 'Go on: docs/search.md and docs/exr.md say what else can be asked.',
  tell: async (api, narrator, clip) => {
    await tellSearchStory(api, narrator, clip);
    await tellExrStory(api, narrator);
  },
});
