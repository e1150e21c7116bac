/** A published version without vectors of some model. */
export interface OutdatedVersion {
  readonly id: string;
  readonly assetId: string;
}
