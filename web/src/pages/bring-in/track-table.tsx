import { SEGMENT_SECONDS } from '../../bring-in/documents.ts';
import type { MediaFile, MediaTrack } from '../../bring-in/media-file.ts';
import { texts } from '../../texts/bring-in.ts';
import { shownDuration } from '../../parts/shown.ts';

/** The tracks of a file, and what becomes of each. */
export function TrackTable({ media: { tracks, leftOut } }: { readonly media: MediaFile }) {
  return (
    <>
      <table>
        <thead>
          <tr>
            {texts.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tracks.map((track) => (
            <tr key={track.name}>
              <td>{[track.name, ...track.notes].join(', ')}</td>
              <td>{track.codec}</td>
              <td>{shownEssence(track)}</td>
              <td>{shownDuration(secondsOf(track))}</td>
              <td>
                {texts.becomes(Math.max(1, Math.round(secondsOf(track) / Number(SEGMENT_SECONDS))))}
                {!track.isPlayed && <div class="warn">{texts.notPlayed}</div>}
              </td>
            </tr>
          ))}
          {leftOut.map(({ name, why }, index) => (
            <tr key={index}>
              <td>{name}</td>
              <td colSpan={4} class="warn">
                {why}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {tracks.length > 1 && <p class="muted">{texts.isCollected(tracks.length)}</p>}
    </>
  );
}

const secondsOf = ({ startNs, endNs }: MediaTrack): number => Number(endNs - startNs) / 1e9;

interface Shown {
  readonly frame_width?: number;
  readonly frame_height?: number;
  readonly frame_rate?: { readonly numerator: number; readonly denominator: number };
  readonly sample_rate?: number;
  readonly channels?: number;
}

function shownEssence({ kind, essence }: MediaTrack): string {
  const { frame_width: width = 0, frame_height: height = 0, frame_rate: rate, ...sound } = essence as Shown;
  if (kind === 'audio') return texts.sound(sound.sample_rate ?? 0, sound.channels ?? 0);
  const shownRate = rate === undefined ? texts.variableRate : texts.rate(rate.numerator, rate.denominator);
  return texts.pictures(width, height, shownRate);
}
