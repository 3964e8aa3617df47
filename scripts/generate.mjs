// `npm run generate`: writes every text that is made from something else. `npm run check` compares them (see check.mjs).
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import config from '../rolldown.config.ts';
import { commands } from '../src/cli/table.ts';
import { openApiDocument } from '../src/gateway/openapi.ts';
import { routes } from '../src/gateway/routes/table.ts';
import { migrations } from '../src/gateway/schema.ts';
import { foldTable } from '../src/skills/text.ts';
import { factsTable, otherFacts, resultTables, supportTable, table, withSkill } from './runtime-tables.mjs';
import { root } from './toolchain.mjs';
import { syncTables } from './sync-tables.mjs';

const read = (file) => readFileSync(path.join(root, file), 'utf8');

/** `text` with what stands between `<!-- name:start … -->` and `<!-- name:end -->` replaced. */
function between(text, name, inner) {
  const marks = new RegExp(`(<!-- ${name}:start[^>]*-->\n)[^]*?(<!-- ${name}:end -->)`);
  if (!marks.test(text))
    throw new Error(`there are no marks for ${name} in the text that begins: ${text.slice(0, 80)}`);
  return text.replace(marks, (_, start, end) => `${start}${inner}\n${end}`);
}

function commandTable() {
  const rows = commands.map(({ name, args, summary, flags }) => {
    // Nearly every command takes --tree; the text above the table says so.
    const own = flags.map((flag) => flag.flags).filter((flag) => !flag.startsWith('--tree'));
    return [`\`${['snappy', name, ...args].join(' ')}\``, summary, own.map((flag) => `\`${flag}\``).join(' ')];
  });
  return table(['command', 'what it does', 'its flags'], rows);
}

/** What the loop and the gateway are worth has its place where the README tells of them; the other figures stand together. */
const isLoop = (file) => file === 'loop.json';
const isSync = (file) => file === 'sync.json';

/** `9 goals, all met`; HTML, for a summary. */
function goalsMet(rows) {
  const goals = rows.filter(({ goal }) => goal !== null);
  const missed = goals.filter(({ ok }) => !ok).length;
  return `${goals.length} goals, ${missed === 0 ? 'all met' : `<b>${missed} missed</b>`}`;
}

/** Markdown that is shown when somebody opens it. The empty lines make it Markdown again inside of HTML. */
function folded(title, inner) {
  return `<details>\n<summary>${title}</summary>\n\n${inner}\n\n</details>\n`;
}

/** The wanted figures of docs/figures/*.json, which are recorded by `npm run bench:<name> -- --json`. */
function figureTables(isWanted) {
  // Of more rows than this the README has those with a goal, and what stands beside them.
  const longest = 40;
  const short = (value) => Number(value.toPrecision(3));
  const groupOf = ({ name }) => name.split(': ')[0];
  const isBesideGoal = (row, rows) => rows.some((other) => other.goal && groupOf(other) === groupOf(row));
  const dir = path.join(root, 'docs/figures');
  const files = existsSync(dir)
    ? readdirSync(dir)
        .filter((name) => name.endsWith('.json') && isWanted(name))
        .toSorted()
    : [];
  return files
    .map((file) => {
      const { benchmark, machine, rows } = JSON.parse(read(`docs/figures/${file}`));
      const shown = rows.length > longest ? rows.filter((row) => isBesideGoal(row, rows)) : rows;
      const spread = ({ interval }) => (interval === undefined ? '' : ` (${interval.map(short).join(' to ')})`);
      const goalOf = ({ goal, ok }) => (goal === null ? '' : `${goal}${ok ? '' : ', **missed**'}`);
      const cells = shown.map((row) => [row.name, `${row.value} ${row.unit}`.trim() + spread(row), goalOf(row)]);
      const rest =
        shown.length < rows.length ? `\n\nThe others of ${rows.length} figures are in docs/figures/${file}.` : '';
      const title = `<code>npm run bench:${benchmark}</code> on ${machine}: ${goalsMet(rows)}`;
      return folded(title, table(['figure', 'measured', 'goal'], cells) + rest);
    })
    .join('\n');
}

/** Names of the packages that have code in dist/, found by bundling it. */
async function bundledPackages() {
  const modules = [];
  for (const part of config) {
    const bundle = await rolldown({ ...part, cwd: root });
    const { output } = await bundle.generate(part.output);
    await bundle.close();
    modules.push(...output.flatMap((chunk) => (chunk.type === 'chunk' ? Object.keys(chunk.modules) : [])));
  }
  const names = modules.map((id) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll('\\', '/'))?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].toSorted();
}

function notice(name) {
  const dir = `node_modules/${name}`;
  const { version, license, homepage } = JSON.parse(read(`${dir}/package.json`));
  const file = readdirSync(path.join(root, dir)).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no licence file, so it may not be bundled`);
  const text = read(`${dir}/${file}`).replaceAll('\r\n', '\n').trim();
  return `## ${name} ${version} (${license})\n\n${homepage === undefined ? '' : `${homepage}\n\n`}\`\`\`text\n${text}\n\`\`\`\n`;
}

async function notices() {
  const names = await bundledPackages();
  const head = `# Third-party notices

\`dist/\` holds code of the packages below, each under its own licence. This file is generated from what the
bundle really contains: \`npm run generate\`.
`;
  return [head, ...names.map(notice)].join('\n');
}

function readme() {
  const parts = {
    runtimes: supportTable(),
    results: resultTables(),
    commands: commandTable(),
    loop: figureTables(isLoop),
    sync: syncTables(table),
    figures: figureTables((file) => !isLoop(file) && !isSync(file)),
  };
  const text = Object.entries(parts).reduce((made, [name, inner]) => between(made, name, inner), read('README.md'));
  return { file: 'README.md', text };
}

/** The skills about runtimes: what the rows say stands in them between marks, the rest is written by hand. */
function skillFacts() {
  const skill = (id, inner) => {
    const file = `seed/state/skills/snappy-${id}/SKILL.md`;
    return { file, text: between(read(file), 'facts', inner) };
  };
  return [...withSkill.map((row) => skill(row.id, factsTable(row))), skill('ops', otherFacts())];
}

function openApi() {
  const { version } = JSON.parse(read('package.json'));
  return `${JSON.stringify(openApiDocument(routes, version), undefined, 2)}\n`;
}

/** The schema of a gateway's ledger as `wrangler d1 migrations apply` wants it; on Node the gateway applies it by itself. */
function migrationFiles() {
  return migrations.map(({ name, statements }) => {
    const lines = statements.map((statement) => `${statement.replaceAll(/\n +/g, '\n  ')};\n`);
    return {
      file: `migrations/${name}.sql`,
      text: `-- Generated from src/gateway/schema.ts by \`npm run generate\`.\n${lines.join('')}`,
    };
  });
}

/** Every generated file with the text it should have: `{ file, text }`, paths from the project's root. */
export async function generated() {
  return [
    readme(),
    ...skillFacts(),
    ...migrationFiles(),
    { file: 'THIRD-PARTY-NOTICES.md', text: await notices() },
    // The awk programs cannot fold letters beyond ASCII; this is the compiler's own folding, for the hook to read.
    { file: 'seed/state/hooks/awk/fold.txt', text: foldTable() },
    { file: 'docs/openapi.json', text: openApi() },
  ];
}

if (process.argv[1] === import.meta.filename) {
  for (const { file, text } of await generated()) {
    if (existsSync(path.join(root, file)) && read(file) === text) continue;
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
    console.log(`wrote ${file}`);
  }
}
