import fc from 'fast-check';
import { expect, test } from 'vitest';
import { putTomlBlock, takeTomlBlock, tomlFault } from './toml-block.ts';
import { tomlText } from './toml-text-arbitrary.ts';

const block =
  '[sandbox_workspace_write]\nwritable_roots = ["/home/ann"]\n[hooks.state."/a]b:stop:0:0"]\ntrusted_hash = "sha256:1"\n';
const theirs = {
  'x = 1': '\n',
  '# why': '\n',
  '[f]': '\ny = 2\n',
  '[sandbox_workspace_write.s]': '\nq = 1\n',
  '[hooks.state.z]': '\nt = 1\n',
  'n = [': '\n[1]]\n',
  "s = '''": "\n[t]\n'''\n",
};
const edit = fc.record({
  at: fc.nat(12),
  put: fc.constantFrom('', '\n', 'writable_roots = []\n', ...Object.entries(theirs).map((lines) => lines.join(''))),
  drop: fc.boolean(),
});

/** The lines of a text, with lines put in and dropped anywhere in our block or below it. */
function edited(text: string, edits: readonly { at: number; put: string; drop: boolean }[]): string {
  let lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const mark = lines.findLastIndex((line) => line.startsWith('# >>> snappy-os: [sandbox'));
  for (const { at, put, drop } of edits) {
    const place = mark + (at % (lines.length - mark + 1));
    const [above, below] = [lines.slice(0, place).join(''), lines.slice(place + (drop ? 1 : 0))];
    lines =
      [above, above === '' || above.endsWith('\n') ? put : '', ...below].join('').match(/[^\n]*\n|[^\n]+$/g) ?? [];
  }
  return lines.join('');
}

const counts = (text: string): number[] => Object.keys(theirs).map((line) => text.split(line).length);

test('however our block was edited, what others wrote stays, once, and what parsed parses', () => {
  fc.assert(
    fc.property(tomlText, fc.array(edit, { maxLength: 3 }), (text, edits) => {
      const damaged = edited(putTomlBlock(text, block), edits);
      fc.pre(tomlFault(damaged) === undefined);
      const anew = putTomlBlock(damaged, block.replace('ann', 'bob'));
      const left = takeTomlBlock(damaged);
      expect([tomlFault(anew), tomlFault(left)]).toEqual([undefined, undefined]);
      expect([counts(anew), counts(left)]).toEqual([counts(damaged), counts(damaged)]);
      expect(putTomlBlock(anew, block.replace('ann', 'bob'))).toBe(anew);
      expect(takeTomlBlock(left)).toBe(left);
    }),
    { numRuns: 1000 },
  );
});
