import type { ExrHeader, ExrHeaderPart } from '../../../../formats/exr/header/header.ts';
import { heightOf, widthOf } from '../../../../formats/exr/stats.ts';
import { channelFamilies } from './channel-features.ts';
import { embed } from './feature-vector.ts';

export const METADATA_EMBEDDING_DIMENSIONS = 384;

/** Version of the features and their hashing; vectors of different versions cannot be compared. */
export const EXR_EMBEDDING_VERSION = 1;

/**
 * Attributes whose values a job sets once for all frames. For other attributes only name and type count: their values
 * may vary by frame (time codes, cameras, render times), or say nothing about the structure.
 */
const STABLE_VALUES: ReadonlySet<string> = new Set([
  'acesImageContainerFlag',
  'adoptedNeutral',
  'cameraCCTSetting',
  'cameraMake',
  'cameraModel',
  'chromaticities',
  'colorInteropID',
  'deepImageState',
  'envmap',
  'framesPerSecond',
  'multiView',
  'oiio:ColorSpace',
  'software',
  'whiteLuminance',
  'wrapmodes',
]);

/** Attributes that writers set for some frames only, that all files have, or that the other families speak of. */
const IGNORED_ATTRIBUTES: ReadonlySet<string> = new Set([
  'capDate',
  'channels',
  'chunkCount',
  'compression',
  'dataWindow',
  'displayWindow',
  'keyCode',
  'lineOrder',
  'name',
  'pixelAspectRatio',
  'preview',
  'screenWindowCenter',
  'screenWindowWidth',
  'tiles',
  'timeCode',
  'type',
  'utcOffset',
  'view',
]);

/**
 * A vector of unit length for the structure of a file: frames of one sequence have nearly the same, whatever their
 * path, time and content.
 */
export function metadataEmbedding({ parts }: Pick<ExrHeader, 'parts'>): Float32Array {
  const channels = parts.flatMap((part) => part.channels);
  const layerOf = layerNames(parts);
  return embed(
    [
      ...channelFamilies(channels, (channel) => layerOf(channel.part, channel.layer)),
      { name: 'storage', weight: 1.75, features: presence(parts.flatMap(storageFeatures)) },
      {
        name: 'parts',
        weight: 0.75,
        features: new Map([[`count ${parts.length}`, 1], ...presence(parts.map(partFeature))]),
      },
      { name: 'display', weight: 1, features: presence(parts.map(displayFeature)) },
      { name: 'size', weight: 0.75, features: sizeFeatures(parts) },
      { name: 'overscan', weight: 0.3, features: overscanFeatures(parts) },
      { name: 'attribute', weight: 1, features: presence(parts.flatMap(attributeFeatures)) },
      { name: 'value', weight: 0.75, features: presence(parts.flatMap(valueFeatures)) },
    ],
    METADATA_EMBEDDING_DIMENSIONS,
  );
}

/** The same layers may be parts of their own, or named channels of one part: both give the same layer names. */
function layerNames(parts: readonly ExrHeaderPart[]): (part: number, layer: string) => string {
  return (part, layer) => (layer === '' && parts.length > 1 ? (parts[part]?.name ?? '') : layer);
}

function presence(features: readonly string[]): Map<string, number> {
  return new Map(features.map((feature) => [feature, 1]));
}

function storageFeatures({ type, compression, lineOrder, isDeep, tiles }: ExrHeaderPart): string[] {
  return [
    type,
    compression,
    `${type} ${compression}`,
    lineOrder,
    isDeep ? 'deep' : 'flat',
    tiles === null ? 'untiled' : `${tiles.x_size}x${tiles.y_size} ${tiles.level_mode} ${tiles.rounding_mode}`,
  ];
}

function partFeature({ name, view }: ExrHeaderPart): string {
  return JSON.stringify([name, view]);
}

function displayFeature({ displayWindow, pixelAspectRatio }: ExrHeaderPart): string {
  return `${widthOf(displayWindow)}x${heightOf(displayWindow)} ${pixelAspectRatio.toFixed(3)}`;
}

/** Sizes as smooth numbers, so that 1920 by 1080 is closer to 2048 by 1152 than to a texture. */
function sizeFeatures(parts: readonly ExrHeaderPart[]): Map<string, number> {
  const features = new Map<string, number>();
  for (const { displayWindow } of parts) {
    spread(features, 'area', Math.log2(widthOf(displayWindow) * heightOf(displayWindow)));
    spread(features, 'aspect', 4 * Math.log2(widthOf(displayWindow) / heightOf(displayWindow)));
  }
  return features;
}

function overscanFeatures(parts: readonly ExrHeaderPart[]): Map<string, number> {
  const features = new Map<string, number>();
  for (const { dataWindow, displayWindow } of parts) {
    spread(features, 'width', 2 * Math.log2(widthOf(dataWindow) / widthOf(displayWindow)));
    spread(features, 'height', 2 * Math.log2(heightOf(dataWindow) / heightOf(displayWindow)));
  }
  return features;
}

/** A number as weights of the two whole numbers that it lies between. */
function spread(features: Map<string, number>, name: string, value: number): void {
  const below = Math.floor(value);
  const add = (step: number, weight: number): void => {
    const feature = `${name} ${step}`;
    features.set(feature, (features.get(feature) ?? 0) + weight);
  };
  add(below, below + 1 - value);
  add(below + 1, value - below);
}

function attributeFeatures({ attributes }: ExrHeaderPart): string[] {
  return [...attributes.values()]
    .filter(({ name }) => !IGNORED_ATTRIBUTES.has(name))
    .map(({ name, type }) => `${name}:${type}`);
}

function valueFeatures({ attributes }: ExrHeaderPart): string[] {
  return [...attributes.values()]
    .filter(({ name }) => STABLE_VALUES.has(name))
    .map(({ name, value }) => `${name}=${JSON.stringify(value)}`);
}
