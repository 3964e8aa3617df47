import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { testPrograms } from '../core/test-programs.ts';
import { askVersion, askVersions, versionCacheSchema } from './version-ask.ts';
import type { Answer, Asked, VersionCache } from './version-ask.ts';

const programs = testPrograms();
const now = Date.UTC(2026, 10, 21);

function asked(program: string, id = path.basename(program)): Asked {
  return { runtime: { id, version: /^(?:codex-cli )?(\d+\.\d+\.\d+\S*)/m }, program };
}

const ask = (body: string, timeout = 30_000): Promise<Answer> =>
  askVersion(asked(programs.add('tool', body)), { env: programs.env(), timeout });

describe('the version a program tells', () => {
  test.each([
    ['on stdout', 'echo "codex-cli 0.169.0"', '0.169.0'],
    ['on stderr', 'echo 0.74.2 >&2', '0.74.2'],
    ['after a warning', 'echo "warning: old Node" >&2; echo; echo 1.2.3-beta.1', '1.2.3-beta.1'],
    ['with a full stop', 'echo 1.0.102.', '1.0.102'],
    ['with a failing status', 'echo 1.5.2; exit 1', '1.5.2'],
    ['before it is killed for printing on and on', 'echo 1.5.2; while :; do echo yyyyyyyy; done', '1.5.2'],
  ])('is read %s', async (_, body, version) => {
    expect(await ask(body)).toEqual({ version });
  });

  test('is asked for with --version alone, with nothing on stdin', async () => {
    expect(await ask('[ "$*" = --version ] && [ -z "$(cat)" ] && echo 1.0.0')).toEqual({ version: '1.0.0' });
  });

  test.each([
    ['prints nothing', 'exit 0', 'printed no version'],
    ['prints something else', 'echo "usage: tool"', 'printed no version'],
    ['fails', 'echo "no such option" >&2; exit 2', 'ended with status 2'],
    ['crashes', 'kill -SEGV $$', 'was ended by a signal'],
    ['prints 10 MB', 'head -c 10000000 /dev/zero | tr "\\0" x', 'printed no version, and too much else'],
    ['has no interpreter', '#!/no/such/interpreter', 'could not be started'],
  ])('is unknown where the program %s', async (_, body, fault) => {
    expect(await ask(body)).toEqual({ version: undefined, fault: `${programs.dir}/tool --version ${fault}` });
  });

  test('is unknown where the program hangs', async () => {
    expect(await ask('sleep 600', 100)).toEqual({
      version: undefined,
      fault: `${programs.dir}/tool --version did not answer within 0.1 s`,
    });
  });
});

describe('several programs', () => {
  /** A program that tells its version, and counts how often it was started. */
  const counting = (name: string, version: string): string =>
    programs.add(name, `echo x >> '${programs.dir}/${name}.log'\necho ${version}`);
  const starts = (name: string): number => {
    const log = path.join(programs.dir, `${name}.log`);
    return fs.existsSync(log) ? fs.readFileSync(log, 'utf8').length / 2 : 0;
  };
  const askAll = async (names: string[], cache: VersionCache, at = now): Promise<[unknown, VersionCache]> => {
    const list = names.map((name) => asked(path.join(programs.dir, name)));
    const result = await askVersions(list, { env: programs.env(), cache, now: at, timeout: 30_000 });
    return [Object.fromEntries([...result.answers].map(([id, { version }]) => [id, version])), result.cache];
  };

  test('are asked at the same time', async () => {
    // Each waits for the other: one after the other, the first would wait for ever.
    const meet = (own: string, other: string): string =>
      `: > '${programs.dir}/${own}.here'; until [ -e '${programs.dir}/${other}.here' ]; do sleep 0.01; done; echo 1.0.0`;
    programs.add('one', meet('one', 'two'));
    programs.add('two', meet('two', 'one'));
    expect((await askAll(['one', 'two'], {}))[0]).toEqual({ one: '1.0.0', two: '1.0.0' });
  });

  test('are not asked again while they are the same files, by whatever link', async () => {
    counting('one', '1.0.0');
    fs.symlinkSync(path.join(programs.dir, 'one'), path.join(programs.dir, 'link'));
    const [first, cache] = await askAll(['one'], {});
    const [second, again] = await askAll(['link'], versionCacheSchema.parse(JSON.parse(JSON.stringify(cache))));
    expect([first, second, starts('one')]).toEqual([{ one: '1.0.0' }, { link: '1.0.0' }, 1]);
    expect(again).toEqual(cache);
  });

  test('are asked again when the file was changed, and after a day', async () => {
    counting('one', '1.0.0');
    const [, cache] = await askAll(['one'], {});
    counting('one', '1.10.0');
    const [updated, newer] = await askAll(['one'], cache);
    expect([updated, starts('one')]).toEqual([{ one: '1.10.0' }, 2]);
    await askAll(['one'], newer, now + 23 * 3_600_000);
    expect(starts('one')).toBe(2);
    await askAll(['one'], newer, now + 24 * 3_600_000);
    expect(starts('one')).toBe(3);
    // A clock that was set back.
    await askAll(['one'], newer, now - 1);
    expect(starts('one')).toBe(4);
    // Some tools give every file they lay the same time.
    const { mtime } = fs.statSync(path.join(programs.dir, 'one'));
    counting('one', '1.11.11');
    fs.utimesSync(path.join(programs.dir, 'one'), mtime, mtime);
    const [, sameTime] = await askAll(['one'], {});
    counting('one', '2.0.0');
    fs.utimesSync(path.join(programs.dir, 'one'), mtime, mtime);
    expect((await askAll(['one'], sameTime))[0]).toEqual({ one: '2.0.0' });
  });

  test('that told no version are asked again after an hour; the others keep their place in the cache', async () => {
    counting('one', '1.0.0');
    counting('mute', 'nothing');
    const [answers, cache] = await askAll(['one', 'mute'], {});
    expect(answers).toEqual({ one: '1.0.0', mute: undefined });
    const kept = versionCacheSchema.parse(JSON.parse(JSON.stringify(cache)));
    expect(await askAll(['mute'], kept, now + 3_599_999)).toEqual([{ mute: undefined }, cache]);
    expect([starts('one'), starts('mute')]).toEqual([1, 1]);
    const [, later] = await askAll(['mute'], kept, now + 3_600_000);
    expect(Object.keys(later).toSorted()).toEqual(Object.keys(cache).toSorted());
    expect([starts('one'), starts('mute')]).toEqual([1, 2]);
  });
});
