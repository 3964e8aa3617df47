import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sha256Of, TestClient } from '../../content/test-client.ts';
import { operatorKey } from '../../test-home.ts';
import { openNodeHome } from './serve-home.ts';

test('a home on Node looks at as many large files as a push names, where a Worker has few calls', async () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-home-'));
  const settings = {
    _v: 1,
    secret: 'the one secret of a gateway that lives in a test',
    operatorKeyHash: sha256Of(operatorKey),
    store: { kind: 'files' },
  } as const;
  const fault = (cause: unknown): never => {
    throw cause;
  };
  const home = await openNodeHome(dir, settings, { version: '0.0.0', onError: fault });
  onTestFinished(async () => {
    await home.close();
    fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
  });
  const files = Array.from({ length: 300 }, (_, n) => {
    return { path: `state/${n}`, sha256: sha256Of(`${n}`), size: 5_000_000, exec: false };
  });
  const answer = await new TestClient(home, operatorKey).push({ base: 0, document: { files } });
  expect(await answer.json()).toMatchObject({ code: 'missing_content' });
});
