import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { TimeRange } from '../../../../src/shared/time/timerange.ts';
import { startChromium } from '../../../support/chromium.ts';
import type { Segment } from '../../../support/tams-client.ts';

const run = promisify(execFile);
const HLS_JS = createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js');

/** How long a segment lasts, in seconds. */
const seconds = ({ timerange }: Segment): number => {
  const { startNs, endNs } = TimeRange.parse(timerange);
  return Number((endNs ?? 0n) - (startNs ?? 0n)) / 1e9;
};

/** An HLS playlist of the segments of a flow, as a client makes it that knows nothing but the API. */
export function playlistOf(segments: readonly Segment[]): string {
  const entries = segments.map((segment, index) => {
    const isContinued = index === 0 || segment.ts_offset === segments[index - 1]?.ts_offset;
    const discontinuity = isContinued ? '' : '#EXT-X-DISCONTINUITY\n';
    return `${discontinuity}#EXTINF:${seconds(segment).toFixed(6)},\n${segment.get_urls[0]?.url ?? ''}\n`;
  });
  const target = Math.ceil(Math.max(...segments.map(seconds)));
  return `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:${target}\n#EXT-X-PLAYLIST-TYPE:VOD\n${entries.join('')}#EXT-X-ENDLIST\n`;
}

/** How many pictures ffmpeg decodes of a playlist, and what it warns of. */
export async function decode(file: string, playlist: string): Promise<{ pictures: number; warnings: string }> {
  await writeFile(file, playlist);
  const input = ['-protocol_whitelist', 'file,http,tcp', '-i', file];
  const played = await run('ffmpeg', ['-v', 'warning', ...input, '-map', '0:v:0', '-f', 'null', '-']);
  const counted = await run('ffprobe', [
    ...['-v', 'warning', '-count_frames', '-select_streams', 'v:0', '-show_entries', 'stream=nb_read_frames'],
    ...['-of', 'default=nokey=1:noprint_wrappers=1', ...input],
  ]);
  // A stream is named once for its program, and once for itself.
  return { pictures: Number.parseInt(counted.stdout, 10), warnings: played.stderr + counted.stderr };
}

export interface Played {
  readonly hasEnded: boolean;
  readonly currentTime: number;
  readonly duration: number;
  readonly fatal: readonly string[];
}

/** Text, since these tests know no types of browsers. */
const PLAY = `(playlist) => new Promise((resolve) => {
  const video = document.querySelector('video');
  const hls = new Hls({ enableWorker: false });
  const fatal = [];
  const done = () => resolve({ hasEnded: video.ended, currentTime: video.currentTime, duration: video.duration, fatal });
  hls.on(Hls.Events.ERROR, (_, { fatal: isFatal, details }) => {
    if (!isFatal) return;
    fatal.push(details);
    done();
  });
  video.addEventListener('ended', done);
  video.addEventListener('loadedmetadata', () => {
    video.playbackRate = 4;
    video.play();
  });
  setTimeout(done, 180_000);
  hls.loadSource(URL.createObjectURL(new Blob([playlist])));
  hls.attachMedia(video);
})`;

/** Plays a playlist with hls.js, in a page of no origin. */
export async function playInBrowser(executablePath: string, playlist: string): Promise<Played> {
  const browser = await startChromium(executablePath);
  try {
    const page = await browser.newPage();
    await page.setContent('<video muted></video>');
    await page.addScriptTag({ path: HLS_JS });
    return await page.evaluate<Played>(`(${PLAY})(${JSON.stringify(playlist)})`);
  } finally {
    await browser.close();
  }
}
