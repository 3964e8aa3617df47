import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatFinding } from './finding.ts';
import { readDescriptionTriggers, readPhrases, splitTools } from './skill-phrases.ts';
import { parseSkill } from './skill.ts';

function skillMd(frontmatter: string, body = '# Title\n'): string {
  return `---\n${frontmatter}\n---\n${body}`;
}

describe('a skill', () => {
  test('has the standard keys, and ours from the top and from metadata', () => {
    const { skill, findings } = parseSkill({
      folder: 'deploy',
      skillMd: skillMd(
        [
          'name: deploy',
          "description: Ships it. Triggers on prompt mention of 'ship it'.",
          'license: MIT',
          'compatibility: needs git',
          'allowed-tools: Bash(git commit:*) Read',
          'triggers: [roll out]',
          'metadata:',
          '  author: ada',
          '  eval: auto',
          '  actor: deployer',
          '  auditor: checker',
          '  triggers: release the thing, Roll Out',
          '  graduation: sidecar',
          '  ui-contract: resources/ui.openui',
        ].join('\n'),
        '# Deploy\n## Eval\nBy hand.\n',
      ),
      loader: '# Deploy\n\n## Commands\n\n- go\n',
    });
    expect(findings).toEqual([]);
    expect(skill).toMatchObject({
      name: 'deploy',
      license: 'MIT',
      compatibility: 'needs git',
      allowedTools: ['Bash(git commit:*)', 'Read'],
      triggers: ['roll out', 'release the thing', 'ship it'],
      antiTriggers: [],
      eval: 'auto',
      actor: 'deployer',
      auditor: 'checker',
      graduation: 'sidecar',
      visibility: 'private',
      uiContract: 'resources/ui.openui',
      sections: [{ title: 'Eval', line: 18, text: 'By hand.\n' }],
      loaderSections: [{ title: 'Commands', line: 3, text: '\n- go\n' }],
    });
    expect({ ...skill.metadata }).toEqual({ author: 'ada' });
  });

  test('is still there when its frontmatter is not, with the folder for a name', () => {
    const { skill, findings } = parseSkill({ folder: 'x', skillMd: '# Only text\n' });
    expect(skill).toMatchObject({
      name: 'x',
      description: '',
      triggers: [],
      eval: 'manual',
      graduation: 'prose',
      body: '# Only text\n',
    });
    expect(findings.map(formatFinding)).toEqual([
      'state/skills/x/SKILL.md:1 frontmatter SKILL.md has no frontmatter: its first line is not --- -> start the file with ---, name: x, description: …, ---',
    ]);
  });

  test('says which key has another shape than it should, and on which line', () => {
    const { findings } = parseSkill({
      folder: 'x',
      skillMd: skillMd(
        'name: 7\ndescription: [a]\neval: sometimes\ntriggers: {a: b}\nexamples: [[1]]\nmetadata:\n  deep: {a: 1}',
      ),
    });
    expect(findings.map((finding) => `${finding.line} ${finding.message}`)).toEqual([
      '3 description should be text; found a list',
      '2 name should be text; found 7 (number)',
      '5 triggers should be a list of phrases, or phrases with commas between; found a mapping',
      '6 examples should be a list of plain phrases; found a list',
      '7 metadata.deep should be text; found a mapping',
      '4 eval should be one of manual, auto, deterministic; found "sometimes"',
    ]);
  });

  test('never throws, whatever its files hold', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((yaml) => skillMd(yaml)),
    );
    fc.assert(
      fc.property(text, fc.option(text, { nil: undefined }), (md, loader) => {
        expect(parseSkill({ folder: 'x', skillMd: md, loader }).skill.folder).toBe('x');
      }),
    );
  });
});

describe('trigger phrases in a description', () => {
  test.each([
    [`Triggers on prompt mention of 'a', 'b'`, ['a', 'b']],
    [`Triggers on mention of "a b" or "c".`, ['a b', 'c']],
    [`It helps. TRIGGERS ON PROMPT MENTION OF ‘x’, “y z”, and 'w', too.`, ['x', 'y z', 'w']],
    [`Triggers on: 'what\u2019s new', 'what's up' and "it's"`, ['what\u2019s new', `what's up`, `it's`]],
    [`Triggers on mentions of ‘what’s new’ and/or ‘b’`, ['what’s new', 'b']],
    [`triggers on\n  prompt mention of 'a',\n  'b', or 'c'`, ['a', 'b', 'c']],
    [`Triggers on 'a.' Not for 'b'. Also triggers on "c,"`, ['a', 'c']],
    [`Triggers on edits of a file`, []],
    [`Triggers on 'never closed`, []],
    [`Use 'a' or 'b'`, []],
  ])('%j', (description, phrases) => {
    expect(readDescriptionTriggers(description)).toEqual(phrases);
  });

  test('are kept once, in their first spelling', () => {
    expect(readPhrases(['Fix  it', ' fix it ', '"quoted"', '', "'"])).toEqual(['Fix it', 'quoted', "'"]);
  });

  test('tool names keep what is in their brackets', () => {
    expect(splitTools('Bash(git add:*), Read Write')).toEqual(['Bash(git add:*)', 'Read', 'Write']);
  });
});
