import { describe, expect, test } from 'vitest';
import { compareVersions } from './version.ts';
import { runtimes, selectRuntimes } from './table.ts';

const place = { home: '/home/ann', env: {} };
const wiring = { place, tree: '/home/ann/snappy-os', trusted: [], seedText: () => "const hook = '@HOOK@';" };

test('no two rows share an id or a program', () => {
  expect(new Set(runtimes.map((row) => row.id)).size).toBe(runtimes.length);
  expect(new Set(runtimes.map((row) => row.program)).size).toBe(runtimes.length);
});

describe.each(runtimes.map((row) => [row.id, row] as const))('%s', (_, row) => {
  test('writes below the home only, each file once', () => {
    expect(row.id).toMatch(/^[a-z][a-z-]*$/);
    expect(row.folder(place)).toMatch(/^\/home\/ann\/./);
    expect(row.warnings(place)).toEqual([]);
    const files = row.targets(wiring).map(({ file }) => file);
    for (const file of [...files, ...row.skills.roots(place)]) expect(file).toMatch(/^\/home\/ann\/\./);
    expect(new Set(files).size).toBe(files.length);
  });

  test('has a recorded sample for each hook it wires, and no other', () => {
    const events = row
      .targets(wiring)
      .flatMap((target) => (target.kind === 'json' ? Object.keys(target.wanted.hooks?.events ?? {}) : []));
    const sampled = row.samples.map(({ on }) => on);
    expect(sampled.length).toBeGreaterThan(0);
    expect(new Set(sampled).size).toBe(sampled.length);
    // A module knows its events itself.
    expect(sampled.toSorted()).toEqual(events.length > 0 ? events.toSorted() : sampled.toSorted());
  });

  test('calls the hook of the tree by every way it is wired', () => {
    const texts = row.targets(wiring).map((target) => JSON.stringify(target));
    expect(texts.some((text) => text.includes('/home/ann/snappy-os/state/hooks/snappy-os-inject.sh'))).toBe(true);
  });

  test('finds a version, and orders its gates', () => {
    expect(
      row.version.exec(`codex-cli 1.2.3\n`)?.[1] ??
        row.version.exec('OpenClaw 1.2.3 (abc)')?.[1] ??
        row.version.exec('1.2.3')?.[1],
    ).toBe('1.2.3');
    const since = row.gates.map((gate) => gate.since);
    expect(since).toEqual(since.toSorted(compareVersions));
  });
});

test('runtimes are chosen by name; without names it is all of them', () => {
  expect(selectRuntimes(undefined)).toBe(runtimes);
  expect(selectRuntimes('claude-code, claude-code').map((row) => row.id)).toEqual(['claude-code']);
});

test('an unknown runtime is wrong usage, and the known ones are named', () => {
  const attempt = (): unknown => selectRuntimes('claude-code,emacs');
  expect(attempt).toThrow('there is no runtime "emacs"');
  expect(attempt).toThrow(expect.objectContaining({ code: 'usage', hint: expect.stringContaining('claude-code') }));
});
