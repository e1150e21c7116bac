#!/usr/bin/env bash
# Makes the clip beside this script anew, from ffmpeg's own test sources: 6 s of pictures, cut every second, and the
# sound to them, cut every 48 AAC frames (1.024 s), so that the cuts of the two flows differ as they do in real life.
# The MPEG-TS files do not end in .ts, since tools would take them for TypeScript. Users need neither this script nor
# ffmpeg: the clip and its manifest are part of the repository (`npm run format` after making them anew).
set -euo pipefail
cd "$(dirname "$0")"

count=6
video_frames=25                # in a segment: 1 s at 25 frames/s
audio_samples=$((48 * 1024))   # in a segment: 48 AAC frames of 1,024 samples, at 48,000 samples/s

rm -f video-*.mpegts audio-*.aac clip.json
quiet=(-hide_banner -loglevel error -fflags +bitexact -flags:v +bitexact -flags:a +bitexact)

ffmpeg "${quiet[@]}" -f lavfi -i "testsrc2=size=320x180:rate=25:duration=$count" \
  -map 0 -c:v libx264 -profile:v high -level 1.3 -pix_fmt yuv420p -preset veryslow -crf 30 -threads 1 \
  -g $video_frames -keyint_min $video_frames -sc_threshold 0 -bf 0 \
  -muxdelay 0 -muxpreload 0 -f segment -segment_format mpegts -segment_time 1 video-%d.mpegts

ffmpeg "${quiet[@]}" -f lavfi -i "sine=frequency=440:beep_factor=4:sample_rate=48000:duration=$((count + 1))" \
  -map 0 -c:a aac -ac 2 -b:a 64k -frames:a $((count * 48)) \
  -f segment -segment_format adts -segment_time 1.024 audio-%d.aac

# timestamp UNITS RATE: the time of UNITS frames or samples, as TAMS writes it: seconds:nanoseconds.
timestamp() { echo "$(($1 / $2)):$(($1 % $2 * 1000000000 / $2))"; }

# segments PREFIX SUFFIX UNITS RATE: the segments' entries in the manifest.
segments() {
  local index file
  for ((index = 0; index < count; index++)); do
    file="$1-$index.$2"
    printf '      { "file": "%s", "timerange": "[%s_%s)", "bytes": %d, "sha256": "%s" }%s\n' \
      "$file" "$(timestamp $((index * $3)) "$4")" "$(timestamp $(((index + 1) * $3)) "$4")" \
      "$(wc -c <"$file")" "$(sha256sum "$file" | cut -d' ' -f1)" "$([ $index -lt $((count - 1)) ] && echo ,)"
  done
}

cat > clip.json <<JSON
{
  "video": {
    "label": "Test picture",
    "codec": "video/h264",
    "container": "video/mp2t",
    "segment_duration": { "numerator": 1, "denominator": 1 },
    "essence_parameters": {
      "frame_rate": { "numerator": 25, "denominator": 1 },
      "frame_width": 320,
      "frame_height": 180,
      "bit_depth": 8,
      "interlace_mode": "progressive",
      "colorspace": "BT709",
      "transfer_characteristic": "SDR",
      "aspect_ratio": { "numerator": 16, "denominator": 9 },
      "pixel_aspect_ratio": { "numerator": 1, "denominator": 1 },
      "component_type": "YCbCr",
      "horiz_chroma_subs": 2,
      "vert_chroma_subs": 2,
      "avc_parameters": { "profile": 100, "level": 13, "flags": 0 }
    },
    "segments": [
$(segments video mpegts $video_frames 25)
    ]
  },
  "audio": {
    "label": "Test tone",
    "codec": "audio/aac",
    "container": "audio/aac",
    "segment_duration": { "numerator": 128, "denominator": 125 },
    "essence_parameters": {
      "sample_rate": 48000,
      "channels": 2,
      "codec_parameters": { "coded_frame_size": 1024, "mp4_oti": 2 }
    },
    "segments": [
$(segments audio aac $audio_samples 48000)
    ]
  }
}
JSON
