import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkEnvFile, findOwnTree, parseEnvFile, putEnvValue, readEnv, requireEnv } from './env.ts';

const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-env-')));
const tree = path.join(dir, 'tree');
fs.mkdirSync(path.join(tree, 'state/skills/demo'), { recursive: true });
fs.mkdirSync(path.join(tree, 'state/lib'));
fs.writeFileSync(path.join(tree, 'program.md'), '');
fs.writeFileSync(path.join(tree, 'package.json'), '{"type":"module"}');
fs.writeFileSync(path.join(tree, '.env.cache'), 'TOKEN=from-file\nEMPTY=\n', { mode: 0o600 });
afterAll(() => fs.rmSync(dir, { recursive: true }));

describe('a value', () => {
  test('comes from the environment first, then from the tree, and from nowhere else', () => {
    expect(readEnv('TOKEN', { env: { TOKEN: 'from-env' }, tree })).toBe('from-env');
    expect(readEnv('TOKEN', { env: { TOKEN: '' }, tree })).toBe('from-file');
    expect(readEnv('EMPTY', { env: {}, tree })).toBeUndefined();
    expect(readEnv('TOKEN', { env: {}, tree: dir })).toBeUndefined();
  });

  test('that is missing is named, and no other value is shown', () => {
    expect(() => requireEnv('OTHER', { env: {}, tree })).toThrow(
      "OTHER is neither in the environment nor in the tree's .env.cache",
    );
  });
});

describe('a program of a skill', () => {
  const program = path.join(tree, 'state/skills/demo/run.ts');
  const home = path.join(dir, 'home');
  /** Runs a file by Node, as a runtime's tool would: in any folder, with nothing in the environment. */
  const run = (file: string, cwd: string, env: NodeJS.ProcessEnv = {}): string =>
    execFileSync(process.execPath, ['--no-warnings', file], { cwd, encoding: 'utf8', env });

  beforeAll(() => {
    for (const name of ['env.ts', 'finding.ts'])
      fs.copyFileSync(path.join(import.meta.dirname, name), path.join(tree, 'state/lib', name));
    const body = "import { readEnv } from '../../lib/env.ts';\nprocess.stdout.write(readEnv('TOKEN') ?? 'none');\n";
    fs.writeFileSync(program, body);
    // Another program that starts it, from a working folder of its own.
    const start = `execFileSync(process.execPath, ['--no-warnings', process.argv[2] ?? ${JSON.stringify(program)}], { cwd: '/', stdio: 'inherit' })`;
    fs.writeFileSync(
      path.join(tree, 'state/skills/demo/parent.ts'),
      `import { execFileSync } from 'node:child_process';\n${start};\n`,
    );
    fs.mkdirSync(path.join(home, '.agents'), { recursive: true });
    fs.mkdirSync(path.join(home, '.claude/skills'), { recursive: true });
    // One link for the whole root, and one for the single skill: both forms that install makes.
    fs.symlinkSync(path.join(tree, 'state/skills'), path.join(home, '.agents/skills'));
    fs.symlinkSync(path.join(tree, 'state/skills/demo'), path.join(home, '.claude/skills/demo'));
    // The folder it is started in is another tree, with a secret of its own.
    const other = path.join(dir, 'other');
    fs.mkdirSync(path.join(other, 'state/skills'), { recursive: true });
    fs.writeFileSync(path.join(other, 'program.md'), '');
    fs.writeFileSync(path.join(other, '.env.cache'), 'TOKEN=of-another-tree\n');
    fs.writeFileSync(path.join(home, '.env.cache'), 'TOKEN=of-the-home\n');
    fs.writeFileSync(path.join(home, '.env'), 'TOKEN=of-the-home\n');
  });

  test.each([
    ['in the tree', 'tree/state/skills/demo'],
    ['in a linked skill folder', 'home/.claude/skills/demo'],
    ['below a skills root that is one link', 'home/.agents/skills/demo'],
  ])('%s finds the tree, wherever it is started', (_, folder) => {
    for (const cwd of ['tree', 'other', 'home', folder])
      expect(run(path.join(dir, folder, 'run.ts'), path.join(dir, cwd))).toBe('from-file');
    expect(run(path.join(folder, 'run.ts'), dir)).toBe('from-file');
    expect(findOwnTree(path.join(dir, folder, 'run.ts'))).toBe(tree);
  });

  test.each(['tree/state/skills/demo', 'home/.claude/skills/demo', 'home/.agents/skills/demo'])(
    'started by another one of %s finds the same',
    (folder) => {
      expect(run(path.join(dir, folder, 'parent.ts'), path.join(dir, 'other'))).toBe('from-file');
    },
  );

  test('takes what its parent has in the environment before the file, and an empty value for none', () => {
    const parent = path.join(home, '.agents/skills/demo/parent.ts');
    expect(run(parent, dir, { TOKEN: 'from-env' })).toBe('from-env');
    expect(run(parent, dir, { TOKEN: '' })).toBe('from-file');
  });

  test('that was copied out of the tree finds no file', () => {
    fs.cpSync(path.join(tree, 'state/lib'), path.join(home, 'lib'), { recursive: true });
    fs.mkdirSync(path.join(home, 'skills/demo'), { recursive: true });
    fs.writeFileSync(path.join(home, 'package.json'), '{"type":"module"}');
    fs.copyFileSync(program, path.join(home, 'skills/demo/run.ts'));
    expect(run(path.join(home, 'skills/demo/run.ts'), tree)).toBe('none');
  });
});

describe('a value that is put into the file of secrets', () => {
  test.each([
    ['an empty file', '', 'KEY=new\n'],
    ['a file without a last line end', 'A=1', 'A=1\nKEY=new\n'],
    ['a file with CRLF', 'A=1\r\n# b\r\n', 'A=1\r\n# b\r\nKEY=new\r\n'],
    ['a line that is there', '# k\nKEY = old # note\n\n B=2', '# k\nKEY =new\n\n B=2'],
    ['an exported line with CRLF', 'export KEY="a\\"b"\r\nB=2\r\n', 'export KEY=new\r\nB=2\r\n'],
    ['the last of two lines, which counts', 'KEY=1\nKEY=2\nA=1\n', 'KEY=1\nKEY=new\nA=1\n'],
    ['a line with nothing in it', 'KEY=\nA=1\n', 'KEY=new\nA=1\n'],
    ['a file that has it', "KEY='new' # note\n", "KEY='new' # note\n"],
  ])('changes its own line alone: %s', (_, before, after) => {
    expect(putEnvValue(before, 'KEY', 'new')).toBe(after);
  });

  test.each([
    ['plain-1./:@%+,=', 'KEY=plain-1./:@%+,=\n'],
    ['two words', "KEY='two words'\n"],
    ['a # b "c" $d \\', 'KEY=\'a # b "c" $d \\\'\n'],
    ["it's", 'KEY="it\'s"\n'],
    ['a\nb\\n"\r', 'KEY="a\\nb\\\\n\\"\\r"\n'],
  ])('is quoted where it has to be: %j', (value, text) => {
    expect(putEnvValue('', 'KEY', value)).toBe(text);
    expect(parseEnvFile(text).get('KEY')).toBe(value);
  });

  test('is read back whatever it is, in whatever file, and no other value changes', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('KEY=1', "export KEY='a", 'KEY="x\\', 'A=1', ' B = "2" # n', "C='3'", '#KEY=4', '\uFEFFKEY=5'),
    );
    const file = fc.tuple(fc.array(line), fc.constantFrom('\n', '\r\n')).map(([lines, eol]) => lines.join(eol));
    const hard = fc.string({
      unit: fc.constantFrom('"', "'", '\\', '\n', '\r', '#', ' ', 'n', '\u2028', '$', 'é', '='),
    });
    fc.assert(
      fc.property(file, fc.oneof(hard, fc.string({ unit: 'binary' })), (text, value) => {
        const after = putEnvValue(text, 'KEY', value);
        expect(parseEnvFile(after).get('KEY')).toBe(value);
        expect(putEnvValue(after, 'KEY', value)).toBe(after);
        const others = (held: string): unknown => [...parseEnvFile(held)].filter(([name]) => name !== 'KEY');
        expect(others(after)).toEqual(others(text));
      }),
      { numRuns: 1_000 },
    );
  });

  test('needs a name that a reader finds', () => {
    expect(() => putEnvValue('', 'A B', 'secret')).toThrow('not a name for an environment variable');
  });
});

describe('the file of secrets', () => {
  test('has NAME=value lines, quoted or not', () => {
    const text = 'A=1 # note\nexport B="two \\"x\\"\\n" # n\r\nC=\'it # is\'\n# D=4\nE = a=b#c\nbad line\n1F=x\nG=#x\n';
    expect(Object.fromEntries(parseEnvFile(text))).toEqual({ A: '1', B: 'two "x"\n', C: 'it # is', E: 'a=b#c', G: '' });
  });

  test('that others can read is a finding', () => {
    expect(checkEnvFile(tree)).toEqual([]);
    expect(checkEnvFile(dir)).toEqual([]);
    fs.chmodSync(path.join(tree, '.env.cache'), 0o644);
    expect(checkEnvFile(tree)[0]?.message).toBe('holds secrets and has mode 0644; expected 0600');
    fs.mkdirSync(path.join(dir, 'third/.env.cache'), { recursive: true });
    expect(checkEnvFile(path.join(dir, 'third'))[0]?.message).toBe('is not a file');
  });

  test('belongs to the tree above a real location', () => {
    expect(findOwnTree(path.join(tree, 'state/lib'))).toBe(tree);
    expect(findOwnTree(path.join(dir, 'no such file'))).toBeUndefined();
    expect(findOwnTree(dir)).toBeUndefined();
  });
});
