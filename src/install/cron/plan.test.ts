import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { testPrograms } from '../../core/test-programs.ts';
import { putCron } from './block.ts';
import { planCrontab, type CronPlan } from './plan.ts';

const programs = testPrograms();
const node = process.execPath;
const at = (name: string): string => path.join(programs.dir, name);

beforeEach(() => {
  fs.mkdirSync(at('tree'));
  fs.symlinkSync('tree', at('link'));
});

function plan(command: 'install' | 'uninstall', tree: string, crontab: string): Promise<CronPlan> {
  fs.writeFileSync(at('held'), crontab);
  programs.add('crontab', `cat '${at('held')}'`);
  const tool = { env: { PATH: `${programs.dir}:/usr/bin:/bin` } };
  return planCrontab(tool, { command, wanted: true, tree, node, platform: 'linux' });
}

test.each(['tree', 'link'])('the block names the real tree and goes again, installed by the name %s', async (name) => {
  const text = putCron('# a\n', { node, tree: at('tree') });
  expect(await plan('install', at(name), '# a\n')).toMatchObject({ after: text });
  for (const other of ['tree', 'link'])
    expect(await plan('uninstall', at(other), text)).toMatchObject({ after: '# a\n' });
});

test('a block that names the tree by a link goes with that name', async () => {
  const text = putCron('# a\n', { node, tree: at('link') });
  expect(await plan('uninstall', at('link'), text)).toMatchObject({ after: '# a\n' });
});

test('the block of another tree stays', async () => {
  const text = putCron('# a\n', { node, tree: '/elsewhere' });
  expect(await plan('uninstall', at('tree'), text)).toMatchObject({ before: text, after: text });
});
