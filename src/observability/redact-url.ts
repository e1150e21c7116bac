const SECRET_PARAMETERS =
  /([?&](?:access_token|signature|x-amz-signature|x-amz-credential|x-amz-security-token)=)[^&#]*/gi;

/** A URL as it may be logged: without tokens and signatures. */
export function redactUrl(url: string): string {
  return url.replace(SECRET_PARAMETERS, '$1[redacted]');
}
