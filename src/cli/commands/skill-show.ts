import type { Finding } from '../../../seed/state/lib/finding.ts';
import { lintSkills } from '../../../seed/state/lib/lint-skills.ts';
import { findTree } from '../../core/paths.ts';
import { unknownSkill } from '../../skills/lint.ts';
import { readSkill, readSkills } from '../../skills/read.ts';
import type { SkillEntry } from '../../skills/read.ts';
import { alignColumns, countOf, cutText } from '../columns.ts';
import type { Invocation, Outcome } from '../command.ts';
import { renderFindings } from '../findings-text.ts';

function treeOf({ flags, cwd, env }: Invocation): string {
  return findTree({ tree: flags['tree'] as string | undefined, cwd, env });
}

/** A skill as data, without the texts of its files. */
function describeSkill(entry: SkillEntry, findings: readonly Finding[]): Record<string, unknown> {
  const { body: _body, loader, sections, loaderSections, lines: _lines, folder: _folder, ...fields } = entry.skill;
  return {
    ...fields,
    form: entry.form,
    path: entry.skillPath,
    loader: entry.loaderPath ?? null,
    loaderCharacters: [...(loader ?? '')].length,
    sections: sections.map(({ title, line }) => ({ title, line })),
    loaderSections: loaderSections.map(({ title, line }) => ({ title, line })),
    files: entry.files,
    findings,
  };
}

/** `snappy skill list`: every skill of the tree, a line each. */
export async function skillList(invocation: Invocation): Promise<Outcome> {
  const tree = treeOf(invocation);
  const entries = readSkills(tree);
  const findings = lintSkills(tree);
  const own = (entry: SkillEntry): Finding[] =>
    findings.filter(
      ({ path }) =>
        path === entry.skillPath ||
        path === entry.loaderPath ||
        (entry.form === 'folder' && path.startsWith(`${entry.dir}/`)),
    );
  const rows = entries.map((entry) => {
    const { skill } = entry;
    const found = own(entry).length;
    return [
      entry.name,
      skill.graduation,
      skill.eval,
      String(skill.triggers.length),
      found === 0 ? '' : countOf(found, 'finding'),
      cutText(skill.description, 64),
    ];
  });
  const bad = rows.filter((row) => row[4] !== '').length;
  const summary = `${countOf(rows.length, 'skill')} in ${tree}${bad === 0 ? '' : `, ${bad} with findings: snappy skill lint`}`;
  const table = alignColumns([['SKILL', 'GRADUATION', 'EVAL', 'TRIGGERS', 'LINT', 'DESCRIPTION'], ...rows]);
  return {
    text:
      rows.length === 0 ? `No skills in ${tree}. Begin one with: snappy skill new <name>` : `${table}\n\n${summary}`,
    data: { tree, skills: entries.map((entry) => describeSkill(entry, own(entry))) },
    ok: true,
  };
}

function listOrNone(items: readonly string[]): string {
  return items.length === 0 ? 'none' : items.join(', ');
}

function showRows(entry: SkillEntry): string[][] {
  const { skill } = entry;
  const titles = (sections: readonly { title: string; line: number }[]): string =>
    listOrNone(sections.map(({ title, line }) => `${title} (${line})`));
  const phrases = (key: string, items: readonly string[]): string[][] =>
    items.length === 0 ? [[key, 'none']] : items.map((item, at) => [at === 0 ? key : '', item]);
  return [
    ['description', skill.description === '' ? 'none' : skill.description.replace(/\s+/g, ' ')],
    ...phrases('triggers', skill.triggers),
    ...phrases('anti-triggers', skill.antiTriggers),
    ...phrases('examples', skill.examples),
    ['graduation', skill.graduation],
    [
      'eval',
      [
        skill.eval,
        ...(skill.actor === undefined ? [] : [`actor ${skill.actor}`]),
        ...(skill.auditor === undefined ? [] : [`auditor ${skill.auditor}`]),
      ].join(', '),
    ],
    ['visibility', skill.visibility],
    ...(skill.license === undefined ? [] : [['license', skill.license]]),
    ...(skill.compatibility === undefined ? [] : [['compatibility', skill.compatibility]]),
    ...(skill.allowedTools.length === 0 ? [] : [['allowed-tools', skill.allowedTools.join(' ')]]),
    ...(skill.uiContract === undefined ? [] : [['ui-contract', skill.uiContract]]),
    ...Object.entries(skill.metadata).map(([key, value]) => [key, value]),
    ['SKILL.md', titles(skill.sections)],
    [
      'loader',
      skill.loader === undefined
        ? 'none'
        : `${titles(skill.loaderSections)}; ${countOf([...skill.loader].length, 'character')}`,
    ],
    ...phrases('files', entry.files),
  ];
}

/** `snappy skill show`: what was read from one skill, and what its lint says. */
export async function skillShow(invocation: Invocation): Promise<Outcome> {
  const tree = treeOf(invocation);
  const name = invocation.args[0] ?? '';
  const entry = readSkill(tree, name);
  if (entry === undefined) throw unknownSkill(name);
  const findings = lintSkills(tree, [name]);
  const verdict =
    findings.length === 0 ? 'No findings.' : `${countOf(findings.length, 'finding')}:\n${renderFindings(findings)}`;
  return {
    text: `${name}\n${alignColumns(showRows(entry), '  ')}\n\n${verdict}`,
    data: { tree, ...describeSkill(entry, findings) },
    ok: true,
  };
}
