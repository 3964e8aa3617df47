import { describe, expect, test } from 'vitest';
import { runtimesThatUse } from './bundled-skills.ts';
import { commonWords, isBareCommonWord } from './common-words.ts';
import { formatFinding } from './finding.ts';
import { checkSkill, checkTriggerClashes, isSkillName, repairSkill, skillRules } from './skill-rules.ts';
import type { SkillFacts } from './skill-rules.ts';
import { parseSkill } from './skill.ts';

const goodHead = ['name: ship-it', 'description: Ships the site.', 'triggers: [ship the site]'];
const goodBody = '# Ship it\n\nSee [the steps](resources/steps.md).\n\n## Eval\n\nBy hand.\n';
const goodLoader =
  '# Ship it\n\n## Critical Rules\n\n- a\n\n## Commands\n\n- b\n\n## Known Pitfalls\n\n- c\n\n## Self-Test\n\n- d\n';
const footer =
  '---\n**If this loader was wrong or incomplete, repair it in this turn.** Then append\none row: action_kind=<shape-ok|skill-ran>\nshort line\n';

interface Parts {
  folder?: string;
  head?: string[];
  body?: string;
  loader?: string | undefined;
  paths?: string[];
}

function facts(parts: Parts = {}): SkillFacts {
  const folder = parts.folder ?? 'ship-it';
  const dir = `state/skills/${folder}`;
  const skillMd = `---\n${(parts.head ?? goodHead).join('\n')}\n---\n${parts.body ?? goodBody}`;
  const loader = 'loader' in parts ? parts.loader : goodLoader;
  const paths = [`${dir}/resources/steps.md`, ...(parts.paths ?? [])];
  return {
    skill: parseSkill({ folder, skillMd, loader }).skill,
    skillMd,
    skillPath: `${dir}/SKILL.md`,
    loaderPath: `${dir}/AGENTS.md`,
    footer,
    exists: (path) => paths.includes(path),
  };
}

const withKey = (...lines: string[]): Parts => ({ head: [...goodHead, ...lines] });

/** One planted fault or more for each rule, and what the rule says of it. */
const planted: readonly (readonly [rule: string, parts: Parts, finding: string])[] = [
  [
    'name-shape',
    { folder: 'Ship_It', head: ['name: Ship_It', 'description: x'] },
    'SKILL.md:2 name-shape the folder name "Ship_It" is not 1 to 64',
  ],
  [
    'name-folder',
    { head: ['name: other', 'description: x'] },
    'SKILL.md:2 name-folder the name is "other", the folder "ship-it"',
  ],
  ['name-folder', { head: ['description: x'] }, 'SKILL.md:1 name-folder the frontmatter has no name'],
  ['description-size', { head: ['name: ship-it'] }, 'SKILL.md:1 description-size there is no description'],
  [
    'description-size',
    { head: ['name: ship-it', `description: ${'x'.repeat(1025)}`] },
    'SKILL.md:3 description-size the description is 1025 characters',
  ],
  ['key-size', withKey(`compatibility: ${'x'.repeat(501)}`), 'SKILL.md:5 key-size compatibility is 501 characters'],
  ['key-size', withKey(`examples: [${'x'.repeat(201)}]`), 'SKILL.md:5 key-size a phrase of examples is 201 characters'],
  [
    'key-size',
    withKey(`examples: [${Array.from({ length: 201 }, (_, i) => `e${i}`).join(', ')}]`),
    'SKILL.md:5 key-size examples has 201 phrases',
  ],
  [
    'key-unknown',
    withKey('trigers: [x]'),
    'SKILL.md:5 key-unknown no reader knows the key "trigers" -> move it under metadata, or correct it to one of triggers,',
  ],
  [
    'name-bundled',
    { folder: 'review', head: ['name: review', 'description: x'] },
    'SKILL.md:2 name-bundled "review" is already a command or skill of claude-code, codex;',
  ],
  [
    'trigger-broad',
    { head: [...goodHead.slice(0, 2), 'triggers: [Test, git]'] },
    'SKILL.md:4 trigger-broad the trigger "Test" is one everyday word',
  ],
  [
    'trigger-wordless',
    { head: [...goodHead.slice(0, 2), 'triggers: ["?!"]'] },
    'SKILL.md:4 trigger-wordless the trigger "?!" has no letter',
  ],
  [
    'trigger-vetoed',
    withKey('anti-triggers: [Ship the site]'),
    'SKILL.md:5 trigger-vetoed "ship the site" is a trigger and an anti-trigger',
  ],
  ['skill-size', { body: `${goodBody}${'x\n'.repeat(500)}` }, 'SKILL.md:500 skill-size SKILL.md has 513 lines'],
  ['skill-size', { loader: `${goodLoader}${'x'.repeat(8000)}` }, 'AGENTS.md:1 skill-size the loader has 8'],
  ['loader-missing', { loader: undefined }, 'AGENTS.md:1 loader-missing there is no loader'],
  [
    'loader-section',
    { loader: goodLoader.replace('## Self-Test', '### Self-Test') },
    'AGENTS.md:1 loader-section the loader has no section "## Self-Test"',
  ],
  ['loader-footer', { loader: `${goodLoader}\n${footer}` }, 'AGENTS.md:20 loader-footer the loader carries the footer'],
  [
    'link',
    { body: `${goodBody}\n[x](resources/no.md)\n` },
    'SKILL.md:14 link the link to resources/no.md leads nowhere',
  ],
  [
    'link',
    { loader: `${goodLoader}\n[x](../other/SKILL.md)\n` },
    "AGENTS.md:19 link the link to ../other/SKILL.md leaves the skill's folder",
  ],
  ['eval-section', { body: '# Ship it\n' }, 'SKILL.md:7 eval-section there is no section "## Eval"'],
  ['eval-auto', withKey('eval: auto'), 'SKILL.md:5 eval-auto eval is auto, but neither actor nor auditor is named'],
  ['eval-auto', withKey('eval: auto', 'actor: a'), 'SKILL.md:5 eval-auto eval is auto, but no auditor is named'],
  [
    'eval-auto',
    withKey('metadata: {eval: auto, actor: Me, auditor: me}'),
    'SKILL.md:5 eval-auto eval is auto, but actor and auditor are both "Me"',
  ],
  [
    'graduation-code',
    withKey('graduation: sidecar'),
    'SKILL.md:5 graduation-code graduation is sidecar, but state/bin/ship-it is not there',
  ],
  [
    'ui-contract',
    withKey('ui-contract: ../x.openui'),
    'SKILL.md:5 ui-contract the ui-contract ../x.openui is not a file of this skill',
  ],
  [
    'rubric',
    { body: `${goodBody}\n## Rubric\n\n- it is shipped\n  kind: deterministic\n  check: look at it\n` },
    'SKILL.md:16 rubric "it is shipped" is deterministic and has no command in backticks',
  ],
];

describe('the rules', () => {
  test('find nothing in a good skill', () => {
    expect(checkSkill(facts())).toEqual([]);
    expect(
      checkSkill(facts({ ...withKey('eval: auto'), body: `${goodBody}- **Actor**: me\n- Auditor: you\n` })),
    ).toEqual([]);
    expect(
      checkSkill(
        facts({
          ...withKey('graduation: script', 'ui-contract: ui.openui'),
          paths: ['state/lib/ship-it.ts', 'state/skills/ship-it/ui.openui'],
        }),
      ),
    ).toEqual([]);
  });

  test.each(planted)('%s sees its planted fault (%#)', (rule, parts, expected) => {
    const found = checkSkill(facts(parts));
    expect([...new Set(found.map((finding) => finding.rule))]).toEqual([rule]);
    expect(found.every((finding) => finding.fix !== undefined && finding.fix !== '')).toBe(true);
    expect(found.map(formatFinding).join('\n')).toContain(expected);
  });

  test('each have a planted fault here, a name of their own and a sentence', () => {
    const names = skillRules.map((rule) => rule.name);
    expect(new Set(planted.map(([rule]) => rule))).toEqual(new Set(names));
    expect(new Set(names).size).toBe(names.length);
    expect(skillRules.every((rule) => rule.says.endsWith('.'))).toBe(true);
  });
});

describe('triggers of two skills', () => {
  test('clash when they are equal in any case, or when one is the other’s name', () => {
    const a = facts({ folder: 'aaa', head: ['name: aaa', 'description: x', 'triggers: [Ship it, alone]'] });
    const b = facts({
      folder: 'bbb',
      head: ['name: bbb', 'description: x', 'metadata: {triggers: "ship it, aaa, bbb"}'],
    });
    expect(checkTriggerClashes([b, a]).map(formatFinding)).toEqual([
      'state/skills/bbb/SKILL.md:4 trigger-clash the trigger "ship it" is also a trigger of aaa -> make it more specific in one of the two',
      'state/skills/bbb/SKILL.md:4 trigger-clash the trigger "aaa" is also the name of aaa -> make it more specific in one of the two',
    ]);
  });
});

describe('repairs', () => {
  test('make a skill clean that only lacks what a program can give', () => {
    const broken = facts({
      head: ['description: Ships the site.'],
      body: '# Ship it\n',
      loader: `# Ship it\n\n## Commands\n\n- b\n\n${footer}`,
    });
    const { skillMd, loader, repaired } = repairSkill(broken);
    expect(repaired).toEqual(['name-folder', 'loader-section', 'loader-footer', 'eval-section']);
    expect(skillMd).toMatch(
      /^---\nname: ship-it\ndescription: Ships the site\.\n---\n# Ship it\n\n## Eval\n\nMode: `eval: manual`\. No criterion/,
    );
    expect(loader).toMatch(/^# Ship it\n\n## Commands\n\n- b\n\n## Critical Rules\n\n- TODO/);
    expect(loader).not.toContain('action_kind');
    const again = facts({});
    const now = { ...again, skillMd, skill: parseSkill({ folder: 'ship-it', skillMd, loader }).skill };
    expect(checkSkill(now)).toEqual([]);
    expect(repairSkill(now)).toEqual({ skillMd, loader, repaired: [] });
  });

  test('put quotes around a value that needs them, and only where that is all there is to do', () => {
    const head = ['name: ship-it', 'description: Use "it": now', 'license: a: b # c', 'compatibility: a: b', '  more'];
    const { skillMd, repaired } = repairSkill(facts({ head }));
    expect(repaired).toEqual(['frontmatter']);
    expect(skillMd.split('\n').slice(1, 6)).toEqual(head.with(1, String.raw`description: "Use \"it\": now"`));
    expect(parseSkill({ folder: 'ship-it', skillMd }).skill.description).toBe('Use "it": now');
  });

  test('write a whole loader where there is none', () => {
    const { loader, repaired } = repairSkill(facts({ loader: undefined }));
    expect(repaired).toEqual(['loader-missing']);
    expect(loader).toContain('## Critical Rules');
  });

  test('keep CRLF line ends, and what stands after the footer', () => {
    const loader = `${goodLoader}\n${footer}\nkept\n`.replaceAll('\n', '\r\n');
    const result = repairSkill(facts({ head: ['name: x', 'description: y'], loader }));
    expect(result.loader).toBe(`${goodLoader}\nkept\n`.replaceAll('\n', '\r\n'));
    expect(result.skillMd).toContain('name: ship-it');
  });

  test('leave alone what takes a person', () => {
    const odd = facts({ head: ['name: >-', '  two', '  lines', 'description: x', 'triggers: [test]'] });
    expect(repairSkill(odd)).toEqual({ skillMd: odd.skillMd, loader: goodLoader, repaired: [] });
  });
});

describe('words and names', () => {
  test('a bare common word is short, everyday and alone', () => {
    expect(['test', ' FIX ', 'code', 'a'].map(isBareCommonWord)).toEqual([true, true, true, true]);
    expect(['git', 'fix tests', 'deploy', 'npm', ''].map(isBareCommonWord)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    expect([...commonWords].every((word) => /^[a-z]{1,5}$/.test(word))).toBe(true);
    expect(commonWords.size).toBeGreaterThan(600);
  });

  test('a skill’s name has 1 to 64 of a-z0-9-, no hyphen at an end and no two in a row', () => {
    expect(['a', 'a-b-1', 'x'.repeat(64)].every(isSkillName)).toBe(true);
    expect(['', 'A', '-a', 'a-', 'a--b', 'a_b', 'é', 'x'.repeat(65), 'a\n'].some(isSkillName)).toBe(false);
  });

  test('the runtimes that use a name are told', () => {
    expect(runtimesThatUse('init')).toEqual(['claude-code', 'codex', 'gemini']);
    expect(runtimesThatUse('ship-it')).toEqual([]);
  });
});
