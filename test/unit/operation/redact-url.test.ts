import { expect, it } from 'vitest';
import { redactUrl } from '../../../src/operation/redact-url.ts';

it.each([
  ['/flows?access_token=abc', '/flows?access_token=[redacted]'],
  ['/flows?limit=1&access_token=abc&page=2', '/flows?limit=1&access_token=[redacted]&page=2'],
  ['/flows?ACCESS_TOKEN=abc#x&limit=1', '/flows?ACCESS_TOKEN=[redacted]&limit=1'],
  ['/flows#access_token=abc', '/flows#access_token=[redacted]'],
  ['/flows;access_token=abc', '/flows;access_token=[redacted]'],
  ['/flows?label=a#access_token=abc?d;e&limit=1', '/flows?label=a#access_token=[redacted]&limit=1'],
  ['/flows?a?access_token=abc', '/flows?a?access_token=[redacted]'],
  ['/flows?access_token=abc;access_token=def', '/flows?access_token=[redacted]'],
  ['/flows?%61ccess%5Ftoken=abc', '/flows?%61ccess%5Ftoken=[redacted]'],
  ['/flows?access_token=a=b==', '/flows?access_token=[redacted]'],
  [
    '/media/x?X-Amz-Signature=abc&x-amz-credential=d',
    '/media/x?X-Amz-Signature=[redacted]&x-amz-credential=[redacted]',
  ],
  ['/flows?label=a&%zz=b&tag.access_token=x', '/flows?label=a&%zz=b&tag.access_token=x'],
  ['/flows', '/flows'],
  ['/v8.2/playback/t/abc/a.m3u8?x=1', '/v8.2/playback/t/[redacted]/a.m3u8?x=1'],
  ['/v8.2/playback/%74/abc/a.m3u8?x=1', '/v8.2/playback/%74/[redacted]/a.m3u8?x=1'],
  ['/play%62ack/t/abc?x=1', '/play%62ack/t/[redacted]?x=1'],
])('logs %s as %s', (url, logged) => {
  expect(redactUrl(url)).toBe(logged);
});
