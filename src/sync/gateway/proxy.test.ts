import { describe, expect, test } from 'vitest';
import { findProxy } from './proxy.ts';

const gateway = new URL('https://gateway.acme.example');
const through = (env: Record<string, string>, url = gateway): string | undefined => findProxy(url, env)?.address;

describe('the proxy for an address', () => {
  test.each<[string, Record<string, string>, string | undefined]>([
    ['https', {}, undefined],
    ['https', { HTTPS_PROXY: 'http://p:3128' }, 'http://p:3128'],
    ['https', { HTTPS_PROXY: 'http://upper', https_proxy: 'http://lower' }, 'http://lower'],
    ['https', { HTTPS_PROXY: 'http://p', https_proxy: ' ' }, 'http://p'],
    ['https', { HTTP_PROXY: 'http://p' }, undefined],
    ['http', { HTTPS_PROXY: 'http://p' }, undefined],
    ['http', { http_proxy: 'http://p' }, 'http://p'],
    ['https', { ALL_PROXY: 'http://all' }, 'http://all'],
    ['https', { ALL_PROXY: 'http://all', HTTPS_PROXY: 'https://p:8443/' }, 'https://p:8443'],
    ['https', { https_proxy: 'p:3128' }, 'http://p:3128'],
    ['https', { https_proxy: 'http://[::1]:3128' }, 'http://[::1]:3128'],
  ])('of %s is what the environment names: %j', (scheme, env, address) => {
    expect(through(env, new URL(`${scheme}://gateway.acme.example`))).toBe(address);
  });

  test.each(['http://localhost:3180', 'https://127.0.0.1', 'http://127.9.9.9', 'http://[::1]:3180'])(
    'is none for this machine itself: %s',
    (url) => expect(through({ all_proxy: 'http://p' }, new URL(url))).toBeUndefined(),
  );

  test('is told with who asks, and named without', () => {
    const found = findProxy(gateway, { HTTPS_PROXY: 'http://ann:p%40ss%3Aword%20%C3%A9@proxy.example:3128' });
    expect(found).toEqual({
      address: 'http://proxy.example:3128',
      authorization: `Basic ${Buffer.from('ann:p@ss:word é').toString('base64')}`,
      variable: 'HTTPS_PROXY',
    });
  });

  test.each([
    ['socks5://ann:s3cret@localhost:1080', 'HTTPS_PROXY names a proxy that begins with socks5:'],
    ['http://ann:s3cret#@p:1', 'HTTPS_PROXY is not the address of a proxy'],
    ['http://ann:%s3cret@p:1', 'HTTPS_PROXY is not the address of a proxy'],
    ['ann:s3cret@p:port', 'HTTPS_PROXY is not the address of a proxy'],
  ])('that cannot be one is said, without its value: %s', (value, message) => {
    let thrown: unknown;
    try {
      findProxy(gateway, { HTTPS_PROXY: value });
    } catch (cause) {
      thrown = cause;
    }
    expect(thrown).toMatchObject({ code: 'usage', message, hint: expect.stringMatching(/http:\/\//) as unknown });
    expect(thrown).not.toHaveProperty('cause');
  });
});

describe('no proxy', () => {
  test.each([
    ['*', 'https://gateway.acme.example'],
    ['gateway.acme.example', 'https://gateway.acme.example'],
    ['acme.example', 'https://gateway.acme.example'],
    ['.acme.example', 'https://gateway.acme.example'],
    ['*.acme.example', 'https://gateway.acme.example'],
    ['.gateway.acme.example', 'https://gateway.acme.example'],
    ['Acme.Example.', 'https://GATEWAY.acme.example.'],
    ['other.example, acme.example', 'https://gateway.acme.example'],
    ['other.example acme.example', 'https://gateway.acme.example'],
    ['acme.example:443', 'https://gateway.acme.example'],
    ['acme.example:80', 'http://gateway.acme.example'],
    ['10.1.2.3', 'http://10.1.2.3:3180'],
    ['10.1.2.3:3180', 'http://10.1.2.3:3180'],
    ['10.0.0.0/8', 'http://10.1.2.3:3180'],
    ['fd00::/8', 'http://[fd12::1]:3180'],
    ['[fd12::1]:3180', 'http://[fd12::1]:3180'],
    ['fd12:0::1', 'http://[fd12::1]'],
  ])('is for %s asked for %s', (no_proxy, url) => {
    expect(through({ all_proxy: 'http://p', no_proxy }, new URL(url))).toBeUndefined();
    expect(through({ all_proxy: 'http://p', NO_PROXY: no_proxy }, new URL(url))).toBeUndefined();
  });

  test.each([
    ['', 'https://gateway.acme.example'],
    [',. ,', 'https://gateway.acme.example'],
    ['me.example', 'https://gateway.acme.example'],
    ['acme.example.org', 'https://gateway.acme.example'],
    ['way.acme.example', 'https://gateway.acme.example'],
    ['acme.example:8443', 'https://gateway.acme.example'],
    ['1.2.3', 'http://10.1.2.3'],
    ['.3', 'http://10.1.2.3'],
    ['11.0.0.0/8', 'http://10.1.2.3'],
    ['10.0.0.0/99', 'http://10.1.2.3'],
    ['10.0.0.0/x', 'http://10.1.2.3'],
    ['fd00::/8', 'http://10.1.2.3'],
    ['10.0.0.0/8', 'https://10.acme.example'],
    ['[fd12::1]:80', 'http://[fd12::1]:3180'],
  ])('is not for %j asked for %s', (no_proxy, url) => {
    expect(through({ all_proxy: 'http://p', no_proxy }, new URL(url))).toBe('http://p');
  });
});
