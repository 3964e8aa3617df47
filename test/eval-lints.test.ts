import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { putCron } from '../src/install/cron/block.ts';
import { makeScene } from './program.ts';
import type { Ended } from './program.ts';

const scene = makeScene();
const tree = path.join(scene.dir, 'tree');
const at = (file: string): string => path.join(tree, file);
// The lints of a tree are run by the Node that is on PATH.
scene.env['PATH'] = `${path.join(scene.dir, 'bin')}:${path.dirname(process.execPath)}:${scene.env['PATH']}`;

beforeAll(() => scene.snappy('init', 'tree'));

describe('node state/lint/check.ts --crontab', () => {
  const check = (...args: string[]): Ended =>
    scene.run('node', '--no-warnings', at('state/lint/check.ts'), '--crontab', ...args);

  /** A crontab(1) that gives this text, or ends with `status` and this message. */
  function layCrontab(script: string): void {
    scene.write('bin/crontab', `#!/bin/sh\n${script}\n`);
    fs.chmodSync(path.join(scene.dir, 'bin/crontab'), 0o755);
  }

  test.each(['tree', "Ann's 100% tree"])('finds nothing in the lines that install --cron lays, for %s', (name) => {
    scene.write(
      'mine.cron',
      putCron('MAILTO=ann\n0 1 * * * backup\n', { node: '/usr/bin/node', tree: path.join(scene.dir, name) }),
    );
    expect(check('mine.cron')).toEqual({ status: 0, stdout: 'check.ts: no findings\n', stderr: '' });
  });

  test('refuses class A in the person’s own crontab, with the line', () => {
    layCrontab(
      `cat <<'END'\n# mine\n*/5 * * * * tail -n 3 ${at('state/log/evals.ndjson')} | mail ann\n@daily codex exec "do it"\nEND`,
    );
    const { status, stdout } = check();
    expect(status).toBe(1);
    expect(stdout.split('\n').map((line) => line.replace(/ -> .*/, ''))).toEqual([
      'crontab:2 cron-class-a reads state/log/evals.ndjson on a timer: graded runs are written, never polled',
      'crontab:3 cron-class-a starts the agent codex on a timer',
      'check.ts: 2 findings',
      '',
    ]);
  });

  test('knows a graduated skill’s own program, and the agents of dispatch.json', () => {
    const head = '---\nname: rotate\ndescription: Rotates keys.\ngraduation: sidecar\neval: deterministic\n---\n';
    scene.write('tree/state/skills/rotate/SKILL.md', `${head}# Rotate\n\n## Eval\n\nIts exit status.\n`);
    scene.write('tree/state/bin/rotate/run.sh', '#!/bin/sh\n');
    const dispatch = fs.readFileSync(at('state/config/dispatch.json'), 'utf8');
    scene.write(
      'tree/state/config/dispatch.json',
      dispatch.replace('"codex": {', '"mine": { "command": ["node", "/opt/mine.mjs", "{prompt}"] }, "codex": {'),
    );
    scene.write(
      'mine.cron',
      `@daily ${at('state/bin/rotate/run.sh')}\n@daily node /opt/mine.mjs hi\n@daily node /opt/other.mjs hi\n`,
    );
    const { stdout } = check('mine.cron');
    expect(stdout).toMatch(
      /^mine\.cron:2 cron-class-a starts the agent mine\.mjs on a timer -> [^\n]*\ncheck\.ts: 1 finding\n$/,
    );
    fs.rmSync(at('state/skills/rotate'), { recursive: true });
    fs.rmSync(at('state/bin/rotate'), { recursive: true });
    fs.writeFileSync(at('state/config/dispatch.json'), dispatch);
  });

  test('reads stdin, takes none for an empty one, and says what it cannot read', () => {
    const piped = spawnSync(
      'sh',
      ['-c', `echo '@daily claude -p hi' | node --no-warnings '${at('state/lint/check.ts')}' --crontab -`],
      { env: scene.env, encoding: 'utf8' },
    );
    expect(piped.stdout).toContain('crontab:1 cron-class-a starts the agent claude');
    layCrontab('echo "no crontab for ann" >&2; exit 1');
    expect(check()).toMatchObject({ status: 0, stdout: 'check.ts: no findings\n' });
    layCrontab('echo "ann may not use crontab" >&2; exit 1');
    expect(check()).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        'the crontab cannot be read: ann may not use crontab; expected: node check.ts [tree] [--crontab [file|-]]',
      ) as string,
    });
    expect(check('gone.cron')).toMatchObject({ status: 2, stderr: expect.stringContaining('ENOENT') as string });
    expect(scene.run('node', '--no-warnings', at('state/lint/check.ts'), '--cron')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--cron is no option of it') as string,
    });
  });

  test('is not what the doctor does: it never reads the crontab', () => {
    layCrontab(`touch '${path.join(scene.dir, 'was-read')}'`);
    scene.snappy('doctor', '--tree', 'tree');
    expect(fs.existsSync(path.join(scene.dir, 'was-read'))).toBe(false);
  });
});

describe('npm publish of a tree', () => {
  const publish = (): Ended => {
    const { status, stdout, stderr } = spawnSync(
      'npm',
      ['publish', '--dry-run', '--offline', '--no-update-notifier', '--json'],
      { cwd: tree, env: scene.env, encoding: 'utf8' },
    );
    return { status, stdout, stderr };
  };
  const evals = at('state/log/evals.ndjson');

  test('goes on with rows that keep the rule, and takes neither these nor secrets along', () => {
    const laid = JSON.parse(fs.readFileSync(at('package.json'), 'utf8')) as Record<string, unknown>;
    // A tree is its owner's alone until they say otherwise: npm refuses to publish it.
    expect(laid).toMatchObject({ private: true });
    fs.writeFileSync(
      at('package.json'),
      JSON.stringify({ ...laid, private: false, name: 'ann-tree', version: '1.0.0' }),
    );
    scene.snappy(
      'eval',
      'add',
      'skill',
      '--score',
      '1',
      '--actor',
      'a',
      '--auditor',
      'b',
      '--runtime',
      'codex',
      '--tree',
      'tree',
    );
    scene.write('tree/.env.cache', 'KEY=secret\n');
    const { status, stdout, stderr } = publish();
    expect(status).toBe(0);
    expect(stderr).toContain('prepublishOnly');
    const files = [...stdout.matchAll(/"path": "([^"]+)"/g)].map((found) => found[1] ?? '');
    expect(files).toContain('program.md');
    expect(files.filter((file) => /evals\.ndjson|\.env\.|\.machine_id|sessions\//.test(file))).toEqual([]);
  });

  test('is refused on a row after the cutoff that breaks the rule', () => {
    const row = JSON.parse(fs.readFileSync(evals, 'utf8')) as Record<string, unknown>;
    fs.appendFileSync(evals, `${JSON.stringify({ ...row, auditor_session_id: 'a' })}\n`);
    const { status, stdout, stderr } = publish();
    expect(status).toBe(1);
    expect(stdout + stderr).toContain(
      'state/log/evals.ndjson:2 eval-row-mandatory actor and auditor are the same session',
    );
  });
});
