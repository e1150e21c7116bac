import type { ExrTimeCode } from './values.ts';

/**
 * Reads a time code from the two words of its attribute, which are packed as for 60-field television: digits are binary
 * coded, and flags lie in the bits that the tens do not need (SMPTE 12M).
 */
export function readTimeCode(timeAndFlags: number, userData: number): ExrTimeCode {
  const bits = (from: number, count: number): number => (timeAndFlags >>> from) & ((1 << count) - 1);
  const decimal = (from: number, tensBits: number): number => bits(from + 4, tensBits) * 10 + bits(from, 4);
  const frame = decimal(0, 2);
  const seconds = decimal(8, 3);
  const minutes = decimal(16, 3);
  const hours = decimal(24, 2);
  const dropFrame = bits(6, 1) === 1;
  const two = (value: number): string => String(value).padStart(2, '0');
  return {
    text: `${two(hours)}:${two(minutes)}:${two(seconds)}${dropFrame ? ';' : ':'}${two(frame)}`,
    hours,
    minutes,
    seconds,
    frame,
    drop_frame: dropFrame,
    color_frame: bits(7, 1) === 1,
    field_phase: bits(15, 1) === 1,
    binary_group_flags: [bits(23, 1), bits(30, 1), bits(31, 1)],
    user_data: userData >>> 0,
  };
}
