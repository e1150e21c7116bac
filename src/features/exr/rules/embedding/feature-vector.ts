/** Features of a file with their amounts; 0 equals an absent feature. */
export type Features = ReadonlyMap<string, number>;

/** Features that describe one aspect. However many they are, the aspect has its weight. */
export interface FeatureFamily {
  readonly name: string;
  readonly weight: number;
  readonly features: Features;
}

/** Dimensions of each feature: two features rarely share all of them. */
const PLACES = 4;

/**
 * Hashes features into a vector of unit length, deterministically. Two vectors are the closer the more weight of their
 * features is the same; unrelated ones are at about a right angle, since each feature has a sign of its own.
 */
export function embed(families: readonly FeatureFamily[], dimensions: number): Float32Array {
  const sums = new Float64Array(dimensions);
  for (const { name, weight, features } of families) {
    const norm = Math.sqrt(features.values().reduce((total, value) => total + value * value, 0));
    if (norm === 0) continue;
    const seed = hash(`${name}|`);
    for (const [feature, value] of features) addFeature(sums, hash(feature, seed), (weight * value) / norm);
  }
  const length = Math.sqrt(sums.reduce((total, value) => total + value * value, 0));
  const vector = new Float32Array(dimensions);
  if (length === 0) vector[0] = 1;
  else for (let index = 0; index < dimensions; index += 1) vector[index] = (sums[index] ?? 0) / length;
  return vector;
}

/** Cosine of two vectors of unit length and the same number of dimensions. */
export function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new RangeError(`vectors of ${a.length} and ${b.length} dimensions`);
  let total = 0;
  // Not `reduce`: a search does this for every file there is.
  for (let index = 0; index < a.length; index += 1) total += (a[index] ?? 0) * (b[index] ?? 0);
  return total;
}

function addFeature(sums: Float64Array, hashed: number, value: number): void {
  let state = hashed;
  for (let place = 0; place < PLACES; place += 1) {
    state = mix(state + 0x9e3779b9);
    const index = (state >>> 1) % sums.length;
    sums[index] = (sums[index] ?? 0) + ((state & 1) === 0 ? value : -value);
  }
}

/** FNV-1a over UTF-16 code units, from the beginning or after another text. */
function hash(text: string, seed = 0x811c9dc5): number {
  let state = seed;
  for (let index = 0; index < text.length; index += 1) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  return state;
}

/** Spreads each bit over all others (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let state = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
