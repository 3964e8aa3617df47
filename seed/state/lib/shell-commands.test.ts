import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitShell } from './shell-commands.ts';
import { programName, programsOf } from './started-programs.ts';

const words = (line: string): (readonly string[])[] => splitShell(line).map((command) => command.words);

test.each([
  ['a b  c', [['a', 'b', 'c']]],
  [`a 'b c' "d e" f\\ g h'i'j`, [['a', 'b c', 'd e', 'f g', 'hij']]],
  [`a '' ""`, [['a', '', '']]],
  [`a "it's" 'say "x"' "\\"\\$\\n"`, [['a', "it's", 'say "x"', '"$\\n']]],
  ['a; b && c || d | e & f', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
  ['(a; b) && { c; }', [['a'], ['b'], ['{', 'c'], ['}']]],
  ['a # b; c', [['a']]],
  ['a#b', [['a#b']]],
  ['a > out 2>&1 b', [['a', 'b']]],
  ['a &> out; b', [['a'], ['b']]],
  ["a 'open", [['a', 'open']]],
  ['', []],
])('%j has the commands %j', (line, expected) => {
  expect(words(line)).toEqual(expected);
});

test('files that are read and written, and what is substituted, stand apart from the words', () => {
  expect(splitShell('a < in >> out 2> err "x $(b "$(c)") y" `d e`')).toEqual([
    { words: ['a', 'x  y'], read: ['in'], written: ['out', 'err'], inner: ['b "$(c)"', 'd e'] },
  ]);
});

test.each([
  ['claude -p hi', ['claude']],
  ['/opt/bin/claude -p hi >/dev/null 2>&1', ['claude']],
  ['A=1 B="2 3" env -u C D=4 nice -n 10 timeout -k 5 60 claude', ['claude']],
  ['env -S "claude -p hi"', ['claude']],
  ["sh -c 'cd /x && exec claude -p hi'", ['cd', 'claude']],
  [`bash -lc "nohup sh -c 'claude -p hi' &"`, ['claude']],
  ['flock -n /tmp/lock -c "claude -p hi"', ['claude']],
  ['flock -n /tmp/lock claude -p hi', ['claude']],
  ['su ann -c "claude"', ['claude']],
  ['sudo -u ann -- claude', ['claude']],
  ['eval "claude -p hi"', ['claude']],
  ["bash -o pipefail -c 'claude -p hi | cat'", ['claude', 'cat']],
  ['sh run.sh -c claude', ['run.sh']],
  ['time claude', ['claude']],
  ['for x in a b; do claude; done', ['for', 'claude', 'done']],
  ['npx -y @anthropic-ai/claude-code@1.2.3 -p hi', ['@anthropic-ai/claude-code']],
  ['npm exec --package=@openai/codex -- codex exec hi', ['@openai/codex', 'codex']],
  ['npm run build', ['npm']],
  ['pnpm dlx opencode-ai@latest run', ['opencode-ai']],
  [
    'node --import ./x.mjs /usr/lib/node_modules/@openai/codex/bin/codex.js exec',
    ['/usr/lib/node_modules/@openai/codex/bin/codex.js'],
  ],
  ['python3 -c "print(1)"', ['python3']],
  ['node -e 1', ['node']],
  ['node run.js -p x', ['run.js']],
  ['if true; then claude; fi', ['true', 'claude', 'fi']],
  ['echo $(claude -p hi) `codex exec`', ['echo', 'claude', 'codex']],
  ['ls | xargs -n 1 claude -p', ['ls', 'claude']],
  ['echo "claude -p hi"', ['echo']],
  ['env', []],
  ['C:\\\\bin\\\\Claude.EXE -p hi', ['Claude']],
])('%j starts %j', (line, expected) => {
  expect(
    programsOf(line).map(({ path }) =>
      path.startsWith('@') || path.includes('node_modules') ? path : programName(path),
    ),
  ).toEqual(expected);
});

test('a shell that is given no script runs its input', () => {
  expect(programsOf('sh', 'claude -p hi\nls').map(({ path }) => path)).toEqual(['claude', 'ls']);
  expect(programsOf('sh /x/run.sh', 'claude').map(({ path }) => path)).toEqual(['/x/run.sh']);
});

test('words in single quotes come back as they were, whatever is in them', () => {
  const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 8 }), (list) => {
      expect(words(list.map(quote).join(' '))).toEqual([list]);
    }),
  );
});

test('whatever stands in a line, it is taken apart and ends', () => {
  const piece = fc.constantFrom(
    "'",
    '"',
    '`',
    '$(',
    ')',
    '\\',
    '|',
    '&',
    ';',
    '>',
    '<',
    '#',
    ' ',
    '\n',
    'env ',
    'sh -c ',
    'npx ',
    'a',
    'A=1 ',
    '{ ',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
      ),
      (line) => {
        expect(programsOf(line).every(({ path }) => typeof path === 'string')).toBe(true);
      },
    ),
  );
  expect(programsOf('$('.repeat(8000)).length).toBeLessThan(10);
  expect(programsOf(`${'sh -c '.repeat(2000)}x`).length).toBeLessThan(10);
});
