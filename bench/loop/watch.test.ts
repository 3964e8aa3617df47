import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { layout } from '../../src/core/paths.ts';
import { scratch } from '../corpus.ts';
import { Machine } from './machine.ts';
import { LoaderWatch } from './watch.ts';

const quirk = (topic: string, value: string) => ({ program: 'flobix', topic, value });
const programs = [{ name: 'flobix', quirks: [quirk('selector', '@red'), quirk('dry-mode', '-n')] }];
const both = '- selector: `@red`\n- dry-mode: `-n`\n';
const one = '- dry-mode: `-n`\n';

let machine: Machine;
let watch: LoaderWatch;

function write(text: string): Promise<void> {
  const folder = path.join(machine.tree, layout.skills, 'flobix');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'AGENTS.md'), text);
  return Promise.resolve();
}

beforeEach(async () => {
  const tree = scratch();
  machine = new Machine({ tree, home: tree, programs: tree, off: new Set() }, (_by, _machine, work) => work());
  watch = new LoaderWatch();
  watch.believe(programs);
  await write(both);
  await watch.guard('drain', machine, () => Promise.resolve());
});

describe('the watch over true lines', () => {
  it('notes what a merge takes away, and not what it leaves', async () => {
    await watch.guard('merge', machine, () => write(one));
    expect(watch.losses).toEqual([{ by: 'merge', quirk: 'flobix/selector', session: 0, aside: false }]);
  });

  it('tells what is kept beside the loader', async () => {
    const folder = path.join(machine.tree, layout.conflicts, 'flobix');
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'unknown.md'), 'lost: - selector: `@red`\n');
    await watch.guard('merge', machine, () => write(one));
    expect(watch.losses).toMatchObject([{ quirk: 'flobix/selector', aside: true }]);
  });

  it('lays what an agent takes away to nobody else, and says whether it came back', async () => {
    await write(one);
    await watch.guard('notice', machine, () => write(both));
    await write(one);
    await watch.guard('drain', machine, () => Promise.resolve());
    watch.endTurn(machine);
    expect(watch.losses).toEqual([]);
    expect(watch.slips.map(({ back }) => back)).toEqual([false, false]);
  });

  it('counts a line that was put back in the same turn as back', async () => {
    await write(one);
    await watch.guard('notice', machine, () => write(both));
    watch.endTurn(machine);
    expect(watch.slips).toEqual([{ quirk: 'flobix/selector', session: 0, back: true }]);
  });

  it('takes a program that changed for no loss', async () => {
    watch.believe([{ name: 'flobix', quirks: [quirk('selector', '#red'), quirk('dry-mode', '-n')] }]);
    await watch.guard('drain', machine, () => Promise.resolve());
    watch.endTurn(machine);
    expect([...watch.losses, ...watch.slips]).toEqual([]);
  });
});
