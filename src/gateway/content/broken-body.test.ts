import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openFileStore } from '../adapters/node/file-store.ts';
import { makeTestHome } from '../test-home.ts';
import { makePush, sha256Of, TestClient } from './test-client.ts';

/** A body whose sender is gone after its first piece. */
function brokenBody(): ReadableStream<Uint8Array> {
  const pieces = [makePush({ base: 0 }).body.subarray(0, 8)];
  return new ReadableStream({
    pull(controller) {
      const piece = pieces.pop();
      if (piece === undefined) throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
      controller.enqueue(piece);
    },
  });
}

test('a body whose line breaks is no fault of the gateway, nor of its storage', async () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-broken-'));
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10 }));
  const home = await makeTestHome({ store: await openFileStore(dir) });
  const client = new TestClient(home, home.operatorKey);
  const blobs = [{ sha256: sha256Of('large'), size: 300_000 }];
  const wish = { method: 'POST', body: JSON.stringify({ repo: 'os', tier: 'private', blobs }) };
  const asked = (await (await client.fetch('/_blobs', wish)).json()) as { blobs: { put: { url: string } }[] };
  const { pathname } = new URL(asked.blobs[0]?.put.url ?? '');
  for (const [method, route] of [
    ['POST', '/_push?repo=os&tier=private&base=0'],
    ['POST', '/_push/part?repo=os&tier=private'],
    ['PUT', pathname],
    ['POST', '/_alert'],
  ] as const) {
    const init: RequestInit & { duplex: 'half' } = { method, body: brokenBody(), duplex: 'half' };
    const answer = await client.fetch(route, init);
    expect([route, answer.status]).toEqual([route, 400]);
    expect(await answer.text()).toContain('cut off');
  }
  await home.idle();
});
