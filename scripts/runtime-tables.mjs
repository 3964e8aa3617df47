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

const prose = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const nameOf = ({ name, version }) => `${name} ${version}`;

/** On which programs a check passed, in as few names as say it. One that failed is named in any case. */
function seenOn(results, check) {
  const of = (passed) =>
    results.filter(({ checks }) => checks.find((one) => one.check === check)?.passed === passed).map(nameOf);
  const [passed, without] = [of(true), of(undefined)];
  const failed = of(false).map((name) => `${name} (**no**)`);
  if (passed.length === results.length) return 'all';
  return passed.length > without.length
    ? `all but ${[...failed, ...without].join(', ')}`
    : [...passed, ...failed].join(', ');
}

function trapTable(results, shared) {
  const rows = results.flatMap((result) => {
    const own = result.checks.filter(({ check }) => !shared.includes(check));
    const told = own.map(({ check, passed }) => prose(check) + (passed ? '' : ' (**no**)'));
    return own.length === 0 ? [] : [[nameOf(result), told.join('; ')]];
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
  const seen = shared.map((check) => [prose(check), seenOn(results, check)]);
  const intro = `Seen by \`npm run test:runtimes\` on ${platform}: the real programs, wired by \`snappy install --apply\` in a throwaway home, against a scripted model. They are ${results.map(nameOf).join(', ')}. Where one is not named, it has no such thing or it was not tried there.`;
  return `${intro}\n\n${table(['seen', 'on'], seen)}${trapTable(results, shared)}`;
}
