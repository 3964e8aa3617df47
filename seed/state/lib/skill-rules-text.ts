import { readFileLinks, readSections, resolveInside } from './markdown.ts';
import type { MarkdownLink } from './markdown.ts';
import { lineOf } from './skill-facts.ts';
import type { RuleFinding, SkillFacts, SkillRule } from './skill-facts.ts';
import { appendSection, evalSection, loaderSections } from './skill-stubs.ts';

/** Claude Code takes 10,000 characters from a hook; the footer, evals and briefs ride along with the loader. */
const maxLoader = 8000;
/** agentskills.io/specification, "Progressive disclosure": under 500 lines; detail goes to files beside it. */
const maxSkillLines = 500;

function hasSection(sections: readonly { readonly title: string }[], title: string): boolean {
  return sections.some((section) => section.title.toLowerCase() === title.toLowerCase());
}

/** Lines of the footer that are long enough to be nobody else's. */
function tellingLines(footer: string): Set<string> {
  return new Set(
    footer
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line.length >= 40),
  );
}

function findFooter(loader: string, footer: string | undefined): number {
  const telling = tellingLines(footer ?? '');
  return loader.split(/\r?\n/).findIndex((line) => telling.has(line.trim()) || line.includes('action_kind=<shape-ok|'));
}

function cutFooter(loader: string, footer: string): string {
  const known = new Set(
    footer
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '' && !/^-+$/.test(line)),
  );
  const lines = loader.split(/(?<=\n)/);
  const first = lines.findIndex((line) => known.has(line.trim()));
  if (first === -1) return loader;
  let head = first;
  while (head > 0 && /^\s*(?:-{3,}\s*)?$/.test(lines[head - 1] ?? '')) head--;
  const rest = lines
    .slice(first)
    .filter((line) => !known.has(line.trim()))
    .join('');
  const eol = loader.includes('\r\n') ? '\r\n' : '\n';
  return lines.slice(0, head).join('').trimEnd() + eol + (rest.trim() === '' ? '' : eol + rest.trimStart());
}

function checkLinks(facts: SkillFacts, path: string, links: readonly MarkdownLink[]): RuleFinding[] {
  const folder = path.slice(0, path.lastIndexOf('/'));
  return links.flatMap(({ target, line }) => {
    const inside = resolveInside(folder, target);
    if (inside === undefined) {
      return [
        {
          path,
          line,
          message: `the link to ${target} leaves the skill's folder, and the folder is what travels`,
          fix: 'copy the file into the folder, or link by its address on the web',
        },
      ];
    }
    return facts.exists(inside)
      ? []
      : [{ path, line, message: `the link to ${target} leads nowhere`, fix: `add ${inside}, or correct the link` }];
  });
}

/** Who runs and who audits: from the keys, else from lines "Actor: x" and "Auditor: y" of the `## Eval` section. */
function evalParties({ skill }: SkillFacts): { actor: string | undefined; auditor: string | undefined } {
  const text = skill.sections.find((section) => section.title.toLowerCase() === 'eval')?.text ?? '';
  const named = (word: string): string | undefined =>
    new RegExp(`^\\s*(?:[-*]\\s+)?\\**${word}\\**:\\**[ \\t]*(\\S.*?)\\s*$`, 'im').exec(text)?.[1];
  return { actor: skill.actor ?? named('actor'), auditor: skill.auditor ?? named('auditor') };
}

/** Rules about the two texts and what they point at. */
export const textRules: readonly SkillRule[] = [
  {
    name: 'skill-size',
    says: 'SKILL.md stays under 500 lines, the loader under 8,000 characters.',
    check({ skill, skillMd, loaderPath }) {
      const lines = skillMd.split('\n').length;
      const loader = [...(skill.loader ?? '')].length;
      return [
        ...(lines <= maxSkillLines
          ? []
          : [
              {
                line: maxSkillLines,
                message: `SKILL.md has ${lines} lines; more than ${maxSkillLines} are seldom read to the end`,
                fix: 'move detail to files beside it and link them',
              },
            ]),
        ...(loader <= maxLoader
          ? []
          : [
              {
                path: loaderPath,
                line: 1,
                message: `the loader has ${loader} characters; it rides along on a turn and should stay under ${maxLoader}`,
                fix: 'keep what an agent needs at once; the rest belongs in SKILL.md',
              },
            ]),
      ];
    },
  },
  {
    name: 'loader-missing',
    says: 'A skill has a loader, AGENTS.md.',
    check: ({ skill, loaderPath }) =>
      skill.loader === undefined || skill.loader.trim() === ''
        ? [
            {
              path: loaderPath,
              line: 1,
              message: 'there is no loader, so nothing reaches an agent on its turn',
              fix: `write ${loaderPath} (snappy skill lint --fix adds a stub)`,
            },
          ]
        : [],
    repair: (texts, { skill }) => ({ ...texts, loader: loaderSections.reduce(appendSection, `# ${skill.folder}\n`) }),
  },
  {
    name: 'loader-section',
    says: 'A loader has the sections Critical Rules, Commands, Known Pitfalls and Self-Test.',
    check: ({ skill, loaderPath }) =>
      skill.loader === undefined || skill.loader.trim() === ''
        ? []
        : loaderSections
            .filter(({ title }) => !hasSection(skill.loaderSections, title))
            .map(({ title }) => ({
              path: loaderPath,
              line: 1,
              message: `the loader has no section "## ${title}"`,
              fix: `add it (snappy skill lint --fix adds a stub)`,
            })),
    repair: (texts) => {
      const there = readSections(texts.loader ?? '');
      const missing = loaderSections.filter(({ title }) => !hasSection(there, title));
      return { ...texts, loader: missing.reduce(appendSection, texts.loader ?? '') };
    },
  },
  {
    name: 'loader-footer',
    says: 'A loader does not carry the footer: the hook adds it.',
    check({ skill, loaderPath, footer }) {
      const at = findFooter(skill.loader ?? '', footer);
      return at === -1
        ? []
        : [
            {
              path: loaderPath,
              line: at + 1,
              message: 'the loader carries the footer, which the hook adds; an agent would read it twice',
              fix: 'remove it (snappy skill lint --fix does)',
            },
          ];
    },
    repair: (texts, { footer }) =>
      footer === undefined || texts.loader === undefined
        ? texts
        : { ...texts, loader: cutFooter(texts.loader, footer) },
  },
  {
    name: 'link',
    says: 'Links lead to files that are there, inside the skill’s folder.',
    check: (facts) => [
      ...checkLinks(facts, facts.skillPath, readFileLinks(facts.skillMd)),
      ...checkLinks(facts, facts.loaderPath, readFileLinks(facts.skill.loader ?? '')),
    ],
  },
  {
    name: 'eval-section',
    says: 'SKILL.md has a section "## Eval" that says how a run is graded.',
    check: ({ skill, skillMd }) =>
      hasSection(skill.sections, 'Eval')
        ? []
        : [
            {
              line: skillMd.split('\n').length,
              message: 'there is no section "## Eval" that says how a run is graded',
              fix: 'add it (snappy skill lint --fix adds a stub)',
            },
          ],
    repair: (texts, { skill }) => ({ ...texts, skillMd: appendSection(texts.skillMd, evalSection(skill.eval)) }),
  },
  {
    name: 'eval-auto',
    says: 'With eval: auto an actor and a different auditor are named.',
    check(facts) {
      if (facts.skill.eval !== 'auto') return [];
      const line = lineOf(facts.skill, 'eval', 'metadata');
      const { actor, auditor } = evalParties(facts);
      const fix =
        'name both, as keys "actor" and "auditor" or as lines "Actor: …" and "Auditor: …" under ## Eval, or write eval: manual';
      if (actor === undefined || auditor === undefined) {
        const missing =
          actor === undefined ? (auditor === undefined ? 'neither actor nor auditor' : 'no actor') : 'no auditor';
        return [{ line, message: `eval is auto, but ${missing} is named`, fix }];
      }
      if (actor.toLowerCase() !== auditor.toLowerCase()) return [];
      return [
        { line, message: `eval is auto, but actor and auditor are both "${actor}"; nobody grades their own run`, fix },
      ];
    },
  },
  {
    name: 'graduation-code',
    says: 'What a skill is graduated to is there: state/lib/<name>.ts for script, state/bin/<name>/ for sidecar.',
    check({ skill, exists }) {
      const needed = { prose: undefined, script: `state/lib/${skill.folder}.ts`, sidecar: `state/bin/${skill.folder}` }[
        skill.graduation
      ];
      if (needed === undefined || exists(needed)) return [];
      return [
        {
          line: lineOf(skill, 'graduation', 'metadata'),
          message: `graduation is ${skill.graduation}, but ${needed} is not there`,
          fix: `add it, or write graduation: prose`,
        },
      ];
    },
  },
  {
    name: 'ui-contract',
    says: 'The ui-contract is a file inside the skill’s folder.',
    check({ skill, skillPath, exists }) {
      if (skill.uiContract === undefined) return [];
      const file = resolveInside(skillPath.slice(0, skillPath.lastIndexOf('/')), skill.uiContract);
      if (file !== undefined && exists(file)) return [];
      return [
        {
          line: lineOf(skill, 'ui-contract', 'metadata'),
          message: `the ui-contract ${skill.uiContract} is not a file of this skill`,
          fix: 'name a file in its folder, such as resources/ui.openui',
        },
      ];
    },
  },
];
