import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { testPrograms } from '../core/test-programs.ts';
import { findRuntime, isPresent } from './detect.ts';
import type { Place } from './row.ts';

const programs = testPrograms();
const runtime = { program: 'pi', folder: ({ home }: Place) => path.join(home, '.pi') };
const place = (): Place => ({ home: path.join(programs.dir, 'home'), env: { PATH: programs.dir } });

test('a runtime is there as a program, as a folder, as both, or not at all', () => {
  expect(findRuntime(runtime, place())).toEqual({ program: undefined, folder: undefined });
  expect(isPresent(runtime, place())).toBe(false);
  const program = programs.add('pi', 'exit 0');
  expect(findRuntime(runtime, place())).toEqual({ program, folder: undefined });
  expect(isPresent(runtime, place())).toBe(true);
  const folder = path.join(programs.dir, 'home/.pi');
  fs.mkdirSync(folder, { recursive: true });
  expect(findRuntime(runtime, place())).toEqual({ program, folder });
  expect(findRuntime(runtime, { ...place(), env: {} })).toEqual({ program: undefined, folder });
  expect(isPresent(runtime, { ...place(), env: {} })).toBe(true);
});

test('a file where the folder should be shows nothing', () => {
  programs.add('home/.pi', '');
  expect(isPresent(runtime, { ...place(), env: {} })).toBe(false);
});
