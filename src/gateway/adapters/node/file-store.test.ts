import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { freshFolder, snapshot } from '../../../core/test-disk.ts';
import { StoreError } from '../../ports.ts';
import { describeStore } from '../test-store-contract.ts';
import { openFileStore } from './file-store.ts';

const scratch = freshFolder();
afterAll(() => fs.rmSync(scratch, { recursive: true }));
const shared = openFileStore(path.join(scratch, 'shared'));
describeStore('files', () => shared);

const program = path.join(import.meta.dirname, 'file-store.program.ts');
const folder = (name: string): string => path.join(scratch, name);

describe('a store of files', () => {
  test('has each object under its own path, for a person to look into and for nobody else', async () => {
    const root = folder('plain');
    const store = await openFileStore(root);
    await store.put('snappy-os/state/skills/mine/SKILL.md', new TextEncoder().encode('# mine\n'));
    expect(snapshot(root)).toEqual([
      ` 700 /`,
      `.incoming ${(fs.statSync(path.join(root, '.incoming')).mode & 0o777).toString(8)} /`,
      'snappy-os 700 /',
      'snappy-os/state 700 /',
      'snappy-os/state/skills 700 /',
      'snappy-os/state/skills/mine 700 /',
      'snappy-os/state/skills/mine/SKILL.md 600 = # mine\n',
    ]);
  });

  test('neither shows nor takes keys in the folder where objects grow', async () => {
    const root = folder('incoming');
    const store = await openFileStore(root);
    fs.writeFileSync(path.join(root, '.incoming', 'left'), 'half');
    expect(await store.list('', 10)).toEqual([]);
    await expect(store.get('.incoming/left')).rejects.toThrow(StoreError);
    for (const key of ['.incoming/mine', '.Incoming/mine', '.incoming']) {
      await expect(store.put(key, new Uint8Array(1))).rejects.toThrow(StoreError);
    }
  });

  test('says what stands in the way of a key below another one', async () => {
    const store = await openFileStore(folder('standing'));
    await store.put('a', new Uint8Array(1));
    await store.put('b/c', new Uint8Array(1));
    await expect(store.put('a/below', new Uint8Array(1))).rejects.toThrow(/an object stands where it needs a folder/);
    await expect(store.put('b', new Uint8Array(1))).rejects.toThrow(/there are objects below its name/);
    expect(await store.list('', 10)).toEqual(['a', 'b/c']);
  });

  test('lists no link', async () => {
    const root = folder('links');
    const store = await openFileStore(root);
    fs.writeFileSync(folder('secret'), 'secret');
    fs.symlinkSync(folder('secret'), path.join(root, 'link'));
    expect(await store.list('', 10)).toEqual([]);
  });

  test('puts into a folder that is being removed at the same time, since it was empty', async () => {
    const store = await openFileStore(folder('busy'));
    const rounds = Array.from({ length: 150 }, (_, n) => n);
    await Promise.all(
      rounds.map(async (n) => {
        await store.put(`a/b/c/gone-${n}`, new Uint8Array(1));
        await Promise.all([store.remove(`a/b/c/gone-${n}`), store.put(`a/b/c/${n}`, new Uint8Array(n))]);
        expect(await store.size(`a/b/c/${n}`)).toBe(n);
        await store.remove(`a/b/c/${n}`);
      }),
    );
    expect(await store.list('', 10)).toEqual([]);
  });

  test('keeps nothing half when it is killed, and clears away what was under way', async () => {
    const root = folder('killed');
    const child = spawn(process.execPath, [program, 'hang', root], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    for await (const chunk of child.stdout) if (String(chunk).includes('half')) break;
    expect(fs.readdirSync(path.join(root, '.incoming'))).toHaveLength(1);
    child.kill('SIGKILL');
    await ended;
    const store = await openFileStore(root);
    expect(fs.readdirSync(path.join(root, '.incoming'))).toEqual([]);
    expect(await store.list('', 10)).toEqual(['packs/kept']);
    expect(await store.size('packs/kept')).toBe(100_000);
  });

  test('says that a disk takes no more, for real, and has nothing half', async () => {
    const root = folder('full');
    // `ulimit -f` counts blocks of 512 bytes: a write beyond it fails with EFBIG once its signal is ignored.
    const { stdout, stderr } = spawnSync(
      'sh',
      ['-c', `trap '' XFSZ; ulimit -f 64; exec "$0" "$@"`, process.execPath, program, 'put', root, '200000'],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(stdout).toBe(
      "StoreError: packs/large in the gateway's store: it is larger than the limit for files here (EFBIG)\n",
    );
    expect(fs.readdirSync(path.join(root, '.incoming'))).toEqual([]);
    expect(await (await openFileStore(root)).list('', 10)).toEqual([]);
  });

  test('tells a reader when a file has become shorter under it', async () => {
    const root = folder('shorter');
    const store = await openFileStore(root);
    await store.put('large', new Uint8Array(600_000));
    const reader = (await store.stream('large'))?.getReader();
    await reader?.read();
    fs.truncateSync(path.join(root, 'large'), 300_000);
    const rest = async (): Promise<void> => {
      while ((await reader?.read())?.done === false);
    };
    await expect(rest()).rejects.toThrow(/has become shorter while it was read/);
  });
});
