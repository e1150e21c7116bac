import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { DEFAULT_EXR_POLICY, type ExrPolicy, type ExrRule } from '../../../../src/features/exr/rules/policy/policy.ts';
import { validateExr } from '../../../../src/features/exr/rules/policy/validate.ts';
import { attribute, channels, float, int, requiredAttributes } from '../../../support/exr-writer.ts';
import { fixture, readBytes, readPart } from '../../formats/exr/support.ts';

const LAYERS = 'layers-mixed-types.exr';
const STANDARD = 'standard-attributes.exr';
const MULTI = 'multipart-deep.exr';

async function check(name: string, rule: ExrRule): Promise<[status: string, reason: string]> {
  // A policy comes as JSON; what does not survive that is no policy.
  const policy = JSON.parse(JSON.stringify({ rules: [rule] })) as ExrPolicy;
  const { status, rules } = validateExr(await readBytes(fixture(name)), policy);
  expect(rules).toHaveLength(1);
  expect(rules[0]).toMatchObject({ rule: rule.rule, status });
  return [status, rules[0]?.reason ?? ''];
}

describe('validateExr', () => {
  it.each<[name: string, rule: ExrRule]>([
    [
      LAYERS,
      { rule: 'channels', required: ['R', 'diffuse.G'], forbidden: ['Z'], pixel_types: ['half', 'float', 'uint'] },
    ],
    [LAYERS, { rule: 'channels' }],
    [LAYERS, { rule: 'compression', allowed: ['zip', 'zips'] }],
    [LAYERS, { rule: 'window', window: 'display', width: 16, height: 9 }],
    [LAYERS, { rule: 'window', window: 'data', equals: { x_min: -3, y_min: -2, x_max: 16, y_max: 9 } }],
    [LAYERS, { rule: 'window', window: 'data', overlaps_display: true }],
    [STANDARD, { rule: 'window', window: 'data', within_display: true }],
    [STANDARD, { rule: 'attribute', name: 'owner' }],
    [STANDARD, { rule: 'attribute', name: 'owner', type: 'string', equals: 'nobody' }],
    [STANDARD, { rule: 'attribute', name: 'gain', type: 'float', equals: 0.1, min: 0, max: 1 }],
    [STANDARD, { rule: 'attribute', name: 'gain', equals: 0.1 + 1e-10 }],
    [STANDARD, { rule: 'attribute', name: 'wrapmodes', one_of: ['black', 'clamp'] }],
    [STANDARD, { rule: 'attribute', name: 'framesPerSecond', equals: { denominator: 1001, numerator: 24_000 } }],
    [STANDARD, { rule: 'attribute', name: 'adoptedNeutral', equals: [0.32168, 0.33767] }],
    [STANDARD, { rule: 'attribute', name: 'secret', present: false }],
    [STANDARD, { rule: 'pixel_aspect_ratio', equals: 1 }],
    [STANDARD, { rule: 'storage', deep: false, tiled: false, max_parts: 1 }],
    [STANDARD, { rule: 'readable' }],
    [MULTI, { rule: 'storage', deep: true, parts: ['deep'] }],
    [MULTI, { rule: 'channels', required: ['Z', 'A'] }],
  ])('passes %s by %j', async (name, rule) => {
    expect(await check(name, rule)).toEqual(['PASS', 'as the policy says']);
  });

  it.each<[name: string, rule: ExrRule, reason: string]>([
    [LAYERS, { rule: 'channels', required: ['A', 'R', 'Z'] }, 'missing: A, Z'],
    [LAYERS, { rule: 'channels', forbidden: ['R'] }, 'not allowed: R'],
    [
      LAYERS,
      { rule: 'channels', pixel_types: ['half'] },
      'of another type: crypto.object00.R (uint), diffuse.G (float)',
    ],
    [LAYERS, { rule: 'compression', allowed: ['piz'] }, 'the compression is zip'],
    [
      LAYERS,
      { rule: 'window', window: 'display', width: 17, height: 10 },
      'display window: it is 16 wide, not 17; display window: it is 9 high, not 10',
    ],
    [
      LAYERS,
      { rule: 'window', window: 'data', within_display: true },
      'data window: (-3, -2)-(16, 9) reaches out of the display window (0, 0)-(15, 8)',
    ],
    [
      LAYERS,
      { rule: 'window', window: 'data', equals: { x_min: 0, y_min: 0, x_max: 1, y_max: 1 } },
      'data window: it is (-3, -2)-(16, 9), not (0, 0)-(1, 1)',
    ],
    [STANDARD, { rule: 'attribute', name: 'secret' }, 'the attribute secret is missing'],
    [STANDARD, { rule: 'attribute', name: 'owner', present: false }, 'the attribute owner is there'],
    [
      STANDARD,
      { rule: 'attribute', name: 'owner', type: 'int', equals: 'me' },
      'owner is of type string, not int; owner is "nobody", not "me"',
    ],
    [STANDARD, { rule: 'attribute', name: 'owner', min: 1 }, 'owner is "nobody", which is no number'],
    [STANDARD, { rule: 'attribute', name: 'gain', min: 0.2 }, 'gain is 0.1, less than 0.2'],
    [STANDARD, { rule: 'attribute', name: 'gain', max: 0 }, 'gain is 0.1, more than 0'],
    [STANDARD, { rule: 'attribute', name: 'wrapmodes', one_of: ['black'] }, 'wrapmodes is "clamp", none of ["black"]'],
    [
      STANDARD,
      { rule: 'attribute', name: 'adoptedNeutral', equals: [0.3] },
      'adoptedNeutral is [0.32168,0.33767], not [0.3]',
    ],
    [STANDARD, { rule: 'pixel_aspect_ratio', equals: 2 }, 'the pixel aspect ratio is 1'],
    [STANDARD, { rule: 'storage', deep: true, tiled: true }, 'it is flat; it is stored in scan lines'],
    [MULTI, { rule: 'storage', deep: false }, 'part deep: it is deep'],
    [MULTI, { rule: 'storage', max_parts: 1 }, 'there are 2 parts, at most 1 are allowed'],
    [
      MULTI,
      { rule: 'compression', allowed: ['piz'] },
      'part flat: the compression is zip; part deep: the compression is zips',
    ],
    [MULTI, { rule: 'channels', required: ['Z'], parts: ['flat'] }, 'missing: Z'],
    [MULTI, { rule: 'compression', allowed: ['zip'], parts: ['flat', 'depth'] }, 'no part is called depth'],
  ])('fails %s by %j', async (name, rule, reason) => {
    expect(await check(name, rule)).toEqual(['FAIL', reason]);
    expect(await check(name, { ...rule, severity: 'WARN' })).toEqual(['WARN', reason]);
  });

  it('is as bad as the worst of its rules', async () => {
    const header = await readBytes(fixture(LAYERS));
    const pass: ExrRule = { rule: 'channels' };
    const warn: ExrRule = { rule: 'compression', allowed: [], severity: 'WARN' };
    const fail: ExrRule = { rule: 'compression', allowed: [] };
    const statusOf = (...rules: ExrRule[]): string => validateExr(header, { name: 'p', rules }).status;
    expect([statusOf(), statusOf(pass), statusOf(pass, warn, pass), statusOf(warn, fail, pass)]).toEqual([
      'PASS',
      'PASS',
      'WARN',
      'FAIL',
    ]);
    expect(validateExr(header, { name: 'p', rules: [pass, fail] })).toMatchObject({
      policy: 'p',
      rules: [{ status: 'PASS' }, { status: 'FAIL' }],
    });
  });

  it('gives reasons that can be read, however much breaks a rule', async () => {
    const many = Array.from({ length: 5_000 }, (_, index) => ({ name: `pass${index}.R` }));
    const header = await readPart(requiredAttributes(attribute('channels', 'chlist', channels(...many))));
    const { rules } = validateExr(header, { rules: [{ rule: 'channels', pixel_types: ['float'] }] });
    expect(rules[0]?.status).toBe('FAIL');
    expect(rules[0]?.reason).toMatch(/^of another type: pass0\.R \(half\), .*\.\.\.$/);
    expect(rules[0]?.reason.length).toBeLessThan(1_100);
  });

  it('warns by default of what may be wrong', async () => {
    const header = await readPart(
      requiredAttributes(
        attribute('channels', 'chlist', channels({ name: 'R' })),
        attribute('compression', 'compression', Buffer.of(99)),
        attribute('dataWindow', 'box2i', int(5000, 0, 5010, 10)),
        attribute('gain', 'float', Buffer.concat([float(1), float(1)])),
      ),
    );
    const { status, policy, rules } = validateExr(header, DEFAULT_EXR_POLICY);
    expect([status, policy]).toEqual(['WARN', 'default']);
    expect(rules.map((result) => result.status)).toEqual(['WARN', 'WARN', 'WARN']);
  });
});
