import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { layout } from '../core/paths.ts';
import { compileIndex } from '../skills/compile.ts';
import { eventually } from './eventually.ts';
import { combinations, firstOf, runUnder } from './shells.ts';
import { layTestTree, throwaway } from './tree-fixture.ts';

const scratch = throwaway();
// Each test has a tree of its own: what one started in the background may outlive it.
let trees = 0;
let tree = '';
let compiled = '';
let log = '';
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));

const everywhere = combinations(scratch);
const usual = firstOf(everywhere);

/** A `bin/snappy.js` that only tells that it was called, and with what. */
const witness = `require('fs').appendFileSync('compiled', process.argv.slice(2).join(' ') + '\\n');\n`;

beforeEach(() => {
  tree = path.join(scratch, `tree-${trees++}`);
  compiled = path.join(tree, 'compiled');
  log = path.join(tree, layout.hookLog);
  layTestTree(tree, [{ name: 'deploy-site', triggers: ['ship it now'] }]);
  fs.mkdirSync(path.join(tree, 'bin'));
  fs.writeFileSync(path.join(tree, 'bin/snappy.js'), witness);
  compileIndex(tree);
  for (const { bin } of everywhere)
    if (!fs.existsSync(path.join(bin, 'node'))) fs.symlinkSync(process.execPath, path.join(bin, 'node'));
});

const wasCompiled = (): Promise<boolean> =>
  eventually(() => fs.existsSync(compiled) && fs.readFileSync(compiled, 'utf8').endsWith('\n'));
const settled = (): Promise<unknown> => pause(400);
const editOf = (file: string): string =>
  JSON.stringify({
    session_id: 'a b',
    hook_event_name: 'PostToolUse',
    tool_name: 'Edit',
    tool_input: { file_path: file },
  });
const regen = (what: string, who: string): string =>
  `regen ${what} --tree ${tree} --runtime claude-code --session ${who}\n`;

/** Gives the index a time that lies this many seconds from now. */
function dateIndex(seconds: number): void {
  const time = new Date(Date.now() + seconds * 1000);
  fs.utimesSync(path.join(tree, layout.index, 'current'), time, time);
}

/** Gives the skills a time of a minute ago, and the index one since. Not of now: the clock of files may lag behind. */
function ageSkills(): void {
  const minuteAgo = Date.now() / 1000 - 60;
  const skills = path.join(tree, layout.skills);
  for (const name of ['', ...fs.readdirSync(skills, { recursive: true, encoding: 'utf8' })])
    fs.utimesSync(path.join(skills, name), minuteAgo, minuteAgo);
  dateIndex(-10);
}

describe.each(everywhere)('an edit under $name', (combination) => {
  it('of a loader starts the compile and tells the agent', async () => {
    const { stdout, stderr, status } = runUnder(
      combination,
      tree,
      'edit',
      editOf(path.join(tree, 'state/skills/deploy-site/AGENTS.md')),
    );
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const { hookSpecificOutput } = JSON.parse(stdout) as {
      hookSpecificOutput: { hookEventName: string; additionalContext: string };
    };
    expect(hookSpecificOutput.hookEventName).toBe('PostToolUse');
    expect(hookSpecificOutput.additionalContext).toContain('`AGENTS.md` of the skill `deploy-site`');
    expect(await wasCompiled()).toBe(true);
    expect(fs.readFileSync(compiled, 'utf8')).toMatch(/^regen notice --tree .* --session a_b\.\d+\n$/);
    expect(fs.readFileSync(path.join(tree, layout.queue, '.edited'), 'utf8')).toMatch(
      /^tool\tclaude-code\ta_b\.\d+\tdeploy-site\n$/,
    );
  });
});

/** Places through which an agent may reach a skill's file; each gives the path it edits. */
const ways: Readonly<Record<string, () => string>> = {
  'a linked skill folder': () => {
    fs.symlinkSync(path.join(tree, 'state/skills/deploy-site'), path.join(tree, 'linked'));
    return path.join(tree, 'linked/AGENTS.md');
  },
  'a linked file': () => {
    fs.symlinkSync('../state/skills/deploy-site/AGENTS.md', path.join(tree, 'bin/AGENTS.md'));
    return path.join(tree, 'bin/AGENTS.md');
  },
  'a skill folder that is itself a link': () => {
    fs.renameSync(path.join(tree, 'state/skills/deploy-site'), path.join(tree, 'elsewhere'));
    fs.symlinkSync('../../elsewhere', path.join(tree, 'state/skills/deploy-site'));
    return path.join(tree, 'state/skills/deploy-site/AGENTS.md');
  },
  'a path with dots': () => path.join(tree, 'bin') + '/../state/skills/deploy-site/SKILL.md',
  'a flat skill': () => {
    fs.writeFileSync(path.join(tree, 'state/skills/deploy-site.agents.md'), 'x');
    return path.join(tree, 'state/skills/deploy-site.agents.md');
  },
  'a skill folder that is gone': () => {
    fs.rmSync(path.join(tree, 'state/skills/deploy-site'), { recursive: true });
    return path.join(tree, 'state/skills/deploy-site/AGENTS.md');
  },
};

describe('an edit', () => {
  it.each(Object.entries(ways))('is noticed by way of %s', async (_, reach) => {
    expect(runUnder(usual, tree, 'edit', editOf(reach())).stdout).toContain('of the skill `deploy-site`');
    expect(await wasCompiled()).toBe(true);
  });

  it('outside of the skills is none', async () => {
    for (const file of [
      path.join(tree, 'program.md'),
      path.join(scratch, 'x.md'),
      '/x',
      'relative.md',
      '',
      `${tree}/state/skills-old/x/AGENTS.md`,
      `${tree}/state/skills/../x.md`,
    ]) {
      expect(runUnder(usual, tree, 'edit', editOf(file)), file).toEqual({ stdout: '', stderr: '', status: 0 });
    }
    await settled();
    expect(fs.existsSync(compiled)).toBe(false);
  });

  it('that a watcher tells of starts the compile and says nothing', async () => {
    const input = JSON.stringify({
      session_id: 'a-1',
      file_path: path.join(tree, 'state/skills/deploy-site/AGENTS.md'),
      event: 'change',
    });
    expect(runUnder(usual, tree, 'changed', input)).toEqual({ stdout: '', stderr: '', status: 0 });
    expect(await wasCompiled()).toBe(true);
    expect(fs.readFileSync(compiled, 'utf8')).toBe(regen('notice', 'a-1'));
    expect(fs.readFileSync(path.join(tree, layout.queue, '.edited'), 'utf8')).toBe(
      'watched\tclaude-code\ta-1\tdeploy-site\n',
    );
  });
});

it('edits that come in a flood start one look at a time, and each is claimed', async () => {
  fs.writeFileSync(path.join(tree, 'bin/snappy.js'), `${witness}setTimeout(() => {}, 1500);\n`);
  const input = editOf(path.join(tree, 'state/skills/deploy-site/AGENTS.md'));
  for (let at = 0; at < 12; at++) runUnder(usual, tree, 'edit', input);
  await settled();
  expect(fs.readFileSync(compiled, 'utf8').trim().split('\n')).toHaveLength(1);
  expect(
    fs
      .readFileSync(path.join(tree, layout.queue, '.edited'), 'utf8')
      .trim()
      .split('\n'),
  ).toHaveLength(12);
});

it('a mark that a killed look has left holds up the next ones for two minutes at most', async () => {
  const mark = path.join(tree, layout.queue, '.noticing');
  fs.mkdirSync(path.dirname(mark), { recursive: true });
  fs.writeFileSync(mark, '');
  const old = Date.now() / 1000 - 180;
  fs.utimesSync(mark, old, old);
  runUnder(usual, tree, 'edit', editOf(path.join(tree, 'state/skills/deploy-site/AGENTS.md')));
  expect(await wasCompiled()).toBe(true);
});

describe('an index older than the skills', () => {
  it.each([
    ['session', '{"session_id":"a","source":"startup"}', 'notice', '-'],
    ['prompt', '{"session_id":"new","prompt":"hello"}', 'notice', '-'],
    ['stop', '{"session_id":"b","file_path":"/x"}', 'drain', 'b'],
  ])('is noticed at: %s', async (event, input, what, who) => {
    dateIndex(-60);
    expect(runUnder(usual, tree, event, input).status).toBe(0);
    expect(await wasCompiled()).toBe(true);
    // The first prompt of a session may say it twice: as such, and since the folder of the skills is newer.
    expect(fs.readFileSync(compiled, 'utf8').split(/(?<=\n)/)).toContain(regen(what, who));
  });

  it('is looked for where the index is dated after now', async () => {
    dateIndex(3600);
    runUnder(usual, tree, 'stop', '{}');
    expect(await wasCompiled()).toBe(true);
  });

  it('is not looked for when the index is newer, nor inside a run of our own', async () => {
    ageSkills();
    runUnder(usual, tree, 'stop', '{}');
    await settled();
    dateIndex(-60);
    const inside = { SNAPPY_INSIDE: '1' };
    runUnder(usual, tree, 'stop', '{}', inside);
    runUnder(usual, tree, 'session', '{"session_id":"a"}', inside);
    runUnder(usual, tree, 'edit', editOf(path.join(tree, 'state/skills/deploy-site/AGENTS.md')), inside);
    await settled();
    expect(fs.existsSync(compiled)).toBe(false);
  });

  it('is told of in the log where there is no Node, no program, or one that fails', async () => {
    const said = (text: string): Promise<boolean> =>
      eventually(() => fs.existsSync(log) && fs.readFileSync(log, 'utf8').includes(text));
    const edit = (): unknown =>
      runUnder(usual, tree, 'edit', editOf(path.join(tree, 'state/skills/deploy-site/AGENTS.md')));
    fs.writeFileSync(path.join(tree, 'bin/snappy.js'), 'process.exit(7)');
    edit();
    expect(await said('snappy regen notice ended with status 7')).toBe(true);
    fs.rmSync(path.join(tree, 'bin/snappy.js'));
    edit();
    expect(await said('bin/snappy.js is missing')).toBe(true);
    fs.rmSync(path.join(usual.bin, 'node'));
    edit();
    expect(await said('no node on PATH')).toBe(true);
  });

  it('is compiled in a process that holds none of the pipes of its caller', async () => {
    fs.writeFileSync(path.join(tree, 'bin/snappy.js'), `${witness}setTimeout(() => {}, 3000);\n`);
    const [program = 'sh', ...words] = usual.shell;
    const child = spawn(path.join(usual.bin, program), [...words, path.join(tree, layout.hook), 'edit'], {
      env: { PATH: usual.bin },
    });
    const begun = Date.now();
    child.stdin.end(editOf(path.join(tree, 'state/skills/deploy-site/AGENTS.md')));
    await new Promise((resolve) => child.on('close', resolve));
    expect(await wasCompiled()).toBe(true);
    expect(Date.now() - begun).toBeLessThan(2500);
  });
});

it('a tree whose skills nobody has looked at yet is looked at when a session starts', async () => {
  ageSkills();
  fs.rmSync(path.join(tree, layout.revisions), { recursive: true });
  runUnder(usual, tree, 'session', '{"session_id":"a"}');
  expect(await wasCompiled()).toBe(true);
});

describe('the end of a turn', () => {
  const drained = (): string => path.join(tree, layout.queue, '.drained');
  const put = (file: string): void => {
    fs.mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
    fs.writeFileSync(path.join(tree, file), 'x\n');
    const minuteAgo = Date.now() / 1000 - 60;
    fs.utimesSync(path.join(tree, file), minuteAgo, minuteAgo);
  };
  const stop = (): unknown => runUnder(usual, tree, 'stop', '{"session_id":"a"}');

  beforeEach(() => {
    ageSkills();
    put(`${layout.queue}/.drained`);
    const tenSecondsAgo = Date.now() / 1000 - 10;
    fs.utimesSync(drained(), tenSecondsAgo, tenSecondsAgo);
  });

  it('starts no drain where there is nothing new', async () => {
    put(layout.evals);
    put(layout.feedback);
    put(`${layout.queue}/deploy-site.shape-ok.md`);
    stop();
    await settled();
    expect(fs.existsSync(compiled)).toBe(false);
  });

  it.each([
    ['an edit in the queue', `${layout.queue}/deploy-site.0123456789abcdef.edit.json`],
    ['a graded run', layout.evals],
    ['a feedback row', layout.feedback],
  ])('starts a drain for %s', async (_, file) => {
    put(file);
    if (!file.endsWith('.json')) fs.utimesSync(drained(), new Date(), new Date(Date.now() - 120_000));
    stop();
    expect(await wasCompiled()).toBe(true);
    expect(fs.readFileSync(compiled, 'utf8')).toBe(regen('drain', 'a'));
  });

  it('starts a drain where the last one is dated after now', async () => {
    fs.utimesSync(drained(), new Date(), new Date(Date.now() + 3600_000));
    put(layout.feedback);
    stop();
    expect(await wasCompiled()).toBe(true);
  });

  it('starts a drain for rows that are older than any drain', async () => {
    put(layout.evals);
    fs.rmSync(drained());
    stop();
    expect(await wasCompiled()).toBe(true);
  });
});
