import { runDemo } from './run-demo.ts';
import { tellStory } from './story.ts';

await runDemo({
  opening: 'A time-addressable media store, start to finish, with a clip of 6 seconds.',
  closing: 'Go on: `npm start` serves the API on http://127.0.0.1:8000, with its documentation at /docs.',
  tell: tellStory,
});
