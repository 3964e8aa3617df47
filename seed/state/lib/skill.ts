import type { Finding } from './finding.ts';
import { parseFrontmatter } from './frontmatter.ts';
import type { YamlMap, YamlValue } from './frontmatter.ts';
import { readSections } from './markdown.ts';
import type { Section } from './markdown.ts';
import { readDescriptionTriggers, readPhrases, splitTools } from './skill-phrases.ts';

/** How a run of the skill is graded: by a person, by a second agent, or by a program that always says the same. */
export const evalModes = ['manual', 'auto', 'deterministic'] as const;
/** How far a skill has come: text only, with backing code in `state/lib`, with programs in `state/bin/<name>/`. */
export const graduations = ['prose', 'script', 'sidecar'] as const;
/** Who may see the skill beyond this tree. */
export const visibilities = ['private', 'team', 'public'] as const;

export type EvalMode = (typeof evalModes)[number];
export type Graduation = (typeof graduations)[number];
export type Visibility = (typeof visibilities)[number];

/** A skill's two texts, as they are on the disk. */
export interface SkillSource {
  /** The folder's name: what the skill is called everywhere. */
  readonly folder: string;
  readonly skillMd: string;
  /** The text of AGENTS.md; `undefined` when there is none. */
  readonly loader?: string | undefined;
  /** Where SKILL.md is, relative to the tree, for findings. Default `state/skills/<folder>/SKILL.md`. */
  readonly path?: string;
}

/** A skill in the Agent Skills format (agentskills.io/specification) with snappy-os's own keys read from both places. */
export interface Skill {
  readonly folder: string;
  /** As written in the frontmatter; the folder's name when it is missing or not text. */
  readonly name: string;
  readonly description: string;
  /** From `triggers`, then from the description. No doubles, in the order found. */
  readonly triggers: readonly string[];
  readonly antiTriggers: readonly string[];
  readonly examples: readonly string[];
  readonly license?: string;
  readonly compatibility?: string;
  /** What is under `metadata` apart from our own keys, as text. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly allowedTools: readonly string[];
  readonly eval: EvalMode;
  readonly graduation: Graduation;
  readonly visibility: Visibility;
  /** A path inside the skill's folder. */
  readonly uiContract?: string;
  /** Who runs the skill, and who grades the run; both must be named, and differ, for `eval: auto`. */
  readonly actor?: string;
  readonly auditor?: string;
  /** SKILL.md after the frontmatter. */
  readonly body: string;
  readonly sections: readonly Section[];
  /** AGENTS.md as it is in the file. */
  readonly loader: string | undefined;
  readonly loaderSections: readonly Section[];
  /** The line of each top-level key, and of each key under `metadata` as `metadata` itself. */
  readonly lines: Readonly<Record<string, number>>;
}

/** Keys of ours, accepted at the top and under `metadata`; the top wins, lists are joined. */
export const ownKeys = [
  'eval',
  'graduation',
  'triggers',
  'anti-triggers',
  'examples',
  'visibility',
  'ui-contract',
  'actor',
  'auditor',
];
/** Keys of the Agent Skills standard. */
export const standardKeys = ['name', 'description', 'license', 'compatibility', 'metadata', 'allowed-tools'];
/** Keys that a runtime reads in a SKILL.md of its own; left alone (code.claude.com/docs/en/skills, "Frontmatter reference"). */
export const runtimeKeys = [
  'agent',
  'argument-hint',
  'arguments',
  'context',
  'disable-model-invocation',
  'effort',
  'hooks',
  'model',
  'paths',
  'shell',
  'user-invocable',
  'version',
  'when_to_use',
];

/** Reads a skill. Never throws: what is wrong is in `findings`, what could be read is in `skill`. */
export function parseSkill(source: SkillSource): { skill: Skill; findings: Finding[] } {
  const path = source.path ?? `state/skills/${source.folder}/SKILL.md`;
  const findings: Finding[] = [];
  const head = parseFrontmatter(source.skillMd);
  if (!head.present) {
    findings.push({
      rule: 'frontmatter',
      path,
      line: 1,
      message: 'SKILL.md has no frontmatter: its first line is not ---',
      fix: `start the file with ---, name: ${source.folder}, description: …, ---`,
    });
  }
  for (const problem of head.problems) {
    findings.push({
      rule: 'frontmatter',
      path,
      line: problem.line,
      message: problem.message,
      fix: 'correct the YAML between the --- lines',
    });
  }
  const reader = new FieldReader(head.fields, head.lines, path, findings);
  const description = reader.text('description') ?? '';
  const skill: Skill = {
    folder: source.folder,
    name: reader.text('name') ?? source.folder,
    description,
    triggers: readPhrases([...reader.list('triggers'), ...readDescriptionTriggers(description)]),
    antiTriggers: readPhrases(reader.list('anti-triggers')),
    examples: readPhrases(reader.list('examples')),
    metadata: reader.metadata(),
    allowedTools: reader.tools(),
    eval: reader.choice('eval', evalModes),
    graduation: reader.choice('graduation', graduations),
    visibility: reader.choice('visibility', visibilities),
    ...reader.optional(),
    body: head.body,
    sections: readSections(head.body, head.bodyLine),
    loader: source.loader,
    loaderSections: source.loader === undefined ? [] : readSections(source.loader, 1),
    lines: head.lines,
  };
  return { skill, findings };
}

/** Takes typed values out of the frontmatter and notes what has another shape than it should. */
class FieldReader {
  readonly #top: YamlMap;
  readonly #under: YamlMap;
  readonly #lines: Readonly<Record<string, number>>;
  readonly #path: string;
  readonly #findings: Finding[];

  constructor(top: YamlMap, lines: Readonly<Record<string, number>>, path: string, findings: Finding[]) {
    this.#top = top;
    this.#lines = lines;
    this.#path = path;
    this.#findings = findings;
    const metadata = top['metadata'];
    this.#under = isMap(metadata) ? metadata : Object.create(null);
    if (metadata !== undefined && metadata !== null && !isMap(metadata))
      this.#wrong('metadata', 'a mapping of keys to text', metadata);
  }

  text(key: string): string | undefined {
    const value = this.#value(key);
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return value.trim();
    this.#wrong(key, 'text', value);
    return typeof value === 'object' ? undefined : String(value);
  }

  choice<T extends string>(key: string, allowed: readonly [T, ...T[]]): T {
    const [fallback] = allowed;
    const value = this.#value(key);
    if (value === undefined || value === null) return fallback;
    const found = allowed.find((word) => word === value);
    if (found === undefined) this.#wrong(key, `one of ${allowed.join(', ')}`, value);
    return found ?? fallback;
  }

  list(key: string): string[] {
    return [this.#top[key], this.#under[key]].flatMap((value) => {
      if (value === undefined || value === null) return [];
      if (typeof value === 'string') return value.includes('\n') ? value.split('\n') : value.split(',');
      if (Array.isArray(value)) return value.flatMap((item) => this.#item(key, item));
      this.#wrong(key, 'a list of phrases, or phrases with commas between', value);
      return [];
    });
  }

  tools(): string[] {
    const value = this.#top['allowed-tools'];
    if (value === undefined || value === null) return [];
    if (typeof value === 'string') return splitTools(value);
    if (Array.isArray(value)) return value.flatMap((item) => this.#item('allowed-tools', item));
    this.#wrong('allowed-tools', 'text with tool names, or a list of them', value);
    return [];
  }

  metadata(): Record<string, string> {
    const out: Record<string, string> = Object.create(null);
    for (const [key, value] of Object.entries(this.#under)) {
      if (ownKeys.includes(key) || value === null) continue;
      if (typeof value === 'object') this.#wrong(`metadata.${key}`, 'text', value);
      else out[key] = String(value);
    }
    return out;
  }

  optional(): Pick<Skill, 'license' | 'compatibility' | 'uiContract' | 'actor' | 'auditor'> {
    const fields = {
      license: this.text('license'),
      compatibility: this.text('compatibility'),
      uiContract: this.text('ui-contract'),
      actor: this.text('actor'),
      auditor: this.text('auditor'),
    };
    return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  }

  #value(key: string): YamlValue | undefined {
    return this.#top[key] ?? (ownKeys.includes(key) ? this.#under[key] : undefined);
  }

  #item(key: string, item: YamlValue): string[] {
    if (item !== null && typeof item !== 'object') return [String(item)];
    if (item !== null) this.#wrong(key, 'a list of plain phrases', item);
    return [];
  }

  #wrong(key: string, expected: string, found: YamlValue): void {
    const top = key.startsWith('metadata.') || this.#top[key] === undefined ? 'metadata' : key;
    this.#findings.push({
      rule: 'key-type',
      path: this.#path,
      line: this.#lines[top] ?? 1,
      message: `${key} should be ${expected}; found ${describe(found)}`,
      fix: `write ${key} as ${expected}`,
    });
  }
}

function isMap(value: YamlValue | undefined): value is YamlMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: YamlValue): string {
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a mapping';
  return typeof value === 'string'
    ? `"${value.slice(0, 40)}"`
    : `${String(value)} (${value === null ? 'nothing' : typeof value})`;
}
