export const signIn = {
  title: 'Sign in',
  name: 'Name',
  password: 'Password',
  token: 'Token',
  withPassword: 'Sign in',
  withToken: 'Sign in with a token',
  tokenHint: 'A token of this server, or a JWT of its identity provider. It is kept for this tab only.',
  withProvider: (issuer: string): string => `Sign in at ${new URL(issuer).host}`,
  notHere:
    'This server takes tokens in URLs only. The page keeps secrets out of URLs: add token, basic or jwt to AUTH_MODE.',
  again: (reason: string): string => `Sign in again: ${reason}`,
  unasked: 'The answer belongs to no sign-in that this tab began. Sign in again.',
  refused: (reason: string): string => `The identity provider says: ${reason}`,
  needsHttps: 'The identity provider can only be used by HTTPS, or from the machine of the server: open the page so.',
  noToken: 'there is no token in its answer',
  noProvider: (url: string): string => `The identity provider does not answer as it should (${url}).`,
};
