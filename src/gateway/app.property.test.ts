import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createApp } from './app.ts';
import { routes } from './routes/table.ts';
import { makeTestHome, operatorKey } from './test-home.ts';

const part = fc.oneof(
  fc.constantFrom('', '.', '..', '%00', '%2e%2e%2f', '%E0%A4%A', 'me', 'os', 'private', 'team:acme', '000000000000'),
  fc.constantFrom('acme', 'a'.repeat(300), '{', '\\', '%F0%9F%92%A9', '<script>', "'; DROP TABLE keys --"),
  fc.string({ maxLength: 30 }).map(encodeURIComponent),
);
const value = fc.oneof(
  part,
  fc.constantFrom('0', '1', '-1', '1e9', 'os', 'kernel', 'private:3,public:9', 'state', 'none'),
);
const names = [...new Set(routes.flatMap(({ query }) => Object.keys(query ?? {})))];
const query = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 6 });
const body = fc.option(
  fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Uint8Array.of(0x53, 0x4e, 0x50, 0x4b, 1, ...bytes)),
  ),
  { nil: undefined },
);

test('whatever is asked is answered, and no defect comes to light', async () => {
  const home = await makeTestHome({ config: { limits: { failedKeys: 1e9 } } });
  const app = createApp(home);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...routes),
      fc.array(part, { minLength: 6, maxLength: 6 }),
      query,
      body,
      fc.constantFrom(operatorKey, operatorKey, undefined, 'wrong'),
      async ({ method, path }, parts, words, bytes, key) => {
        let at = 0;
        const asked = path.replace(/:\w+(?:\{[^}]*\})?/g, () => parts[at++] ?? '');
        const search = words.map(([name, text]) => `${name}=${text}`).join('&');
        const headers = new Headers(key === undefined ? {} : { authorization: `Bearer ${key}` });
        const sent = method === 'GET' || bytes === undefined ? { method, headers } : { method, headers, body: bytes };
        const response = await app.fetch(new Request(`https://gateway.test${asked}?${search}`, sent));
        await response.arrayBuffer();
        expect(response.status).toBeLessThan(500);
        expect(response.headers.get('x-content-type-options')).toBe('nosniff');
        await home.idle();
      },
    ),
    { numRuns: 1_500 },
  );
});
