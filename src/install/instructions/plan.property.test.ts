import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { filesOf, install, instructed, rows, uninstall, type Asked } from './fixture.ts';

const here = instructed();
const files = filesOf(here);

const places = ['AGENTS.md', 'AGENTS.override.md', 'IMP.md', '.lookrules', '.look/rules/snappy.md', 'docs/a.md'];
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 10 }) },
  { weight: 3, arbitrary: fc.constantFrom('\n', '\r\n', '\n\n', '# Head\n', '## Part\n', '```\n', '`') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('\n@AGENTS.md\n', '@docs/a.md', '\n@CLAUDE.md\n', ' @scope/pkg ', '@./IMP.md'),
  },
  { weight: 1, arbitrary: fc.constantFrom('\uFEFF', '<!-- <<< snappy-os', '-->', 'y'.repeat(600), '\u0000', '\u2028') },
);
const text = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(''));
const project = fc.record({
  source: fc.option(text, { nil: undefined }),
  newer: text,
  there: fc.uniqueArray(fc.tuple(fc.constantFrom(...places), text), { selector: ([name]) => name, maxLength: 4 }),
  /** What the user does in the meantime: text on top of or at the end of a file that has one. */
  edits: fc.array(fc.tuple(fc.constantFrom(...places), fc.boolean(), text), { maxLength: 2 }),
  asked: fc.subarray(Object.values(rows), { minLength: 1 }),
});

// Whole lines, without what could be a mark: those are faults, seen elsewhere.
const line = (added: string): string => `${added.replaceAll('snappy-os', 'x')}\n`;

function write(name: string, content: string): void {
  files.put(`work/project/${name}`, content);
}

const broken = (content: string): boolean => /(?:^|\n)\uFEFF?[ \t]*<!--[ \t]*(?:<<<|>>>)/.test(content);

test('whatever is there, installed twice is installed once, and after uninstall every byte of the user is back', () => {
  fc.assert(
    fc.property(project, ({ source, newer, there, edits, asked }) => {
      fc.pre(![source ?? '', newer, ...there.map(([, content]) => content)].some(broken));
      // The copies of earlier runs, too, would all be read again for each comparison.
      for (const dir of [here.project, here.tree]) {
        fs.rmSync(dir, { recursive: true });
        fs.mkdirSync(dir);
      }
      here.entries = [];
      if (source !== undefined) write('CLAUDE.md', source);
      for (const [name, content] of there) write(name, content);
      const before = files.all();
      const how: Asked = { project: true, runtimes: asked };

      expect(install(here, how).faults).toEqual([]);
      expect(install(here, how)).toMatchObject({ changes: [], copies: [] });
      uninstall(here, how);
      expect(files.all()).toEqual(before);

      install(here, how);
      // The same edits are made on the side, on what the user had.
      const expected = new Map(there);
      for (const [name, atTop, added] of edits) {
        const mine = expected.get(name);
        if (mine === undefined || mine === '' || mine === '\uFEFF') continue;
        const file = path.join(here.project, name);
        const now = fs.readFileSync(file, 'utf8');
        // A line end that we put is of the kind the file had when the block came in.
        const kind = /\r?\n/.exec(new Map(there).get(name) ?? '')?.[0] ?? '\n';
        const behind = mine.endsWith('\n') ? '' : kind;
        const joint = now === mine || now.endsWith('\n') ? behind : '';
        fs.writeFileSync(file, atTop ? line(added) + now : now + (now === mine ? joint : '') + line(added));
        expected.set(name, atTop ? line(added) + mine : mine + behind + line(added));
      }
      write('CLAUDE.md', newer);
      expect(install(here, how).faults).toEqual([]);
      uninstall(here, how);
      for (const [name, content] of expected)
        expect(fs.readFileSync(path.join(here.project, name), 'utf8')).toBe(content);
      const left = fs
        .readdirSync(here.project, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile());
      expect(left).toHaveLength(expected.size + 1);
    }),
    { numRuns: 120 },
  );
}, 60_000);
