// What a worker needs for its runs: a tree that the built program has laid, an agent, and an auditor.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startAgent } from './agent-process.ts';
import { startLines } from './lines.ts';
import type { Lab } from './run.ts';

const builtProgram = path.resolve(import.meta.dirname, '../../dist/snappy.js');

/** Makes a lab, lets it be used, and clears it away. */
export async function withLab<T>(use: (lab: Lab) => Promise<T>): Promise<T> {
  const scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-loop-')));
  const agent = startAgent();
  const auditor = startLines(['--no-warnings', path.join(import.meta.dirname, 'auditor.ts')], process.env);
  try {
    const template = path.join(scratch, 'template');
    const home = path.join(scratch, 'home');
    fs.mkdirSync(home);
    const env = { PATH: process.env['PATH'], HOME: home, GIT_CONFIG_NOSYSTEM: '1' };
    const { status, stderr } = spawnSync(process.execPath, [builtProgram, 'init', template], { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`snappy init ended with status ${status}\n${stderr}`);
    return await use({ template, scratch, agent, auditor });
  } finally {
    await Promise.all([agent.end(), auditor.end()]);
    fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}
