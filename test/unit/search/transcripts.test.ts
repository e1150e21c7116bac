import { describe, expect, it } from 'vitest';
import { readTranscript } from '../../../src/search/transcript/read-transcript.ts';
import type { TranscriptFormat } from '../../../src/search/transcript/transcript.ts';
import { writeTranscriptJson } from '../../../src/search/transcript/transcript-json.ts';
import { writeWebVtt } from '../../../src/search/transcript/webvtt.ts';

const MS = 1_000_000n;

const WEBVTT = `\uFEFFWEBVTT - a title
Language: en-GB

STYLE
::cue { color: red }

NOTE this --> is a note

REGION
id:fred

intro
00:01.500 --> 00:00:04.000 align:start position:10%
<v.loud Ada Lovelace>Hello &amp; <i>wel</i>come,
all &lt;of&gt; you!</v>

01:00:05.250 --> 01:00:06.000
<c.yellow>Second</c> <00:05.500>line

00:09.000 --> 00:10.000

00:02.000 --> 00:03.000
An earlier one
`;

const SRT = `1\r
00:00:01,500 --> 00:00:04,000\r
<font color="red">Hello</font> {\\an8}there\r
again\r
\r
2\r
01:00:05,250 --> 01:00:06,000\r
Second\r
`;

const TTML = `<?xml version="1.0"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"
    xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xml:lang="de" ttp:frameRate="25" ttp:tickRate="1000">
  <head><metadata><ttm:agent xml:id="a1" type="person"><ttm:name type="full">Ada</ttm:name></ttm:agent></metadata></head>
  <body><div begin="10s">
    <p begin="00:00:01.500" end="00:00:04" ttm:agent="a1">Hallo <span tts:color="red">Welt</span><br/>&amp; alle</p>
    <p begin="00:00:05:05" dur="2.5s">in frames</p>
    <p begin="9000t" end="250f" ttm:agent="b2">ticks</p>
    <p begin="1m" end="2m"> </p>
  </div></body>
</tt>`;

describe('transcripts', () => {
  it('have a cue for each line of times, though no empty line is between them', () => {
    const vtt = 'WEBVTT\n\n00:01.000 --> 00:02.000\none\n00:03.000 --> 00:04.000\ntwo --> three\n';
    const { cues } = readTranscript(vtt, 'webvtt');
    expect(cues.map(({ startNs, text }) => [startNs, text])).toEqual([
      [1_000n * MS, 'one'],
      [3_000n * MS, 'two --> three'],
    ]);
  });

  it('are read from WebVTT', () => {
    const { language, cues } = readTranscript(WEBVTT, 'webvtt');
    expect(language).toBe('en-GB');
    expect(cues).toEqual([
      {
        startNs: 1_500n * MS,
        endNs: 4_000n * MS,
        text: 'Hello & welcome, all <of> you!',
        speaker: 'Ada Lovelace',
        confidence: null,
      },
      { startNs: 2_000n * MS, endNs: 3_000n * MS, text: 'An earlier one', speaker: null, confidence: null },
      { startNs: 3_605_250n * MS, endNs: 3_606_000n * MS, text: 'Second line', speaker: null, confidence: null },
    ]);
  });

  it('are read from SRT', () => {
    const { cues } = readTranscript(SRT, 'srt');
    expect(cues.map(({ text, startNs }) => [text, startNs])).toEqual([
      ['Hello there again', 1_500n * MS],
      ['Second', 3_605_250n * MS],
    ]);
  });

  it('are read from TTML, with the times of parents, frames, ticks and names of agents', () => {
    const { language, cues } = readTranscript(TTML, 'ttml');
    expect(language).toBe('de');
    expect(cues.map(({ text, startNs, endNs, speaker }) => [text, startNs / MS, endNs / MS, speaker])).toEqual([
      ['Hallo Welt & alle', 11_500n, 14_000n, 'Ada'],
      ['in frames', 15_200n, 17_700n, null],
      ['ticks', 19_000n, 20_000n, 'b2'],
    ]);
  });

  it('are read from our JSON and from that of transcription services', () => {
    const ours = {
      language: 'fr',
      segments: [{ start_ms: 0.5, end_ms: 20, text: ' oui ', speaker: 'A', confidence: 1 }],
    };
    expect(readTranscript(JSON.stringify(ours), 'json')).toEqual({
      language: 'fr',
      cues: [{ startNs: 500_000n, endNs: 20n * MS, text: 'oui', speaker: 'A', confidence: 1 }],
    });
    const theirs = { text: 'all', segments: [{ id: 0, start: 0.1, end: 2.56, text: ' yes' }] };
    expect(readTranscript(JSON.stringify(theirs), 'json').cues).toEqual([
      { startNs: 100n * MS, endNs: 2_560n * MS, text: 'yes', speaker: null, confidence: null },
    ]);
  });

  it('come back from what is written of them', () => {
    const transcript = readTranscript(WEBVTT, 'webvtt');
    expect(readTranscript(writeWebVtt(transcript), 'webvtt')).toEqual(transcript);
    expect(readTranscript(writeTranscriptJson(transcript), 'json')).toEqual(transcript);
    const odd = {
      language: null,
      cues: [{ startNs: 0n, endNs: 1n * MS, text: 'a --> b\n\nWEBVTT & <c>', speaker: 'x>y', confidence: null }],
    };
    const [cue] = readTranscript(writeWebVtt(odd), 'webvtt').cues;
    expect(cue).toMatchObject({ text: 'a --> b WEBVTT & <c>', speaker: 'x>y' });
  });

  it.each<[TranscriptFormat, string]>([
    ['webvtt', ''],
    ['webvtt', '00:01.000 --> 00:02.000\nno header'],
    ['webvtt', 'WEBVTT\n\n00:01.000 --> soon\nx'],
    ['webvtt', 'WEBVTT\n\n00:03.000 --> 00:02.000\nx'],
    ['webvtt', 'WEBVTT\n\n00:75.000 --> 00:76.000\nx'],
    ['srt', '1\nno times\n'],
    ['ttml', 'no xml'],
    ['ttml', '<html/>'],
    ['ttml', '<!DOCTYPE tt [<!ENTITY a "b">]><tt/>'],
    ['ttml', '<tt><body><p begin="noon">x</p></body></tt>'],
    ['json', '{'],
    ['json', '[]'],
    ['json', '{"segments":[{"start_ms":0,"end_ms":1}]}'],
    ['json', '{"segments":[{"start_ms":2,"end_ms":1,"text":"x"}]}'],
    ['json', '{"segments":[{"start_ms":-1,"end_ms":1,"text":"x"}]}'],
    ['json', '{"segments":[{"start_ms":0,"end_ms":1e300,"text":"x"}]}'],
    ['json', '{"segments":[{"start_ms":0,"end_ms":1,"text":"x","confidence":2}]}'],
  ])('are refused as %s where they are malformed: %j', (format, text) => {
    expect(() => readTranscript(text, format)).toThrow(expect.objectContaining({ code: 'invalid_request' }) as Error);
  });
});
