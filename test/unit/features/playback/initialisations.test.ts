import { expect, it } from 'vitest';
import { InitExtents, withOwnInits } from '../../../../src/features/playback/initialisations.ts';

const NS = 1_000_000_000n;

/** Each with an initialisation of its own, in a store that is not there any more. */
const lines = (count: number, locations: (index: number) => string | null) =>
  Array.from({ length: count }, (_, index) => {
    const [startNs, endNs] = [BigInt(index) * NS, BigInt(index + 1) * NS];
    const segment = {
      startNs,
      endNs,
      fragment: '{}',
      locations: locations(index),
      externalUrls: null,
      initObjectId: null,
    };
    return { uri: `${index}.mp4`, startNs, endNs, discontinuity: true, clockBreak: true, segment };
  });

it('says how much of a playlist to ask for where too many files would be looked into', async () => {
  const extents = new InitExtents({ get: () => undefined } as never);
  const many = lines(70, (index) => `[["store","${index}"]]`);
  await expect(withOwnInits('f', many, extents)).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringMatching(/^timerange: .*; begin with timerange=\[0:0_64:0\)$/) as string,
  });
  // Those that need no look do not count.
  const shown = await withOwnInits(
    'f',
    lines(70, () => null),
    extents,
  );
  expect(shown.at(-1)?.init).toEqual({ uri: '69.mp4' });
});
