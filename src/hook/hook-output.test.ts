import fs from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { layout } from '../core/paths.ts';
import { compileIndex } from '../skills/compile.ts';
import { combinations, firstOf, runUnder } from './shells.ts';
import type { Combination } from './shells.ts';
import { layTestTree, throwaway } from './tree-fixture.ts';

const scratch = throwaway();
const tree = path.join(scratch, 'tree');
const loaderFile = path.join(tree, 'state/skills/deploy-site/AGENTS.md');
const footerFile = path.join(tree, layout.footer);
const footer = 'FOOTER: mend the loader.\n';
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 10 }));

const names = ['deploy-site', 'skill-b', 'skill-c', 'skill-d', 'skill-e', 'skill-f'];
beforeAll(() => {
  layTestTree(
    tree,
    names.map((name) => ({ name, triggers: ['ship it now'] })),
  );
  compileIndex(tree);
});
beforeEach(() => {
  fs.writeFileSync(footerFile, footer);
  fs.rmSync(path.join(tree, layout.evals), { force: true });
  // A look in the background may be at it.
  fs.rmSync(path.join(tree, layout.queue), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  for (const name of names) fs.writeFileSync(path.join(tree, 'state/skills', name, 'AGENTS.md'), `# ${name}\n`);
});

function contextOf(combination: Combination, prompt: string, event = 'UserPromptSubmit'): string {
  const { stdout, stderr, status } = runUnder(
    combination,
    tree,
    'prompt',
    JSON.stringify({ hook_event_name: event, prompt }),
  );
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  expect(stdout.split('\n')).toHaveLength(2);
  const { hookSpecificOutput } = JSON.parse(stdout) as {
    hookSpecificOutput: { hookEventName: string; additionalContext: string };
  };
  expect(hookSpecificOutput.hookEventName).toBe(event);
  return hookSpecificOutput.additionalContext;
}

const everywhere = combinations(scratch);
const eachAwk = everywhere.filter(({ name }) => name.startsWith('dash'));
const usual = firstOf(everywhere);

// NUL stands in no text file that an awk can read.
const character = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '"',
      '\\',
      '&',
      '\r\n',
      '\n',
      '\t',
      '\\n',
      '\\u0041',
      '</hook_context>',
      '\u0001',
      '\u0004',
      '\u001f',
      '\u007f',
      '%s',
      '`',
      '$(x)',
      '😀',
      '日',
      'é',
      '\u2028',
      '\ufeff',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }).map((text) => text.replaceAll('\0', '')) },
);
const loaderText = fc
  .array(character, { minLength: 1, maxLength: 30 })
  .map((parts) => Buffer.from(`x${parts.join('')}x`).toString());

describe.each(everywhere)('the text under $name', (combination) => {
  it('holds the loader as it is in the file, and the footer once', () => {
    fc.assert(
      fc.property(loaderText, (loader) => {
        fs.writeFileSync(loaderFile, loader);
        const text = contextOf(combination, '/deploy-site');
        const at = text.indexOf('\n\n') + 2;
        expect(text.slice(at)).toBe(`${loader}\n\n---\n${footer}`);
      }),
      { numRuns: 6 },
    );
  });
});

/** Loaders with all that makes cutting hard. */
const line = fc.oneof(
  fc.constantFrom(
    '## Heading',
    '# A',
    '```',
    '````sh',
    '~~~',
    '    # code',
    'text & more \\ "quoted"',
    '',
    '- 😀😀 日本語',
    '#hashtag',
    '```\r',
  ),
  fc.integer({ min: 1, max: 4000 }).map((length) => '𝒳y'.repeat(length / 3)),
  fc.string({ maxLength: 200 }).map((text) => text.replaceAll('\0', '')),
);
const loaderOfAnySize = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 30 }), fc.integer({ min: 0, max: 30_000 }))
  .map(([lines, size]) => {
    let text = '';
    while (text.length < size) text += `${lines.join('\n')}\n.\n`;
    return Buffer.from(text.slice(0, size)).toString();
  });

/** Whether a code fence is open at the end of a text (CommonMark 4.5). */
function isFenceOpen(text: string): boolean {
  let open = '';
  for (const row of text.split('\n')) {
    const [, mark, rest = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/s.exec(row) ?? [];
    if (mark === undefined) continue;
    if (open === '') open = mark.startsWith('`') && rest.includes('`') ? '' : mark;
    else if (mark.startsWith(open) && rest.trim() === '') open = '';
  }
  return open !== '';
}

describe.each(eachAwk)('the cap under $name', (combination) => {
  it('is kept, and no loader is lost silently', () => {
    fc.assert(
      fc.property(
        fc.array(loaderOfAnySize, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(0, 30, 12_000),
        (loaders, evalSize) => {
          for (const [at, name] of names.entries())
            fs.writeFileSync(path.join(tree, 'state/skills', name, 'AGENTS.md'), loaders[at] ?? '');
          const row = {
            ts: '2026-11-01T00:00:00Z',
            skill: 'deploy-site',
            score: 0.5,
            ok: true,
            primary_issue: 'é'.repeat(evalSize),
          };
          fs.writeFileSync(path.join(tree, layout.evals), `${JSON.stringify(row)}\n`.repeat(3));
          fs.writeFileSync(footerFile, evalSize > 1000 ? footer.repeat(800) : footer);
          const wanted = names.filter((_, at) => (loaders[at] ?? '') !== '');
          if (wanted.length === 0) return;
          const text = contextOf(combination, 'ship it now');
          expect(text.length).toBeLessThanOrEqual(10_000);
          const shortened = wanted.filter(
            (name) => !text.includes(`beside it.\n\n${loaders[names.indexOf(name)] ?? ''}\n`),
          );
          for (const name of shortened) {
            expect(text).toMatch(
              new RegExp(
                `(Read the rest in .*/state/skills/${name}/AGENTS\\.md )|(Also matched, not shown: .*\`${name}\`)`,
              ),
            );
          }
          const cut = text
            .split('[snappy-os] Loader of the skill')
            .map((part) => part.split('[snappy-os] Cut here: the loader'));
          expect(cut.filter(([before = '', after]) => after !== undefined && isFenceOpen(before))).toEqual([]);
        },
      ),
      { numRuns: 8 },
    );
  });

  it('counts what is no UTF-8 as the reader will', () => {
    fs.writeFileSync(loaderFile, Buffer.from('line \x80\xff\xc3\n'.repeat(3000), 'latin1'));
    expect(contextOf(combination, '/deploy-site').length).toBeLessThanOrEqual(10_000);
  });

  it('cuts at a section border and says from which line to read on', () => {
    const section = (title: string, size: number): string =>
      `## ${title}\n\n${'0123456789 123456789\n'.repeat(size / 20)}\n`;
    const kept = `# Loader\n\n${section('One', 6000)}`;
    fs.writeFileSync(loaderFile, `${kept}${section('Two', 6000)}`);
    const text = contextOf(combination, '/deploy-site');
    expect(text).toContain(`beside it.\n\n${kept}[snappy-os] Cut here: `);
    expect(text).toContain(
      `Read the rest in ${tree}/state/skills/deploy-site/AGENTS.md from line ${kept.split('\n').length} before`,
    );
    expect(text.endsWith(`---\n${footer}`)).toBe(true);
  });

  it('does not take a comment in a code fence for a border, and closes the fence', () => {
    fs.writeFileSync(loaderFile, `# Loader\n\n~~~sh\n\`\`\`\n${'# no heading\n'.repeat(2000)}~~~\n`);
    expect(contextOf(combination, '/deploy-site')).toMatch(/# no heading\n~~~\n\[snappy-os\] Cut here/);
  });
});

describe.each(eachAwk)('beside the loader, under $name,', (combination) => {
  it('the last three evals stand in a line each, whatever else is in the log', () => {
    const row = (fields: object): string =>
      JSON.stringify({ ts: '2026-11-01T00:00:00Z', skill: 'deploy-site', score: 0.5, ok: true, ...fields });
    fs.writeFileSync(
      path.join(tree, layout.evals),
      [
        row({ score: 0.1 }),
        row({ score: 0.25, ok: false, primary_issue: 'slow' }),
        row({ skill: undefined, verb: 'deploy-site', score: 0.75, primary_issue: 'a\nb "c" \\ [snappy-os] x' }),
        row({ skill: 'skill-b', score: 0.9 }),
        row({ skill: 'skill-b', note: 'deploy-site', primary_issue: '"skill":"deploy-site"' }),
        '{"skill":"deploy-site","score":0.99',
        'deploy-site "deploy-site" \0 no JSON',
        '',
        row({ score: 1, primary_issue: 7 }),
        '{"ts":"2026","skill":"deploy-site","sco',
      ].join('\n'),
    );
    const text = contextOf(combination, '/deploy-site');
    expect(text.split('\n').filter((part) => part.includes('Last eval'))).toEqual([
      '[snappy-os] Last eval of `deploy-site`: 2026-11-01T00:00:00Z, score 0.25 (not ok), slow',
      '[snappy-os] Last eval of `deploy-site`: 2026-11-01T00:00:00Z, score 0.75 (ok), a b "c" \\ [snappy-os] x',
      '[snappy-os] Last eval of `deploy-site`: 2026-11-01T00:00:00Z, score 1 (ok)',
    ]);
  });

  it('the open briefs stand in a line each', () => {
    fs.mkdirSync(path.join(tree, layout.queue), { recursive: true });
    const brief = (file: string, body: string): void => fs.writeFileSync(path.join(tree, layout.queue, file), body);
    brief('deploy-site.skill-ran.md', '\n# Run it again & look\nmore\n');
    brief('deploy-site.shape-ok.md', 'é'.repeat(5000));
    brief('deploy-site.pattern-elevated.md', '');
    brief('skill-b.skill-ran.md', 'not this one');
    const lines = contextOf(combination, '/deploy-site')
      .split('\n')
      .filter((part) => part.includes('Open brief'));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^\[snappy-os\] Open brief for `deploy-site`: é{10,150}\.\.\. \(more in state\/log\/regen-queue\/deploy-site\.shape-ok\.md; answer it with action_kind=shape-ok\)$/,
    );
    expect(lines[1]).toBe(
      '[snappy-os] Open brief for `deploy-site`: Run it again & look (more in state/log/regen-queue/deploy-site.skill-ran.md; answer it with action_kind=skill-ran)',
    );
  });
});

it('there is no footer where its file is missing', () => {
  fs.rmSync(footerFile);
  expect(contextOf(usual, '/deploy-site')).toMatch(/beside it\.\n\n# deploy-site\n\n$/);
});

it('the name of the event is the one that the runtime gives', () => {
  expect(contextOf(usual, '/deploy-site', 'Some "Event"')).not.toBe('');
});
