import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { ExrHeaderPart } from '../../../../src/formats/exr/header/header.ts';
import { heightOf, widthOf } from '../../../../src/formats/exr/stats.ts';
import { exrHeaderText } from './exrheader-text.ts';
import { FIXTURE_NAMES, fixture, fixturePath, readBytes } from './support.ts';

/*
 * What we read against what the library's own `exrheader` and OpenImageIO's `oiiotool` read of the same files. Both are
 * Debian packages: openexr and openimageio-tools.
 */

/** Written by OpenEXR 3.4 or later, which older tools do not open. */
const NEW_COMPRESSIONS = /htj2k|lj2k|zstd/;
const READABLE = FIXTURE_NAMES.filter((name) => !NEW_COMPRESSIONS.test(name));

function isInstalled(tool: string, option: string): boolean {
  try {
    execFileSync(tool, [option], { stdio: 'ignore' });
    return true;
  } catch (error) {
    // Installed, but of the opinion that this was no way to call it.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}

const HAS_EXRHEADER = isInstalled('exrheader', '-h');
const HAS_OIIOTOOL = isInstalled('oiiotool', '--help');
if (!HAS_EXRHEADER) console.warn('skipped: comparison with exrheader; apt-get install openexr');
if (!HAS_OIIOTOOL) console.warn('skipped: comparison with oiiotool; apt-get install openimageio-tools');

/** Runs a tool on all files at once, since starting it takes longest, and gives what it prints of each. */
function runOnAll(tool: string, options: readonly string[], heading: RegExp): Map<string, string> {
  const paths = READABLE.map(fixturePath);
  const output = execFileSync(tool, [...options, ...paths], { encoding: 'utf8' });
  return new Map(
    output
      .split(heading)
      .slice(1)
      .map((text, index) => [READABLE[index] ?? '', text]),
  );
}

/** The attributes of each part as `exrheader` prints them: name and type to value, on one line. */
function parseExrHeader(output: string): Map<string, string>[] {
  const parts: Map<string, string>[] = [];
  for (const block of output.split(/^ part \d+:$/m).slice(output.includes('\n part 0:') ? 1 : 0)) {
    const attributes = new Map<string, string>();
    for (const [, head = '', value = ''] of block.matchAll(/^(\S.* \(type \S+?\)):?((?:.*\n(?:[ ].*\n)*))/gm)) {
      attributes.set(head, value.replace(/\s+/g, ' ').replace(/^: /, '').trim());
    }
    parts.push(attributes);
  }
  return parts;
}

function printed(part: ExrHeaderPart): Map<string, string> {
  const attributes = [...part.attributes.values()];
  return new Map(
    attributes.map((attribute) => [`${attribute.name} (type ${attribute.type})`, exrHeaderText(attribute, part) ?? '']),
  );
}

describe.skipIf(!HAS_EXRHEADER)('exrheader', () => {
  const outputs = HAS_EXRHEADER ? runOnAll('exrheader', [], /^file \S.*:$/m) : new Map<string, string>();

  it.each(READABLE)('reads the same of %s', async (name) => {
    const theirs = parseExrHeader(outputs.get(name) ?? '');
    const ours = (await readBytes(fixture(name))).parts.map(printed);
    expect(theirs.length).toBe(ours.length);
    for (const [index, attributes] of ours.entries()) {
      const expected = theirs[index] ?? new Map<string, string>();
      // The library adds the type to files that need none.
      if (!attributes.has('type (type string)')) expected.delete('type (type string)');
      expect(Object.fromEntries(attributes)).toEqual(Object.fromEntries(expected));
    }
  });
});

describe.skipIf(!HAS_OIIOTOOL)('oiiotool', () => {
  const outputs = HAS_OIIOTOOL ? runOnAll('oiiotool', ['--info', '-v'], /^Reading /m) : new Map<string, string>();

  it.each(READABLE)('reads the same of %s', async (name) => {
    const output = outputs.get(name) ?? '';
    const { parts } = await readBytes(fixture(name));
    const [first] = parts;
    if (first === undefined) throw new Error('no part');
    const { dataWindow, displayWindow, channels } = first;
    const [, width, height, channelCount] = /: +(\d+) x +(\d+), (\d+) channel,/.exec(output) ?? [];
    expect([Number(width), Number(height)]).toEqual([widthOf(dataWindow), heightOf(dataWindow)]);
    expect(Number(channelCount)).toBe(channels.length);
    const [, list = ''] = /channel list: (.*)/.exec(output) ?? [];
    const typeIn = / \((\w+)\)/;
    const theirNames = list.split(', ').map((channel) => channel.replace(typeIn, ''));
    expect(theirNames.toSorted()).toEqual(channels.map((channel) => channel.name).toSorted());
    for (const channel of list.split(', ')) {
      const [, type] = typeIn.exec(channel) ?? [];
      const ours = channels.find((candidate) => candidate.name === channel.replace(typeIn, ''));
      if (type !== undefined) expect(ours?.pixel_type).toBe(type);
    }
    const [, x = '0', y = '0'] = /pixel data origin: x=(-?\d+), y=(-?\d+)/.exec(output) ?? [];
    expect([Number(x), Number(y)]).toEqual([dataWindow.x_min, dataWindow.y_min]);
    const [, fullWidth, fullHeight] = /full\/display size: (\d+) x (\d+)/.exec(output) ?? [];
    if (fullWidth !== undefined) {
      expect([Number(fullWidth), Number(fullHeight)]).toEqual([widthOf(displayWindow), heightOf(displayWindow)]);
    }
    const [, compression] = /compression: "(\w+)/.exec(output) ?? [];
    expect(compression).toBe(first.compression);
    const [, subimages] = /oiio:subimages: (\d+)/.exec(output) ?? [];
    expect(Number(subimages ?? 1)).toBe(parts.length);
  });
});
