import { Response as OutsideResponse } from 'miniflare';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startWatchedWorker } from './homes.ts';
import { skill, World } from './world.ts';
import type { Tenant } from './world.ts';

type Watched = Awaited<ReturnType<typeof startWatchedWorker>>;
type InPlace = NonNullable<Parameters<typeof startWatchedWorker>[0]>;

/** What stands between the Worker and S3; each test sets its own. */
let between: InPlace = (request, really) => really(request);
let home: Watched;
let ann: Tenant;
beforeAll(async () => {
  home = await startWatchedWorker((request, really) => between(request, really));
});
afterAll(() => home.stop());
beforeEach(async () => {
  between = (request, really) => really(request);
  ann = await new World(home).join();
});

const changed = skill('a', 'content '.repeat(2_000));

describe('a store that', () => {
  test('fails keeps a push out as a whole, and the same push is taken when it works again', async () => {
    between = async (request, really) =>
      request.method === 'PUT' ? new OutsideResponse('<Error/>', { status: 500 }) : really(request);
    const push = { base: 0, changed, pushId: 'c'.repeat(32) };
    const refused = await ann.client.push(push);
    expect(refused).toMatchObject({ status: 503, body: { code: 'storage' } });
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(JSON.stringify(refused.body)).not.toContain('127.0.0.1');
    between = (request, really) => really(request);
    expect((await ann.client.pull()).document.tiers[0]?.head.rev).toBe(0);
    expect((await ann.client.push(push)).status).toBe(200);
    expect((await ann.client.pull()).contents['private']).toEqual(changed);
  });

  test('fails once for each object is asked again, and nobody notices', async () => {
    const failed = new Set<string>();
    between = async (request, really) => {
      const name = `${request.method} ${request.url}`;
      if (failed.has(name)) return really(request);
      failed.add(name);
      await request.arrayBuffer();
      return new OutsideResponse('<Error/>', { status: 503 });
    };
    expect((await ann.client.push({ base: 0, changed })).status).toBe(200);
    expect(failed.size).toBeGreaterThan(0);
    expect((await ann.client.pull()).contents['private']).toEqual(changed);
  });

  test('cuts its answers off lets no half content pass for a whole one', async () => {
    expect((await ann.client.push({ base: 0, changed })).status).toBe(200);
    between = async (request, really) => {
      const response = await really(request);
      if (request.method !== 'GET' || !response.ok) return response;
      const bytes = await response.arrayBuffer();
      return new OutsideResponse(bytes.slice(0, bytes.byteLength / 2), { status: response.status });
    };
    await expect(ann.client.pull()).rejects.toThrow(Error);
    between = (request, really) => really(request);
    expect((await ann.client.pull()).contents['private']).toEqual(changed);
  });
});
