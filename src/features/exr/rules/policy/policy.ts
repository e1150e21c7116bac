import { COMPRESSIONS, type ExrBox, type PixelType } from '../../../../formats/exr/attributes/values.ts';

export type Verdict = 'PASS' | 'WARN' | 'FAIL';

/** Requirements on a file, in plain JSON. All rules are checked, whatever the others find. */
export interface ExrPolicy {
  readonly name?: string;
  readonly rules: readonly ExrRule[];
}

export type ExrRule =
  ChannelsRule | CompressionRule | WindowRule | AttributeRule | PixelAspectRatioRule | StorageRule | ReadableRule;

interface Rule<Name extends string> {
  readonly rule: Name;
  /** Verdict if the rule is broken; FAIL by default. */
  readonly severity?: 'WARN' | 'FAIL';
  /** Names of the parts that the rule checks; all by default. */
  readonly parts?: readonly string[];
}

/** Names are whole channel names (`diffuse.R`). Each required one must be in one of the parts. */
export interface ChannelsRule extends Rule<'channels'> {
  readonly required?: readonly string[];
  readonly forbidden?: readonly string[];
  /** Allowed types of all channels of the parts. */
  readonly pixel_types?: readonly PixelType[];
}

interface CompressionRule extends Rule<'compression'> {
  readonly allowed: readonly string[];
}

/** Holds for every part. */
export interface WindowRule extends Rule<'window'> {
  readonly window: 'data' | 'display';
  readonly width?: number;
  readonly height?: number;
  readonly equals?: ExrBox<number>;
  /** For the data window: it has no pixel outside of the display window. */
  readonly within_display?: boolean;
  /** For the data window: it has a pixel inside of the display window. */
  readonly overlaps_display?: boolean;
}

/** One of the parts must have the attribute, and all that have it must fulfil the rest. */
export interface AttributeRule extends Rule<'attribute'> {
  readonly name: string;
  /** False: none of the parts may have it, and the rest does not count. */
  readonly present?: boolean;
  readonly type?: string;
  /** Compared as JSON; numbers at the precision of the attribute's type. */
  readonly equals?: unknown;
  readonly one_of?: readonly unknown[];
  readonly min?: number;
  readonly max?: number;
}

interface PixelAspectRatioRule extends Rule<'pixel_aspect_ratio'> {
  readonly equals: number;
}

export interface StorageRule extends Rule<'storage'> {
  readonly deep?: boolean;
  readonly tiled?: boolean;
  readonly max_parts?: number;
}

/** The values of all attributes could be read. */
type ReadableRule = Rule<'readable'>;

/** The default policy: a file that passes can be used. */
export const DEFAULT_EXR_POLICY: ExrPolicy = {
  name: 'default',
  rules: [
    { rule: 'readable', severity: 'WARN' },
    { rule: 'compression', allowed: COMPRESSIONS, severity: 'WARN' },
    { rule: 'window', window: 'data', overlaps_display: true, severity: 'WARN' },
  ],
};
