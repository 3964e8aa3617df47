import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { notesBegin, notesEnd, readNotes } from './index-notes.ts';
import { renderIndexPage } from './index-page.ts';
import { makeTestTree } from './test-tree.ts';

const tree = makeTestTree({
  'state/skills/ship/SKILL.md':
    '---\nname: ship\ndescription: "Ships | it. <!-- notes:begin -->"\ntriggers: [ship the site, cut a release, roll out, go live]\n---\n',
  'state/skills/ship/AGENTS.md': '# ship\n',
  'state/skills/old.md': '---\nname: old\ndescription: Still flat.\neval: auto\n---\n',
  'state/lib/ship.ts': 'export function ship(): void {}\nexport const speed = 1;\nexport type No = 1;\n',
  'state/lib/ship.test.ts': '',
  'state/bin/ship/run.sh': '',
  'state/bin/README.md': '',
});
fs.symlinkSync('nowhere', path.join(tree.dir, 'state/bin/gone'));
afterAll(() => tree.remove());

describe('state/index.md', () => {
  test('is a catalog of skills, libraries, logs and sidecars', async () => {
    await expect(renderIndexPage(tree.dir, '')).toMatchFileSnapshot('goldens/index-page.md');
  });

  test('keeps notes in their section, and moves those of a section that is gone to the top', () => {
    const first = renderIndexPage(tree.dir, '');
    const edited = first
      .replace(`## Libraries\n`, `## Libraries\n\n${notesBegin}\n## mine\n- a note\n${notesEnd}\n`)
      .concat(`\n## Old section\n\n${notesBegin}\nhomeless\n${notesEnd}\n`);
    const second = renderIndexPage(tree.dir, edited);
    expect(readNotes(second)).toEqual(
      new Map([
        ['', ['homeless']],
        ['Libraries', ['## mine\n- a note']],
      ]),
    );
    expect(second.indexOf('homeless')).toBeLessThan(second.indexOf('## Skills'));
    expect(renderIndexPage(tree.dir, second)).toBe(second);
  });

  test('loses no text to a mark that was deleted, and takes in no generated text', () => {
    const page = renderIndexPage(tree.dir, `${notesBegin}\nkept\n${notesEnd}\n`);
    const cut = page.replace(`kept\n${notesEnd}`, 'kept');
    expect(renderIndexPage(tree.dir, cut)).toBe(page);
  });

  test('is the same when it is made again, whatever notes it holds', () => {
    const line = fc.stringMatching(/^[-#a-z |<>!]{0,20}$/);
    const notes = fc.array(line, { maxLength: 6 }).map((lines) => `${notesBegin}\n${lines.join('\n')}\n${notesEnd}\n`);
    fc.assert(
      fc.property(notes, fc.constantFrom('', '## Skills\n', '## Gone\n'), (text, heading) => {
        const page = renderIndexPage(tree.dir, heading + text);
        expect(renderIndexPage(tree.dir, page)).toBe(page);
        expect([...readNotes(page).values()].flat()).toEqual([...readNotes(heading + text).values()].flat());
      }),
      { numRuns: 50 },
    );
  });
});
