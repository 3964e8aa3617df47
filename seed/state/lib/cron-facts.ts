import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { CronFacts } from './cron-rules.ts';
import { parseJsonLine } from './log.ts';
import { readSkills } from './skill-files.ts';
import { programsOf } from './started-programs.ts';

/** Bytes; a longer crontab is no person's. */
const maxBytes = 1024 * 1024;

/** Programs that `state/config/dispatch.json` starts agents by; none where it says nothing that can be read. */
function dispatchedPrograms(tree: string): string[] {
  let text: string;
  try {
    text = fs.readFileSync(path.join(tree, 'state/config/dispatch.json'), 'utf8');
  } catch {
    return [];
  }
  const runtimes = parseJsonLine(text)?.['runtimes'];
  if (typeof runtimes !== 'object' || runtimes === null) return [];
  return Object.values(runtimes).flatMap((runtime: unknown) => {
    const command = (runtime as { command?: unknown } | null)?.command;
    if (!Array.isArray(command) || !command.every((word) => typeof word === 'string')) return [];
    const quoted = command.map((word: string) => `'${word.replaceAll("'", `'\\''`)}'`);
    return programsOf(quoted.join(' ')).map((program) => path.basename(program.path));
  });
}

/** What the rules for crontabs need to know of a tree on this machine. */
export function cronFactsOf(tree: string, home: string = os.homedir()): CronFacts {
  const sidecars = readSkills(tree).filter(
    ({ skill }) => skill.graduation === 'sidecar' && skill.eval === 'deterministic',
  );
  return {
    trees: [...new Set([path.resolve(tree), fs.realpathSync(tree)])],
    home,
    agents: dispatchedPrograms(tree),
    sidecars: new Set(sidecars.map(({ name }) => name)),
  };
}

/**
 * The text of a crontab: of a file, of stdin for `-`, else the person's own by crontab(1); '' where the person has none.
 * Throws an Error that says why it cannot be read.
 */
export function readCrontabText(from: string | undefined): string {
  if (from !== undefined) {
    const text = fs.readFileSync(from === '-' ? 0 : from, 'utf8');
    if (Buffer.byteLength(text) <= maxBytes) return text;
    throw new Error(`${from} has more than ${maxBytes} bytes`);
  }
  // Its messages are told apart below: they have to be in English.
  const env = { ...process.env, LC_ALL: 'C', LANG: 'C', LANGUAGE: 'C' };
  const { status, stdout, stderr, error } = spawnSync('crontab', ['-l'], {
    env,
    encoding: 'utf8',
    maxBuffer: maxBytes,
    timeout: 10_000,
  });
  if (error !== undefined) throw error;
  if (status === 0) return stdout;
  if (/no crontab for |can't open '[^'\n]*': No such file/.test(stderr)) return '';
  throw new Error(stderr.trim().split('\n')[0] || `crontab -l ended with status ${status}`);
}
