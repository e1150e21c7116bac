import type { ExrProblem } from '../../../../formats/exr/attributes/attribute.ts';
import type { ExrBox } from '../../../../formats/exr/attributes/values.ts';
import type { ExrHeader, ExrHeaderPart } from '../../../../formats/exr/header/header.ts';
import { heightOf, widthOf } from '../../../../formats/exr/stats.ts';
import { checkAttribute } from './check-attribute.ts';
import type { ChannelsRule, ExrPolicy, ExrRule, StorageRule, Verdict, WindowRule } from './policy.ts';

/** The parts of a header that policies check. */
export type JudgedHeader = Pick<ExrHeader, 'parts' | 'problems'>;

export interface ExrValidation {
  /** The worst of the rules' verdicts; PASS where there is none. */
  readonly status: Verdict;
  readonly policy: string | null;
  /** One of each rule, in the policy's order. */
  readonly rules: readonly RuleResult[];
}

export interface RuleResult {
  readonly rule: ExrRule['rule'];
  readonly status: Verdict;
  /** The finding; for a broken rule all violations, up to `REASON_CHARACTERS`. */
  readonly reason: string;
}

/** A file may have thousands of channels that break a rule, and a policy hundreds of rules. */
const REASON_CHARACTERS = 1_000;

/** Checks a header against a policy. */
export function validateExr(header: JudgedHeader, policy: ExrPolicy): ExrValidation {
  const rules = policy.rules.map((rule): RuleResult => {
    const faults = faultsOf(rule, header);
    if (faults.length === 0) return { rule: rule.rule, status: 'PASS', reason: 'as the policy says' };
    return { rule: rule.rule, status: rule.severity ?? 'FAIL', reason: shortened(faults.join('; ')) };
  });
  const has = (status: Verdict): boolean => rules.some((result) => result.status === status);
  return {
    status: has('FAIL') ? 'FAIL' : has('WARN') ? 'WARN' : 'PASS',
    policy: policy.name ?? null,
    rules,
  };
}

/** Between the halves of a character a text is not well-formed any more. */
function shortened(reason: string): string {
  if (reason.length <= REASON_CHARACTERS) return reason;
  return `${reason.slice(0, REASON_CHARACTERS).toWellFormed()}...`;
}

function faultsOf(rule: ExrRule, header: JudgedHeader): string[] {
  const parts = header.parts.filter(({ name }) => rule.parts === undefined || rule.parts.includes(name ?? ''));
  const absent = (rule.parts ?? []).filter((name) => !parts.some((part) => part.name === name));
  if (absent.length > 0) return absent.map((name) => `no part is called ${name}`);
  const each = (check: (part: ExrHeaderPart) => string[]): string[] =>
    parts.flatMap((part) =>
      check(part).map((fault) => (header.parts.length > 1 ? `${labelOf(part)}: ${fault}` : fault)),
    );
  switch (rule.rule) {
    case 'channels':
      return checkChannels(rule, parts);
    case 'compression':
      return each(({ compression }) =>
        rule.allowed.includes(compression) ? [] : [`the compression is ${compression}`],
      );
    case 'window':
      return each((part) => checkWindow(rule, part));
    case 'attribute':
      return checkAttribute(rule, parts);
    case 'pixel_aspect_ratio':
      return each(({ pixelAspectRatio }) =>
        Math.fround(pixelAspectRatio) === Math.fround(rule.equals)
          ? []
          : [`the pixel aspect ratio is ${pixelAspectRatio}`],
      );
    case 'storage':
      return [...checkPartCount(rule, parts), ...each((part) => checkStorage(rule, part))];
    case 'readable':
      return checkReadable(parts, header.problems);
  }
}

function labelOf({ name, index }: ExrHeaderPart): string {
  return `part ${name ?? index}`;
}

function checkChannels({ required = [], forbidden = [], pixel_types }: ChannelsRule, parts: ExrHeaderPart[]): string[] {
  const channels = parts.flatMap((part) => part.channels);
  const names = new Set(channels.map(({ name }) => name));
  const missing = required.filter((name) => !names.has(name));
  const unwanted = forbidden.filter((name) => names.has(name));
  const wrong = channels.filter(({ pixel_type }) => pixel_types !== undefined && !pixel_types.includes(pixel_type));
  return [
    ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
    ...(unwanted.length > 0 ? [`not allowed: ${unwanted.join(', ')}`] : []),
    ...(wrong.length > 0
      ? [`of another type: ${wrong.map(({ name, pixel_type }) => `${name} (${pixel_type})`).join(', ')}`]
      : []),
  ];
}

function checkWindow(rule: WindowRule, { dataWindow, displayWindow }: ExrHeaderPart): string[] {
  const window = rule.window === 'data' ? dataWindow : displayWindow;
  const [width, height] = [widthOf(window), heightOf(window)];
  const faults: string[] = [];
  if (rule.width !== undefined && width !== rule.width) faults.push(`it is ${width} wide, not ${rule.width}`);
  if (rule.height !== undefined && height !== rule.height) faults.push(`it is ${height} high, not ${rule.height}`);
  if (rule.equals !== undefined && print(window) !== print(rule.equals)) {
    faults.push(`it is ${print(window)}, not ${print(rule.equals)}`);
  }
  if (rule.within_display === true && !isWithin(window, displayWindow)) {
    faults.push(`${print(window)} reaches out of the display window ${print(displayWindow)}`);
  }
  if (rule.overlaps_display === true && !overlaps(window, displayWindow)) {
    faults.push(`${print(window)} lies outside of the display window ${print(displayWindow)}`);
  }
  return faults.map((fault) => `${rule.window} window: ${fault}`);
}

function print({ x_min, y_min, x_max, y_max }: ExrBox<number>): string {
  return `(${x_min}, ${y_min})-(${x_max}, ${y_max})`;
}

function isWithin(inner: ExrBox<number>, outer: ExrBox<number>): boolean {
  return (
    inner.x_min >= outer.x_min && inner.y_min >= outer.y_min && inner.x_max <= outer.x_max && inner.y_max <= outer.y_max
  );
}

function overlaps(a: ExrBox<number>, b: ExrBox<number>): boolean {
  return a.x_min <= b.x_max && a.x_max >= b.x_min && a.y_min <= b.y_max && a.y_max >= b.y_min;
}

function checkPartCount({ max_parts }: StorageRule, parts: ExrHeaderPart[]): string[] {
  if (max_parts === undefined || parts.length <= max_parts) return [];
  return [`there are ${parts.length} parts, at most ${max_parts} are allowed`];
}

function checkStorage({ deep, tiled }: StorageRule, { isDeep, tiles }: ExrHeaderPart): string[] {
  const isTiled = tiles !== null;
  return [
    ...(deep !== undefined && deep !== isDeep ? [`it is ${isDeep ? 'deep' : 'flat'}`] : []),
    ...(tiled !== undefined && tiled !== isTiled ? [`it is stored in ${isTiled ? 'tiles' : 'scan lines'}`] : []),
  ];
}

function checkReadable(parts: ExrHeaderPart[], problems: readonly ExrProblem[]): string[] {
  const indexes = new Set(parts.map(({ index }) => index));
  return problems.filter(({ part }) => indexes.has(part)).map(({ attribute, message }) => `${attribute}: ${message}`);
}
