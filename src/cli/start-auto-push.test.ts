import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { freshFolder } from '../core/test-disk.ts';
import { grantConsent } from '../sync/gateway/consent.ts';
import { startAutoPush } from './start-auto-push.ts';

let tree = '';
let script = '';
beforeEach(() => {
  tree = freshFolder();
  script = path.join(tree, 'told.mjs');
  fs.writeFileSync(script, "import fs from 'node:fs';\nfs.writeFileSync('told', process.argv.slice(2).join(' '));\n");
});
afterEach(() => fs.rmSync(tree, { recursive: true, maxRetries: 10, retryDelay: 50 }));

test('a push is started by itself where that was consented to, and by no agent that we have started', async () => {
  expect(startAutoPush(tree, {}, script)).toBe(false);
  grantConsent(tree, { url: 'https://gateway.example', tenant: '0123456789ab' }, 60, new Date());
  expect(startAutoPush(tree, { SNAPPY_INSIDE: '1' }, script)).toBe(false);
  expect(startAutoPush(tree, {}, script)).toBe(true);
  await vi.waitFor(() => expect(fs.readFileSync(path.join(tree, 'told'), 'utf8')).toBe(`push --auto --tree ${tree}`), {
    timeout: 10_000,
  });
});
