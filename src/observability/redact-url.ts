const SECRET_PARAMETERS: ReadonlySet<string> = new Set([
  'access_token',
  'signature',
  'x-amz-signature',
  'x-amz-credential',
  'x-amz-security-token',
]);

/** A URL as it may be logged: without tokens and signatures. */
export function redactUrl(url: string): string {
  return url.replace(/([?&])([^=&#]+)=[^&#]*/g, (parameter, separator: string, name: string) =>
    SECRET_PARAMETERS.has(decoded(name).toLowerCase()) ? `${separator}${name}=[redacted]` : parameter,
  );
}

/** The server takes `%61ccess_token` for what it means, too. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    // Nothing that cannot be decoded is the name of a parameter of ours.
    return name;
  }
}
