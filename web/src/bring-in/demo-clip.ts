import {
  AudioSample,
  AudioSampleSource,
  BufferTarget,
  CanvasSource,
  getFirstEncodableAudioCodec,
  getFirstEncodableVideoCodec,
  Mp4OutputFormat,
  Output,
  Quality,
} from 'mediabunny';
import { texts } from '../texts/bring-in.ts';

const [WIDTH, HEIGHT, RATE, SECONDS] = [640, 360, 25, 12];
const SAMPLE_RATE = 48_000;
const BARS = ['#c0c0c0', '#c0c000', '#00c0c0', '#00c000', '#c000c0', '#c00000', '#0000c0'];

/** Whether this browser can make the clip: WebCodecs are only there by HTTPS or on this machine. */
export const canMakeClip = (): boolean => 'VideoEncoder' in globalThis && 'OffscreenCanvas' in globalThis;

/** A test clip: bars, a moving hand, the time, and a beep each second. It is made here, so that no file has to be loaded. */
export async function makeDemoClip(): Promise<File> {
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext('2d');
  const size = { width: WIDTH, height: HEIGHT };
  const videoCodec = await getFirstEncodableVideoCodec(['avc', 'vp9', 'av1'], size);
  if (context === null || videoCodec === null) throw new Error(texts.demo.cannot);
  const audioCodec = await getFirstEncodableAudioCodec(['aac', 'opus', 'flac'], {
    numberOfChannels: 1,
    sampleRate: SAMPLE_RATE,
  });
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat(), target });
  const video = new CanvasSource(canvas, { codec: videoCodec, quality: new Quality('medium'), keyFrameInterval: 1 });
  output.addVideoTrack(video, { frameRate: RATE });
  const audio = audioCodec && new AudioSampleSource({ codec: audioCodec, quality: new Quality('medium') });
  if (audio) output.addAudioTrack(audio);
  await output.start();
  for (let frame = 0; frame < RATE * SECONDS; frame++) {
    draw(context, frame);
    await video.add(frame / RATE, 1 / RATE);
    if (audio && frame % RATE === 0) {
      const sound = beep(frame / RATE);
      await audio.add(sound);
      sound.close();
    }
  }
  await output.finalize();
  return new File([target.buffer ?? new ArrayBuffer()], texts.demo.name, { type: 'video/mp4', lastModified: 0 });
}

function draw(context: OffscreenCanvasRenderingContext2D, frame: number): void {
  const bar = WIDTH / BARS.length;
  for (const [index, colour] of BARS.entries()) {
    context.fillStyle = colour;
    context.fillRect(Math.floor(index * bar), 0, Math.ceil(bar), HEIGHT);
  }
  context.fillStyle = '#101010';
  context.fillRect(0, HEIGHT * 0.7, WIDTH, HEIGHT * 0.3);
  const turn = (frame / RATE) * 2 * Math.PI;
  context.strokeStyle = '#ffffff';
  context.lineWidth = 6;
  context.beginPath();
  context.arc(80, HEIGHT * 0.85, 40, 0, 2 * Math.PI);
  context.moveTo(80, HEIGHT * 0.85);
  context.lineTo(80 + 36 * Math.sin(turn), HEIGHT * 0.85 - 36 * Math.cos(turn));
  context.stroke();
  context.fillStyle = '#ffffff';
  context.font = '48px monospace';
  const [seconds, frames] = [Math.floor(frame / RATE), frame % RATE];
  context.fillText(`00:00:${String(seconds).padStart(2, '0')}:${String(frames).padStart(2, '0')}`, 160, HEIGHT * 0.9);
}

/** A second of sound: a tone of 0.1 s, and silence. */
function beep(timestamp: number): AudioSample {
  const data = Float32Array.from({ length: SAMPLE_RATE }, (_, at) =>
    at < SAMPLE_RATE / 10 ? 0.25 * Math.sin((2 * Math.PI * 1000 * at) / SAMPLE_RATE) : 0,
  );
  return new AudioSample({ data, format: 'f32', numberOfChannels: 1, sampleRate: SAMPLE_RATE, timestamp });
}
