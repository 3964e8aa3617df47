// The README's tables of docs/figures/sync.json: jobs by what carries, then the figures that stand alone.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './toolchain.mjs';

const own = 'snappy, embedded gateway';
const others = ['git over HTTP', 'rsync'];

/** `value unit`, and the goal after it where there is one. */
function cell(row) {
  if (row === undefined) return '';
  const text = `${row.value} ${row.unit}`.trim();
  return row.goal === null ? text : `${text} (${row.goal}${row.ok ? '' : ', **missed**'})`;
}

/** Markdown of both tables, made with `table(head, rows)`; nothing where the benchmark was never recorded. */
export function syncTables(table) {
  const file = path.join(root, 'docs/figures/sync.json');
  if (!existsSync(file)) return '';
  const { machine, rows } = JSON.parse(readFileSync(file, 'utf8'));
  const byName = new Map(rows.map((row) => [row.name, row]));
  const jobs = rows.filter(({ name }) => name.endsWith(`: ${own}`)).map(({ name }) => name.slice(0, -own.length - 2));
  const used = new Set();
  const take = (name) => {
    used.add(name);
    return cell(byName.get(name));
  };
  const carried = jobs.map((job) => [
    job,
    ...[own, ...others].map((way) => take(`${job}: ${way}`)),
    ...others.map((way) => take(`${job}: against ${way}`)),
  ]);
  const alone = rows.filter(({ name, goal }) => goal !== null && !used.has(name)).map((row) => [row.name, cell(row)]);
  const rest = rows.length - used.size - alone.length;
  return [
    `\`npm run bench:sync\` on ${machine}: 5,000 Markdown files of 4 kB and three of 1 MB over loopback, whole processes from start to end.\n`,
    table(['job', 'snappy', ...others, ...others.map((way) => `against ${way} (goal)`)], carried),
    `\n${table(['figure', 'measured (goal)'], alone)}`,
    rest > 0 ? `\nOthers, such as clients of the same S3 server, are in docs/figures/sync.json.\n` : '',
  ].join('\n');
}
