import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { layout } from '../../src/core/paths.ts';
import { scratch } from '../corpus.ts';
import { isTold, isToldRight, laySkills, readLoader, statementsOf } from './loaders.ts';
import { replaced } from './machine.ts';
import { makePrograms } from './programs.ts';

const quirk = { program: 'flobix', topic: 'selector', value: '@red' };

describe('what a loader says', () => {
  it('is read line by line, whatever stands behind the value', () => {
    const text = '## Commands\n- selector: `@red` (found by trial)\n- dry-mode: `-n`\n* other: `x`\n';
    expect(statementsOf(text)).toEqual([
      { topic: 'selector', value: '@red' },
      { topic: 'dry-mode', value: '-n' },
    ]);
  });

  it('is right when it is true and nothing contradicts it', () => {
    expect(isToldRight('- selector: `@red`\n- selector: `@red`; nothing else is taken\n', quirk)).toBe(true);
    expect(isToldRight('- selector: `@red`\n- selector: `#red`\n', quirk)).toBe(false);
    expect(isTold('- selector: `@red`\n- selector: `#red`\n', quirk)).toBe(true);
    expect(isToldRight('', quirk)).toBe(false);
  });

  it('is one or two true things at the beginning, and now and then a false one', () => {
    const tree = scratch();
    const programs = makePrograms(5, 12);
    laySkills(tree, programs, 5);
    expect(fs.readdirSync(path.join(tree, layout.skills))).toHaveLength(12);
    const told = programs.map(({ name, quirks }) => ({ text: readLoader(tree, name), quirks }));
    const right = told.map(({ text, quirks }) => quirks.filter((one) => isTold(text, one)).length);
    expect(new Set(right)).toEqual(new Set([1, 2]));
    const wrong = told.map(({ text }, at) => statementsOf(text).length - (right[at] ?? 0));
    expect(new Set(wrong)).toEqual(new Set([0, 1]));
  });
});

describe('an edit tool', () => {
  it('replaces, adds and removes lines', () => {
    const text = '## Commands\n- a\n- b\n';
    const changes = [
      { old: '- a', new: '- c' },
      { old: '', new: '- d' },
      { old: '- b', new: '' },
    ];
    expect(replaced(text, changes)).toBe('## Commands\n- d\n- c\n');
  });

  it('refuses a line that is not there, or there twice', () => {
    expect(replaced('- a\n', [{ old: '- b', new: '- c' }])).toBeUndefined();
    expect(replaced('- a\n- a\n', [{ old: '- a', new: '- c' }])).toBeUndefined();
  });
});
