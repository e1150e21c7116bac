import { describe, expect, it } from 'vitest';
import { parseTranscript } from '../../../../src/formats/transcripts/parse-transcript.ts';
import type { TranscriptFormat } from '../../../../src/formats/transcripts/transcript.ts';
import { writeTranscriptJson } from '../../../../src/formats/transcripts/transcript-json.ts';
import { writeWebVtt } from '../../../../src/formats/transcripts/webvtt-srt.ts';
import { cpuMsOf } from '../../../support/cpu-time.ts';

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
    const { cues } = parseTranscript(vtt, 'webvtt');
    expect(cues.map(({ startNs, text }) => [startNs, text])).toEqual([
      [1_000n * MS, 'one'],
      [3_000n * MS, 'two --> three'],
    ]);
  });

  it('are read from WebVTT', () => {
    const { language, cues } = parseTranscript(WEBVTT, 'webvtt');
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
    const { cues } = parseTranscript(SRT, 'srt');
    expect(cues.map(({ text, startNs }) => [text, startNs])).toEqual([
      ['Hello there again', 1_500n * MS],
      ['Second', 3_605_250n * MS],
    ]);
  });

  it('are read from TTML, with the times of parents, frames, ticks and names of agents', () => {
    const { language, cues } = parseTranscript(TTML, 'ttml');
    expect(language).toBe('de');
    expect(cues.map(({ text, startNs, endNs, speaker }) => [text, startNs / MS, endNs / MS, speaker])).toEqual([
      ['Hallo Welt & alle', 11_500n, 14_000n, 'Ada'],
      ['in frames', 15_200n, 17_700n, null],
      ['ticks', 19_000n, 20_000n, 'b2'],
    ]);
  });

  it('are read from TTML of a frame rate that is no whole number', () => {
    const rate =
      'xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001"';
    const cue = '<p begin="107892f" end="01:00:01:15">x</p>';
    const { cues } = parseTranscript(`<tt ${rate}><body>${cue}</body></tt>`, 'ttml');
    expect(cues).toMatchObject([{ startNs: 3_599_996_400_000n, endNs: 3_601_500_500_000n }]);
  });

  it('are read from TTML whose times are those of the elements around them', () => {
    const first = '<div begin="10s" end="20s"><p>one</p><p begin="2s">two</p><p begin="1s" dur="3s">three</p></div>';
    const { cues } = parseTranscript(`<tt><body>${first}<div><p begin="30s">four</p></div></body></tt>`, 'ttml');
    expect(cues.map(({ text, startNs, endNs }) => [text, startNs / MS, endNs / MS])).toEqual([
      ['one', 10_000n, 20_000n],
      ['three', 11_000n, 14_000n],
      ['two', 12_000n, 20_000n],
      ['four', 30_000n, 30_000n],
    ]);
  });

  it('are read from WebVTT whose header no empty line ends', () => {
    const { language, cues } = parseTranscript(
      'WEBVTT\nLanguage: de\n00:01.000 --> 00:02.000\none\n\n00:03.000 --> 00:04.000\ntwo\n',
      'webvtt',
    );
    expect([language, ...cues.map(({ text }) => text)]).toEqual(['de', 'one', 'two']);
  });

  it('are read from our JSON and from that of transcription services', () => {
    const ours = {
      language: 'fr',
      segments: [{ start_ms: 0.5, end_ms: 20, text: ' oui ', speaker: 'A', confidence: 1 }],
    };
    expect(parseTranscript(JSON.stringify(ours), 'json')).toEqual({
      language: 'fr',
      cues: [{ startNs: 500_000n, endNs: 20n * MS, text: 'oui', speaker: 'A', confidence: 1 }],
    });
    const theirs = { text: 'all', segments: [{ id: 0, start: 0.1, end: 2.56, text: ' yes' }] };
    expect(parseTranscript(JSON.stringify(theirs), 'json').cues).toEqual([
      { startNs: 100n * MS, endNs: 2_560n * MS, text: 'yes', speaker: null, confidence: null },
    ]);
  });

  it.each<[TranscriptFormat, (text: string) => string]>([
    ['webvtt', (text) => `WEBVTT\n\n00:01.000 --> 00:02.000\n${text}\n`],
    ['srt', (text) => `1\n00:00:01,000 --> 00:00:02,000\n${text}\n`],
    ['ttml', (text) => `<tt><body><p begin="1s" end="2s">${text}</p></body></tt>`],
  ])('have the characters that references stand for, in %s', (format, fileOf) => {
    const said = (text: string): string | undefined => parseTranscript(fileOf(text), format).cues[0]?.text;
    expect(said('caf&#233;, caf&#xE9;&#160;&amp; &#x1F600;')).toBe('café, café & 😀');
    expect(said('&amp;#233; &amp;lt; &lt;b&gt; &quot;')).toBe('&#233; &lt; <b> "');
    expect(said('&#0; &#xd800; &#x110000; &#99999999; &unheard; &constructor;')).toBe(
      '\uFFFD \uFFFD \uFFFD &#99999999; &unheard; &constructor;',
    );
  });

  it('keep a sign that begins no tag', () => {
    const vtt = 'WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>if 3 < 5 and <i>6</i> > 2\n';
    expect(parseTranscript(vtt, 'webvtt').cues[0]).toMatchObject({ speaker: 'Ann', text: 'if 3 < 5 and 6 > 2' });
  });

  it.each([
    ['spaces', `<v${' '.repeat(1_000_000)}`],
    ['voices', '<v a'.repeat(250_000)],
    ['classes', '<v.a'.repeat(250_000)],
    ['styles', '{\\a'.repeat(300_000)],
    ['references', '&#1'.repeat(300_000)],
  ])('are read in a time that grows with their length, whatever is not closed: %s', (_what, text) => {
    const vtt = `WEBVTT\n\n00:01.000 --> 00:02.000\nx ${text}\n`;
    // The square of the length would be minutes.
    expect(cpuMsOf(() => parseTranscript(vtt, 'webvtt'))).toBeLessThan(3_000);
  });

  it('may begin with a byte order mark, and have no half characters', () => {
    const text = JSON.stringify({ segments: [{ start_ms: 0, end_ms: 1, text: 'a\ud800b', speaker: '\udc00' }] });
    expect(parseTranscript(`\uFEFF${text}`, 'json').cues).toMatchObject([{ text: 'a\uFFFDb', speaker: '\uFFFD' }]);
  });

  it.each([
    ['english', 'en'],
    ['EN-gb', 'en-GB'],
    ['no such tongue', 'no such tongue'],
  ])('name their language in one spelling: %s', (language, tag) => {
    const text = JSON.stringify({ language, segments: [{ start: 0, end: 1, text: 'a' }] });
    expect(parseTranscript(text, 'json').language).toBe(tag);
  });

  it('come back from what is written of them', () => {
    const transcript = parseTranscript(WEBVTT, 'webvtt');
    expect(parseTranscript(writeWebVtt(transcript), 'webvtt')).toEqual(transcript);
    expect(parseTranscript(writeTranscriptJson(transcript), 'json')).toEqual(transcript);
    const odd = {
      language: null,
      cues: [{ startNs: 0n, endNs: 1n * MS, text: 'a --> b\n\nWEBVTT & <c>', speaker: 'x>y', confidence: null }],
    };
    const [cue] = parseTranscript(writeWebVtt(odd), 'webvtt').cues;
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
    expect(() => parseTranscript(text, format)).toThrow(expect.objectContaining({ code: 'invalid_request' }) as Error);
  });
});
