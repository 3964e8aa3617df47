import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askHookHashes } from './codex-trust.ts';

let folder = '';
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-codex-test-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** Asks a program whose script this is; it runs where the hooks.json is. */
function ask(script: string, wait?: number): ReturnType<typeof askHookHashes> {
  const program = path.join(folder, 'codex');
  fs.writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return askHookHashes(program, '{}', { PATH: process.env['PATH'] }, wait);
}

test('the hooks of the file asked about are given by their place in it', async () => {
  const hook = (file: string): string => `{"key":"'"${file}"':stop:0:0","currentHash":"sha256:1","command":"c"}`;
  const data = `[{"hooks":[${hook('$PWD/hooks.json')},${hook('/etc/hooks.json')}]}]`;
  const script = `read a; echo '{"id":1}'; read b; read c; echo '{"id":2,"result":{"data":${data}}}'; read d`;
  expect(await ask(script)).toEqual([{ place: 'stop:0:0', hash: 'sha256:1', command: 'c' }]);
});

test('a Codex that ends, that cannot be started or that does not know the question is an error', async () => {
  await expect(ask('exit 0')).rejects.toThrow('ended without an answer');
  await expect(askHookHashes(path.join(folder, 'none'), '{}', {})).rejects.toThrow('ENOENT');
  const old = `read a; echo '{"id":1}'; read b; read c; echo '{"id":2,"error":{"code":-32601}}'; read d`;
  await expect(ask(old)).rejects.toThrow('does not answer hooks/list');
});

test('a Codex that is silent is given up, even if another program holds its output open', async () => {
  const started = path.join(folder, 'pid');
  await expect(ask(`sleep 30 & echo $! >'${started}'; wait`, 1_500)).rejects.toThrow(
    'no answer to hooks/list within 1.5 s',
  );
  process.kill(Number(fs.readFileSync(started, 'utf8')));
});
