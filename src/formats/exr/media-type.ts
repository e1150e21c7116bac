/** The media type of OpenEXR files; it is in use, though not registered with IANA. */
export const EXR_MEDIA_TYPE = 'image/x-exr';
