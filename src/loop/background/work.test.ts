import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { makeTestTree } from '../../skills/test-tree.ts';
import type { TestTree } from '../../skills/test-tree.ts';
import { drain } from '../briefs/drain.ts';
import { readBriefs } from '../briefs/queue.ts';
import { readRegenConfig, writeRegenConfig } from '../config.ts';
import { takeBaseline } from '../edits/accept.ts';
import { readEdits } from '../edits/queue.ts';
import { startBackground } from './start.ts';
import { readTries, workFolder } from './tries.ts';
import { workBrief } from './work.ts';
import type { WorkEnd } from './work.ts';

const loaderFile = 'state/skills/tool/AGENTS.md';
const loader = '# tool\n\n## Facts\n\n- alpha takes 3 retries\n- beta wants `--quiet` before the file\n';
const gap = 'gamma ends with status 4 when the file is empty';

let tree: TestTree;

/** Lays a tree with an open brief, and an agent program that does this in the copy. */
function setCommand(command: readonly string[]): void {
  fs.mkdirSync(path.join(tree.dir, 'state/config'), { recursive: true });
  fs.writeFileSync(path.join(tree.dir, layout.dispatch), JSON.stringify({ _v: 1, runtimes: { fake: { command } } }));
}

/** What `snappy regen mode background --runtime fake --apply` writes down. */
function agreeTo(command: readonly string[]): void {
  setCommand(command);
  writeRegenConfig(realSystem(), tree.dir, {
    _v: 1,
    mode: 'background',
    runtime: 'fake',
    revert: 'ask',
    maxOpen: 2,
    command: [...command],
  });
}

async function layTree(agent: string, text = loader): Promise<void> {
  tree = makeTestTree({
    'state/skills/tool/SKILL.md': '---\nname: tool\ndescription: x\n---\n# tool\n\nThe reference says little.\n',
    'state/skills/tool/resources/data.txt': 'data\n',
    [loaderFile]: text,
    [layout.feedback]: `[2026-09-01T08:00:00Z] tool: ${gap} [LOGGED] action_kind=loader-rewritten\n`,
    'agent.mjs': `import fs from 'node:fs';\nimport path from 'node:path';\nconst tree = ${JSON.stringify('TREE')};\nconst loader = '${loaderFile}';\n${agent}\n`,
  });
  const file = path.join(tree.dir, 'agent.mjs');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('TREE', tree.dir));
  agreeTo([process.execPath, file, '{prompt}', '{session}']);
  takeBaseline(realSystem(), tree.dir);
  await drain(realSystem(), tree.dir, { now: new Date() });
}

beforeEach(() => {
  tree = makeTestTree();
});
afterEach(() => tree.remove());

function work(timeout?: number): Promise<WorkEnd> {
  const env = { PATH: process.env['PATH'] };
  return workBrief(tree.dir, {
    skill: 'tool',
    kind: 'loader-rewritten',
    env,
    ...(timeout === undefined ? {} : { timeout }),
  });
}

const addLine = `fs.appendFileSync(loader, '- ${gap}\\n');`;
const openBriefs = (): string[] => readBriefs(tree.dir).map(({ skill, kind }) => `${skill}.${kind}`);
const copies = (): string[] =>
  fs
    .readdirSync(path.join(tree.dir, workFolder), { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

describe('what an agent leaves that adds a line', () => {
  test('is in the loader, is its edit, and answers the brief', async () => {
    await layTree(addLine);
    expect(await work()).toEqual({ end: 'taken', why: [] });
    expect(tree.read(loaderFile)).toBe(`${loader}- ${gap}\n`);
    const { session } = readTries(tree.dir).at(-1) ?? {};
    expect(readEdits(tree.dir).at(-1)).toMatchObject({ how: 'drain', runtime: 'fake', session });
    expect(tree.read(layout.feedback).trimEnd().split('\n').at(-1)).toMatch(
      new RegExp(`^\\[.*\\] tool: worked off in the background: gap: ${gap} \\[FIXED\\] action_kind=loader-rewritten$`),
    );
    expect(openBriefs()).not.toContain('tool.loader-rewritten');
    expect(copies()).toEqual([]);
  });

  test('is merged into what others have written meanwhile', async () => {
    await layTree(
      `${addLine}\nfs.writeFileSync(path.join(tree, loader), ${JSON.stringify(loader)}.replace('3 retries', '5 retries'));`,
    );
    expect(await work()).toEqual({ end: 'taken', why: [] });
    expect(tree.read(loaderFile)).toBe(`${loader.replace('3 retries', '5 retries')}- ${gap}\n`);
    expect(readEdits(tree.dir).map(({ how }) => how)).toEqual(['found', 'drain']);
  });
});

test('the agent is told where things are, runs in the copy, and carries the mark that stops recursion', async () => {
  await layTree(`
    const files = fs.readdirSync('.', { recursive: true });
    const seen = { args: process.argv.slice(2), cwd: process.cwd(), inside: process.env.SNAPPY_INSIDE, files };
    fs.writeFileSync(path.join(tree, 'seen.json'), JSON.stringify(seen));`);
  await work();
  const seen = JSON.parse(tree.read('seen.json')) as { args: string[]; cwd: string; inside: string; files: string[] };
  expect(seen.inside).toBe('regen');
  expect(path.dirname(seen.cwd)).toBe(path.join(tree.dir, workFolder));
  expect(seen.args[0]).toContain('`state/skills/tool/AGENTS.md`');
  expect(seen.args[0]).toContain('REMOVED.md');
  expect(seen.args[1]).toBe(readTries(tree.dir)[0]?.session);
  expect(seen.files).toEqual(
    expect.arrayContaining(['BRIEF.md', 'state/skills/tool/AGENTS.md', 'state/skills/tool/resources/data.txt']),
  );
});

describe('nothing is changed, and the reason is kept, when the agent', () => {
  test.each([
    ['changes nothing', '', 'nothing was changed'],
    [
      'ends with a failure',
      `${addLine}\nconsole.error('no quota');\nprocess.exitCode = 3;`,
      'the agent program ended with status 3: no quota',
    ],
    ['is killed', `${addLine}\nprocess.kill(process.pid, 'SIGKILL');`, 'the agent program killed'],
    [
      'drops a line without a word',
      `fs.writeFileSync(loader, fs.readFileSync(loader, 'utf8').replace('- alpha takes 3 retries\\n', '') + '- ${gap}\\n');`,
      'a line is gone that REMOVED.md does not name with a reason: - alpha takes 3 retries',
    ],
    [
      'writes a credential',
      `fs.appendFileSync(loader, '- the key is ghp_' + 'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36) + '\\n');`,
      'a credential (github) stands in line 7',
    ],
    [
      'changes another file of the skill',
      `${addLine}\nfs.writeFileSync('state/skills/tool/resources/data.txt', 'x');`,
      'resources/data.txt was changed',
    ],
    ['adds a program', `${addLine}\nfs.writeFileSync('state/skills/tool/run.sh', 'x');`, 'run.sh was changed'],
    [
      'puts a link to a file elsewhere in the place of the loader',
      `fs.rmSync(loader);\nfs.symlinkSync('/etc/passwd', loader);`,
      'AGENTS.md was changed, and only the loader'.slice(0, 0) ||
        'AGENTS.md is gone, or a link that leads out of the copy',
    ],
    ['removes the skill', `fs.rmSync('state', { recursive: true });`, 'the skill is gone from the copy'],
    [
      'writes a loader that is over its budget',
      `fs.appendFileSync(loader, Array.from({ length: 600 }, (_, at) => '- fact ' + at + '\\n').join(''));`,
      'the loader is over its budget',
    ],
    [
      'breaks the frontmatter',
      `${addLine}\nfs.writeFileSync('state/skills/tool/SKILL.md', fs.readFileSync('state/skills/tool/SKILL.md', 'utf8').replace('description: x', 'description: [x'));`,
      'the lint finds something new',
    ],
  ])('%s', async (_name, agent, reason) => {
    await layTree(agent);
    const { end, why } = await work();
    expect(end).toMatch(/^(refused|failed)$/);
    expect(why.join('\n')).toContain(reason);
    expect(tree.read(loaderFile)).toBe(loader);
    expect(tree.read('state/skills/tool/resources/data.txt')).toBe('data\n');
    expect(openBriefs()).toEqual(['tool.loader-rewritten']);
    expect(readTries(tree.dir).map((row) => row.end)).toEqual(['started', end]);
    expect(readTries(tree.dir).at(-1)?.why).toEqual(why);
    expect(copies()).toEqual([]);
  });

  test('hangs: it is stopped with all that it has started', async () => {
    await layTree(`
      const { spawn } = await import('node:child_process');
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      fs.writeFileSync(path.join(tree, 'pids'), process.pid + ' ' + child.pid);
      setInterval(() => {}, 1000);`);
    const { end, why } = await work(1500);
    expect({ end, why }).toEqual({ end: 'failed', why: ['the agent program timed out'] });
    for (const pid of tree.read('pids').split(' ')) await expectGone(Number(pid));
  });

  test('prints without end', async () => {
    await layTree(`const line = Buffer.alloc(1 << 20, 'x');\nfor (;;) fs.writeSync(1, line);`);
    expect(await work()).toEqual({ end: 'failed', why: ['the agent program too much output'] });
  });

  test('cannot be found', async () => {
    await layTree(addLine);
    agreeTo(['no-such-agent']);
    await expect(work()).rejects.toThrow('there is no program no-such-agent on PATH');
    expect(readTries(tree.dir).map((row) => row.end)).toEqual(['started', 'failed']);
  });

  test.each(['before', 'while'])('works on a loader that is no UTF-8 %s it is at work', async (when) => {
    const bytes = Buffer.concat([Buffer.from(loader), Buffer.from([0x2d, 0x20, 0xe9, 0x0a])]);
    const write = `fs.writeFileSync(path.join(tree, loader), Buffer.from('${bytes.toString('hex')}', 'hex'));`;
    const change = `fs.writeFileSync(loader, fs.readFileSync(loader, 'utf8') + '- ${gap}\\n');`;
    await layTree(when === 'while' ? `${change}\n${write}` : change);
    if (when === 'before') fs.writeFileSync(path.join(tree.dir, loaderFile), bytes);
    const { end, why } = await work();
    expect({ end, why: why.join() }).toEqual({ end: 'refused', why: expect.stringContaining('is no UTF-8') as string });
    expect(fs.readFileSync(path.join(tree.dir, loaderFile)).equals(bytes)).toBe(true);
  });

  test('and somebody else change the same line', async () => {
    const change = (to: string): string => `${JSON.stringify(loader)}.replace('3 retries', '${to} retries')`;
    await layTree(
      `fs.writeFileSync(loader, ${change('6')});\nfs.writeFileSync(path.join(tree, loader), ${change('9')});`,
    );
    expect(await work()).toEqual({
      end: 'refused',
      why: ['AGENTS.md was changed in the same place while the agent was at work'],
    });
    expect(tree.read(loaderFile)).toBe(loader.replace('3 retries', '9 retries'));
  });
});

/** Waits until a process is gone: it was sent a signal, and the kernel takes it away in its own time. */
async function expectGone(pid: number): Promise<void> {
  await expect
    .poll(
      () => {
        try {
          // A zombie that nobody has waited for is gone for our purposes.
          return fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] ?? 'Z';
        } catch {
          return 'Z';
        }
      },
      { timeout: 5000 },
    )
    .toBe('Z');
}

test('a skill of the flat form is worked on in its form', async () => {
  await layTree(`fs.appendFileSync('state/skills/tool.agents.md', '- ${gap}\\n');`);
  const skills = path.join(tree.dir, layout.skills);
  fs.renameSync(path.join(skills, 'tool/SKILL.md'), path.join(skills, 'tool.md'));
  fs.renameSync(path.join(skills, 'tool/AGENTS.md'), path.join(skills, 'tool.agents.md'));
  fs.rmSync(path.join(skills, 'tool'), { recursive: true });
  expect(await work()).toEqual({ end: 'taken', why: [] });
  expect(tree.read('state/skills/tool.agents.md')).toBe(`${loader}- ${gap}\n`);
});

test('what an agent leaves running when it ends is stopped, and is not waited for', async () => {
  await layTree(`
    const { spawn } = await import('node:child_process');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    fs.writeFileSync(path.join(tree, 'pids'), String(child.pid));
    child.unref();
    ${addLine}`);
  expect((await work()).end).toBe('taken');
  await expectGone(Number(tree.read('pids')));
});

test('an edit that an agent makes in the tree itself is noticed as what it is, and nothing is lost by it', async () => {
  await layTree(`fs.appendFileSync(path.join(tree, loader), '- written past the copy\\n');\n${addLine}`);
  expect((await work()).end).toBe('taken');
  expect(tree.read(loaderFile)).toContain('- written past the copy\n');
  expect(tree.read(loaderFile)).toContain(`- ${gap}\n`);
  expect(readEdits(tree.dir)[0]).toMatchObject({ how: 'found' });
});

describe('a brief about the text itself', () => {
  const twice = '- alpha takes 3 retries, one each second\n- Alpha takes 3 retries: one each second.\n';
  const text = loader.replace('- alpha takes 3 retries\n', twice);
  const drop = `fs.writeFileSync(loader, fs.readFileSync(loader, 'utf8').replace('- Alpha takes 3 retries: one each second.\\n', ''));`;

  test('is not answered by a change that leaves it as it was', async () => {
    await layTree(addLine, text);
    const { end, why } = await work();
    expect(end).toBe('refused');
    expect(why[0]).toMatch(/^what the brief is about is still so: /);
    expect(tree.read(loaderFile)).toBe(text);
  });

  test('is answered when the line that is one too many is taken out and named', async () => {
    const note = '- Alpha takes 3 retries: one each second. — the line above says the same';
    await layTree(`${drop}\nfs.writeFileSync('REMOVED.md', ${JSON.stringify(note)});`, text);
    expect(await work()).toEqual({ end: 'taken', why: [] });
    expect(tree.read(loaderFile)).not.toContain('Alpha');
  });
});

test('a brief is tried once in an hour', async () => {
  await layTree('');
  await work();
  expect(await work()).toEqual({ end: 'not tried', why: ['it was tried within the hour, or three times already'] });
});

test('a brief that was closed meanwhile is not tried', async () => {
  await layTree(addLine);
  fs.appendFileSync(
    path.join(tree.dir, layout.feedback),
    `[${new Date().toISOString()}] tool: done [FIXED] action_kind=loader-rewritten\n`,
  );
  expect(await work()).toEqual({ end: 'not tried', why: ['the brief is closed'] });
});

test('a command that came after the consent is not run', async () => {
  await layTree(addLine);
  const config = readRegenConfig(tree.dir);
  const start = (): unknown =>
    startBackground(tree.dir, { env: {}, now: new Date(), config, script: path.join(tree.dir, 'no-such-script.js') });
  setCommand(['sh', '-c', 'touch pwned']);
  expect(start()).toBeUndefined();
  await expect(work()).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining('the command that was agreed to') as string,
  });
  expect(readTries(tree.dir)).toEqual([]);
});

test('it is refused where nobody has agreed to it, and below an agent that was started like this', async () => {
  await layTree(addLine);
  const inside = workBrief(tree.dir, { skill: 'tool', kind: 'loader-rewritten', env: { SNAPPY_INSIDE: 'regen' } });
  await expect(inside).rejects.toMatchObject({ code: 'refused' });
  writeRegenConfig(realSystem(), tree.dir, { _v: 1, mode: 'attended', runtime: 'fake', revert: 'ask', maxOpen: 2 });
  await expect(work()).rejects.toMatchObject({ code: 'refused' });
  expect(readTries(tree.dir)).toEqual([]);
});

test('two at once: the second one says that one is at work', async () => {
  await layTree(addLine);
  const [one, other] = await Promise.allSettled([work(), work()]);
  expect([one.status, other.status].toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(tree.read(loaderFile)).toBe(`${loader}- ${gap}\n`);
});

test('a run that was killed leaves a copy and a lock behind; the next one clears both away and goes on', async () => {
  await layTree(addLine);
  const left = path.join(tree.dir, workFolder, 'tool-12345678');
  fs.mkdirSync(left, { recursive: true });
  const dead = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => dead.on('exit', resolve));
  const holder = {
    version: 1,
    token: '7f0d3c1e-1111-4222-8333-944445555666',
    pid: dead.pid,
    host: (await import('node:os')).hostname(),
    since: new Date().toISOString(),
  };
  fs.writeFileSync(path.join(tree.dir, workFolder, 'lock'), JSON.stringify(holder));
  expect((await work()).end).toBe('taken');
  expect(copies()).toEqual([]);
});
