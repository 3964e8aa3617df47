import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { putCron } from '../src/install/cron/block.ts';
import { makeScene } from './program.ts';

const scene = makeScene();
const tree = path.join(scene.dir, "Ann's 100% tree");

/** Runs our line of the crontab as cron does: with a short environment, in the home folder, `\%` read as `%`. */
function runCronLine(): ReturnType<typeof scene.run> {
  const line = putCron(undefined, { node: process.execPath, tree }).split('\n')[1] ?? '';
  const command = line.split(' ').slice(5).join(' ').replaceAll('\\%', '%');
  const env = [`HOME=${scene.home}`, 'PATH=/usr/bin:/bin', 'SHELL=/bin/sh', 'LOGNAME=ann'];
  return scene.run('env', '-i', ...env, 'sh', '-c', `cd && ${command}`);
}

test('the cron line is silent while all is well, and alerts once when the doctor finds something', () => {
  const alerts = path.join(tree, 'state/log/alerts.log');
  scene.snappy('init', tree);
  expect(runCronLine()).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(fs.existsSync(alerts)).toBe(false);
  fs.rmSync(path.join(tree, 'state/index.md'));
  for (let day = 0; day < 2; day++)
    expect(runCronLine()).toEqual({
      status: 0,
      stdout: expect.stringContaining('state/index.md:1 it is missing') as unknown,
      stderr: '',
    });
  expect(fs.readFileSync(alerts, 'utf8')).toMatch(/^\[[^\]]+\] doctor-failed\n$/);
});
