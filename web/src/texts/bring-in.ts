/** A line for a shell: a name in quotes that nothing in it ends. */
const quoted = (name: string): string => `'${name.replaceAll("'", `'\\''`)}'`;

/** Texts of "bring in". */
export const texts = {
  title: 'Bring in',
  drop: {
    lead: 'Drop video or audio files, or cuts, here',
    how: 'They are cut into segments in the browser, without coding anything anew, and go straight to the store. A cut of OpenTimelineIO (.otio) becomes a flow that uses the objects of others.',
    choose: 'Choose files',
  },
  demo: {
    load: 'Load the demo clip',
    making: 'Making the demo clip',
    name: 'Demo clip.mp4',
    cannot: 'This browser cannot code a clip: npm run demo -- --keep shows one on a server of its own.',
    insecure:
      'Browsers code video only by HTTPS or on the machine of the server: npm run demo -- --keep shows a clip on a server of its own.',
  },
  notKept:
    'This browser keeps no notes, as in private windows: what is not done when the page closes has to be brought in anew.',
  cutWarnings: 'The flow is there, and differs from the cut:',
  startAll: 'Bring in all',
  start: 'Bring in',
  goOn: 'Go on',
  pause: 'Pause',
  retry: 'Try again',
  remove: 'Remove',
  forget: 'Forget',
  open: 'Open',
  label: 'Label',
  files: 'Files',
  phases: {
    reading: 'reading',
    refused: 'cannot be brought in',
    ready: 'ready',
    waiting: 'waiting',
    running: 'on its way',
    paused: 'paused',
    failed: 'stopped',
    away: 'begun earlier',
    done: 'done',
  },
  away: 'An earlier visit began with this file. The browser needs it again to go on.',
  awayHandle: 'An earlier visit began with this file. The browser asks whether it may read it again.',
  columns: ['Track', 'Codec', 'Essence', 'Duration', 'Becomes'],
  becomes: (segments: number): string => `a flow of about ${segments} ${segments === 1 ? 'segment' : 'segments'}`,
  isCollected: (count: number): string => `One flow collects the ${count}.`,
  notPlayed: 'kept as it is; HLS players do not play it',
  elsewhere: 'To bring it in with ffmpeg, run this beside the file, in a clone of the project:',
  pictures: (width: number, height: number, rate: string): string => `${width} x ${height}${rate}`,
  rate: (numerator: number, denominator: number): string =>
    `, ${Number((numerator / denominator).toFixed(3))} frames/s`,
  variableRate: ', variable rate',
  sound: (rate: number, channels: number): string => `${rate / 1000} kHz, ${channels} ch`,
  progress: (name: string): string => `Progress of ${name}`,
  speed: (megabytes: string): string => `${megabytes} MB/s`,
  left: (time: string): string => `${time} left`,
  otherTab: 'Another tab of this browser brings this file in.',
  otherFile: (name: string): string => `The file at the place of ${name} has changed since.`,
  notAllowed: 'The browser was not allowed to read the file.',
  emptyFile: (name: string): string => `${name} is empty.`,
  unknownFormat: (name: string): string => `${name} is of a format that the browser cannot take apart.`,
  damaged: (name: string, why: string): string => `${name} cannot be read: ${why}`,
  noTracks: (name: string): string =>
    `${name} names no tracks: it is cut off, or its index is missing. Nothing of it can be brought in.`,
  noTrackFits: (name: string): string => `${name} has no track of pictures or sound that the browser can cut.`,
  noFrames: (name: string, track: string): string =>
    `${name}: ${track} has no frames. The file is cut off, or damaged.`,
  cutOff: (name: string, told: string, found: string): string =>
    `${name} is cut off: it says that it ends at ${told} s, and its media end at ${found} s.`,
  cutOffTrack: (name: string, track: string): string => `${name} is cut off: the last frame of ${track} is not whole.`,
  cutOffAt: (name: string, track: string, seconds: number): string =>
    `${name} is cut off: the frame of ${track} at ${seconds.toFixed(3)} s is not whole.`,
  changed: (name: string): string => `${name} is not the file that was begun with: it has other frames.`,
  noKeyFrames: (name: string, track: string): string => `${name}: ${track} has no key frame to cut at for 512 MiB.`,
  codecLeftOut: (codec: string): string => `left out: the browser cannot cut ${codec}`,
  kindLeftOut: 'left out: pictures and sound are taken',
  unknownCodec: 'an unknown codec',
  uploadRefused: (host: string, status: number): string => `The media store at ${host} refused an upload (${status}).`,
  uploadUnanswered: (host: string): string =>
    `The media store at ${host} does not answer this page. If it is up, its CORS rules lack PUT from here.`,
  segmentRefused: (track: string, why: string): string => `The server refused a segment of ${track}: ${why}`,
  noReason: 'no reason given',
  nothingAllocated: 'The server allocated no object.',
  notRegistered: (track: string, count: number): string => `${count} segments of ${track} are not registered.`,
  /** The command to run instead, where the browser cannot. */
  ingestLine: (url: string, name: string): string => `npm run mgmt -- ingest --url ${url} ${quoted(name)}`,
};
