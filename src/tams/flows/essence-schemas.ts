import { Type } from '../../shared/type-builder.ts';
import { Integer, Ratio, Rational } from '../../http/schemas/common.ts';

/** Essence parameters by format (TAMS 7.0, `schemas/flow-{video,audio,image,data}.json`). */

const VideoUncompressed = Type.Object(
  {
    unc_type: Type.Enum(
      [
        'planar',
        'YUYV',
        'UYVY',
        'AYUV',
        'v210',
        'v216',
        'RGB',
        'RGBx',
        'xRGB',
        'BGRx',
        'xBGR',
        'RGBA',
        'ARGB',
        'BGRA',
        'ABGR',
        'alpha',
      ],
      { type: 'string', description: 'How samples are packed. Required when the codec is `video/raw`.' },
    ),
  },
  { title: 'UncompressedVideo' },
);

const AvcParameters = Type.Object(
  { profile: Integer(), level: Integer(), flags: Integer() },
  { title: 'AvcParameters', description: 'The three bytes of an AVC codec string.' },
);

export const VideoEssence = Type.Object(
  {
    frame_rate: Type.Optional(Rational),
    frame_width: Integer({ minimum: 1, description: 'Pixels.' }),
    frame_height: Integer({ minimum: 1, description: 'Pixels.' }),
    bit_depth: Type.Optional(Integer({ minimum: 1, description: 'Required when the codec is `video/raw`.' })),
    interlace_mode: Type.Optional(
      Type.Enum(['progressive', 'interlaced_tff', 'interlaced_bff', 'interlaced_psf'], { type: 'string' }),
    ),
    colorspace: Type.Optional(Type.Enum(['BT601', 'BT709', 'BT2020', 'BT2100'], { type: 'string' })),
    transfer_characteristic: Type.Optional(Type.Enum(['SDR', 'HLG', 'PQ'], { type: 'string' })),
    aspect_ratio: Type.Optional(Ratio),
    pixel_aspect_ratio: Type.Optional(Ratio),
    component_type: Type.Optional(Type.Enum(['YCbCr', 'RGB'], { type: 'string' })),
    horiz_chroma_subs: Type.Optional(Integer({ minimum: 1, description: 'Required for YUV packings.' })),
    vert_chroma_subs: Type.Optional(Integer({ minimum: 1, description: 'Required for YUV packings.' })),
    unc_parameters: Type.Optional(VideoUncompressed),
    avc_parameters: Type.Optional(AvcParameters),
  },
  { title: 'VideoEssence', additionalProperties: false },
);

const AudioCodecParameters = Type.Object(
  { coded_frame_size: Type.Optional(Integer()), mp4_oti: Type.Optional(Integer()) },
  { title: 'AudioCodecParameters' },
);

const AudioUncompressed = Type.Object(
  {
    unc_type: Type.Enum(['interleaved', 'planar', 'pairs'], {
      type: 'string',
      description: 'How channels are laid out. Required when the codec is raw audio.',
    }),
  },
  { title: 'UncompressedAudio' },
);

export const AudioEssence = Type.Object(
  {
    sample_rate: Integer({ minimum: 1, description: 'Samples per second.' }),
    channels: Integer({ minimum: 1 }),
    bit_depth: Type.Optional(Integer({ minimum: 1, description: 'Required when the codec is raw audio.' })),
    codec_parameters: Type.Optional(AudioCodecParameters),
    unc_parameters: Type.Optional(AudioUncompressed),
  },
  { title: 'AudioEssence', additionalProperties: false },
);

export const ImageEssence = Type.Object(
  {
    frame_width: Integer({ minimum: 1, description: 'Pixels.' }),
    frame_height: Integer({ minimum: 1, description: 'Pixels.' }),
    aspect_ratio: Type.Optional(Ratio),
  },
  { title: 'ImageEssence', additionalProperties: false },
);

export const DataEssence = Type.Object(
  { data_type: Type.Optional(Type.String({ description: 'A URN of what the data means.' })) },
  { title: 'DataEssence', additionalProperties: false },
);
