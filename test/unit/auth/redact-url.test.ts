import { expect, it } from 'vitest';
import { redactUrl } from '../../../src/observability/redact-url.ts';

it.each([
  ['/flows?access_token=abc', '/flows?access_token=[redacted]'],
  ['/flows?limit=1&access_token=abc&page=2', '/flows?limit=1&access_token=[redacted]&page=2'],
  ['/flows?ACCESS_TOKEN=abc#x', '/flows?ACCESS_TOKEN=[redacted]#x'],
  ['/flows?%61ccess%5Ftoken=abc', '/flows?%61ccess%5Ftoken=[redacted]'],
  ['/flows?access_token=a=b==', '/flows?access_token=[redacted]'],
  [
    '/media/x?X-Amz-Signature=abc&x-amz-credential=d',
    '/media/x?X-Amz-Signature=[redacted]&x-amz-credential=[redacted]',
  ],
  ['/flows?label=a&%zz=b&tag.access_token=x', '/flows?label=a&%zz=b&tag.access_token=x'],
  ['/flows', '/flows'],
])('logs %s as %s', (url, logged) => {
  expect(redactUrl(url)).toBe(logged);
});
