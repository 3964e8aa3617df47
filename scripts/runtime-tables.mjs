// The tables about runtimes, as Markdown: from their rows, and from what the real programs did in a test run.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { skillRoots } from '../src/install/skill-roots.ts';
import { factsOf, wiredFiles, wiredSince } from '../src/runtimes/facts.ts';
import { runtimes } from '../src/runtimes/table.ts';
import { root } from './toolchain.mjs';

/** A table of Markdown; bars in cells are escaped. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const code = (text) => `\`${text}\``;

/** Every runtime that install wires, one line each. */
export function supportTable() {
  const rows = runtimes.map((row) => [
    `${row.name} (${code(row.id)})`,
    row.context.perTurn ? 'yes' : '**no**',
    wiredFiles(row).map(code).join(', '),
    wiredSince(row),
    skillRoots([row], { home: '~', env: {} })
      .map((served) => code(served.root.replaceAll('\\', '/')))
      .join(', '),
    row.tested === 'real program' ? 'the real program' : 'recorded samples only',
  ]);
  return table(['runtime', 'a loader on the turn', 'wired by', 'from version', 'skills linked in', 'tested on'], rows);
}

/** The runtimes that have a skill of their own in the seed. */
export const withSkill = runtimes.filter(({ id }) => existsSync(path.join(root, `seed/state/skills/snappy-${id}`)));

/** What is to be known of one runtime. */
export function factsTable(row) {
  return table(['', ''], factsOf(row));
}

/** The same of all that have no skill of their own. */
export function otherFacts() {
  const others = runtimes.filter((row) => !withSkill.includes(row));
  return others.map((row) => `### ${row.name} (${code(row.id)})\n\n${factsTable(row)}`).join('\n\n');
}

const verdict = (passed) => (passed === undefined ? '–' : passed ? 'yes' : '**no**');
const prose = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function sharedTable(results, shared) {
  const rows = shared.map((check) => [
    prose(check),
    ...results.map(({ checks }) => verdict(checks.find((one) => one.check === check)?.passed)),
  ]);
  return table(['', ...results.map(({ name, version }) => `${name} ${version}`)], rows);
}

function trapTable(results, shared) {
  const rows = results.flatMap(({ name, version, checks }) => {
    const own = checks.filter(({ check }) => !shared.includes(check));
    const told = own.map(({ check, passed }) => prose(check) + (passed === true ? '' : ` (${verdict(passed)})`));
    return own.length === 0 ? [] : [[`${name} ${version}`, told.join('; ')]];
  });
  return rows.length === 0
    ? ''
    : `\n\nTraps of one runtime, each played on it:\n\n${table(['runtime', 'shown'], rows)}`;
}

const recorded = path.join(root, 'docs/runtime-results.json');

/** What was seen on the real programs, by the file that a test run has recorded; nothing before there is one. */
export function resultTables(file = recorded) {
  if (!existsSync(file)) return '';
  const { platform, runtimes: results } = JSON.parse(readFileSync(file, 'utf8'));
  const idsOf = new Map();
  for (const { id, checks } of results)
    for (const { check } of checks) idsOf.set(check, (idsOf.get(check) ?? new Set()).add(id));
  const shared = [...idsOf].filter(([, ids]) => ids.size > 1).map(([check]) => check);
  const intro = `Seen by \`npm run test:runtimes\` on ${platform}: the real programs, wired by \`snappy install --apply\` in a throwaway home, against a scripted model. A dash: the runtime has no such thing.`;
  return `${intro}\n\n${sharedTable(results, shared)}${trapTable(results, shared)}`;
}
