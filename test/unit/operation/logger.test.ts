import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/operation/logger.ts';
import { redactUrl } from '../../../src/operation/redact-url.ts';

describe('the log', () => {
  it('holds no credentials of headers or URLs', () => {
    let logged = '';
    const logger = createLogger('info', { write: (line) => (logged += line) });
    logger.info({
      url: '/flows?access_token=hush1&limit=5',
      headers: { authorization: 'Bearer hush2', cookie: 'hush3', accept: 'shown' },
      req: { headers: { authorization: 'Basic hush4', 'proxy-authorization': 'hush5' } },
    });
    expect(logged).toContain('shown');
    expect(logged).toContain('limit=5');
    expect(logged).not.toContain('hush');
  });

  it('is quiet below its level', () => {
    let logged = '';
    createLogger('warn', { write: (line) => (logged += line) }).info('nothing');
    expect(logged).toBe('');
  });
});

describe('a URL in the log', () => {
  it.each([
    ['/media/x/y?expires=5&signature=hush', '/media/x/y?expires=5&signature=[redacted]'],
    ['/a?access_token=hush&b=c', '/a?access_token=[redacted]&b=c'],
    [
      'https://s3/b/k?X-Amz-Credential=hush&X-Amz-Signature=hush#top',
      'https://s3/b/k?X-Amz-Credential=[redacted]&X-Amz-Signature=[redacted]',
    ],
    ['/a?my_access_token=shown', '/a?my_access_token=shown'],
  ])('%s becomes %s', (url, redacted) => {
    expect(redactUrl(url)).toBe(redacted);
  });
});
