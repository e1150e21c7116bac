import type { ImageEssenceParameters, Rational } from '../flows/flow.ts';

/** Both corners are within. */
interface Window {
  readonly x_min: number;
  readonly y_min: number;
  readonly x_max: number;
  readonly y_max: number;
}

/** The parameters of an image flow of frames with this display window (TAMS 7.0, `schemas/flow-image.json`). */
export function imageEssence(window: Window, pixelAspectRatio: number): ImageEssenceParameters {
  const width = window.x_max - window.x_min + 1;
  const height = window.y_max - window.y_min + 1;
  // The attribute is a float: six digits.
  const scale = Number.isInteger(pixelAspectRatio) ? 1 : 1_000_000;
  const ratio = reduced(Math.max(1, Math.round(width * pixelAspectRatio * scale)), height * scale);
  return { frame_width: width, frame_height: height, aspect_ratio: ratio };
}

export function reduced(numerator: number, denominator: number): Required<Rational> {
  let [a, b] = [numerator, denominator];
  while (b !== 0) [a, b] = [b, a % b];
  return { numerator: numerator / a, denominator: denominator / a };
}
