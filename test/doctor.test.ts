import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeScene } from './program.ts';

interface Report {
  readonly ok: boolean;
  readonly repaired: readonly string[];
  readonly checks: readonly {
    name: string;
    ok: boolean;
    findings: readonly { path: string; message: string; fix?: string }[];
    note?: string;
  }[];
}

const scene = makeScene();
scene.snappy('init', 'whole');

// One tree for each test: a compile that the hook has started in the background may outlive the test before.
let count = 0;
let tree: string;
const at = (file: string): string => path.join(scene.dir, tree, file);

beforeEach(() => {
  tree = `tree-${(count += 1)}`;
  // With the times of folders too: the index is compared with them.
  scene.run('cp', '-a', 'whole', tree);
});

function doctor(...args: string[]): Report & { status: number | null } {
  const { status, stdout } = scene.snappy('doctor', '--tree', tree, '--json', ...args);
  return { ...(JSON.parse(stdout) as Report), status };
}

/** What the doctor found, as "check: path", and the exit status. */
function found(...args: string[]): (string | number | null)[] {
  const { status, checks } = doctor(...args);
  for (const { findings } of checks) for (const { fix } of findings) expect(fix).toBeTruthy();
  return [status, ...checks.flatMap(({ name, findings }) => findings.map((finding) => `${name}: ${finding.path}`))];
}

describe('snappy doctor', () => {
  test('finds nothing in a new tree, names every check, and changes nothing', () => {
    const { status, stdout } = scene.snappy('doctor', '--tree', tree);
    expect(status).toBe(0);
    for (const name of ['check', 'credentials', 'eval-row-mandatory', 'manifest-verify', 'index', 'hook', 'machine-id'])
      expect(stdout).toContain(`✓ ${name} `);
    expect(stdout).toMatch(/\nAll is well\.\n\nNothing was changed\.\n$/);
    expect(scene.git(tree, 'status', '--porcelain')).toBe('');
  });

  test('with --silent prints nothing when all is well, and its findings when not', () => {
    expect(scene.snappy('doctor', '--silent', '--tree', tree)).toEqual({ status: 0, stdout: '', stderr: '' });
    fs.rmSync(at('state/index.md'));
    expect(scene.snappy('doctor', '--silent', '--tree', tree).stdout).toContain('state/index.md:1 it is missing');
  });

  test('finds damage to what the seed owns, and calls a sharpened loader no damage', () => {
    fs.appendFileSync(at('program.md'), 'x\n');
    fs.rmSync(at('state/lint/check.ts'));
    expect(found()).toEqual([1, 'manifest-verify: program.md', 'manifest-verify: state/lint/check.ts']);
    scene.git(tree, 'checkout', '--', '.');
    fs.appendFileSync(at('state/skills/skill/AGENTS.md'), '- Sharper.\n');
    scene.snappy('index', '--tree', tree);
    expect(doctor()).toMatchObject({
      status: 0,
      checks: expect.arrayContaining([
        expect.objectContaining({ note: '1 file of the seed’s skills was sharpened here' }),
      ]) as unknown,
    });
  });

  test('finds a manifest that is torn, or names files outside the tree', () => {
    fs.writeFileSync(at('.seed-manifest.json'), '{"_v":1,"files":{"../x":"00"}}');
    expect(found()).toEqual([1, 'manifest-verify: .seed-manifest.json']);
  });

  test('finds an unsigned eval row and a skill out of shape', () => {
    fs.writeFileSync(at('state/log/evals.ndjson'), '{"ts":"2026-11-21T10:00:00Z","skill":"skill","score":1}\n{"torn');
    fs.mkdirSync(at('state/skills/empty'));
    fs.writeFileSync(at('state/skills/empty/notes.txt'), '');
    const checks = new Set(
      found()
        .slice(1)
        .map((line) => String(line)),
    );
    expect(checks).toContain('eval-row-mandatory: state/log/evals.ndjson');
    expect(checks).toContain('check: state/skills/empty/SKILL.md');
  });

  test('finds an index that a skill is newer than, and --fix makes it anew', () => {
    fs.utimesSync(at('state/skills/skill/AGENTS.md'), Date.now() / 1000 + 5, Date.now() / 1000 + 5);
    expect(found()).toEqual([1, 'index: state/skills/skill/AGENTS.md']);
    fs.utimesSync(at('state/skills/skill/AGENTS.md'), Date.now() / 1000 - 5, Date.now() / 1000 - 5);
    fs.rmSync(at('state/.index'), { recursive: true });
    expect(found()).toEqual([1, 'index: state/.index']);
    expect(doctor('--fix')).toMatchObject({ status: 0, repaired: ['index'] });
  });

  test('finds a hook that does not answer, and one that may not be run', () => {
    fs.writeFileSync(at('state/hooks/awk/prompt.awk'), 'BEGIN { this is no awk\n');
    fs.chmodSync(at('state/hooks/snappy-os-inject.sh'), 0o644);
    const { checks } = doctor();
    const messages = checks.find(({ name }) => name === 'hook')?.findings.map(({ message }) => message);
    expect(messages).toEqual([
      'it may not be run as a program, and runtimes call it as one',
      expect.stringMatching(/^the prompt "\/[a-z-]+" should bring the loader .*, and brought nothing$/),
    ]);
  });

  test('finds a machine id that is none or another machine’s; --fix writes this one’s', () => {
    const whole = scene.read('whole/state/log/.machine_id');
    for (const text of ['not an id\n', '0123456789ab\n']) {
      fs.writeFileSync(at('state/log/.machine_id'), text);
      expect(found()).toEqual([1, 'machine-id: state/log/.machine_id']);
      expect(doctor('--fix').repaired).toEqual(['machine-id']);
      expect(scene.read(tree, 'state/log/.machine_id')).toBe(whole);
    }
  });

  test('with --fix --dry changes nothing', () => {
    fs.rmSync(at('state/log/.machine_id'));
    expect(found('--fix', '--dry')).toEqual([1, 'machine-id: state/log/.machine_id']);
    expect(fs.existsSync(at('state/log/.machine_id'))).toBe(false);
  });
});
