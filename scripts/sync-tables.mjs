// The README's tables of docs/figures/sync.json: jobs by what carries, the same through a Worker, then what stands alone.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './toolchain.mjs';

const own = 'snappy, embedded gateway';
const others = ['git over HTTP', 'rsync'];
const worker = 'snappy, the Worker on S3';
const clients = ['rclone', 'aws-sdk'];

/** `value unit`, which no line break parts: of less than 0.1 MB in kB. */
function measured({ value, unit }) {
  const isSmall = unit === 'MB' && value < 0.1;
  return isSmall ? `${Number((value * 1_000).toPrecision(3))}\u00A0kB` : `${value}\u00A0${unit}`.trim();
}

/** What was measured, and the goal after it where there is one. */
function cell(row) {
  if (row === undefined) return '';
  const text = measured(row);
  if (row.goal === null) return text;
  const goal = text.endsWith(row.unit) ? row.goal : `${row.goal} ${row.unit}`;
  return `${text} (${goal}${row.ok ? '' : ', **missed**'})`;
}

/** Markdown of all tables, made with `table(head, rows)`; nothing where the benchmark was never recorded. */
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
  const throughWorker = jobs.map((job) => [
    job,
    ...[worker, ...clients].map((way) => take(`${job}: ${way}`)),
    take(`${job}: ${worker} against ${own}`),
    take(`${job} through the Worker: requests of the client`),
    take(`${job} through the Worker: bodies`),
  ]);
  const alone = rows.filter(({ name, goal }) => goal !== null && !used.has(name)).map((row) => [row.name, cell(row)]);
  return [
    `\`npm run bench:sync\` on ${machine}: 5,000 Markdown files of 4 kB and three of 1 MB over loopback, whole processes from start to end; what a pull leaves to the background, index and briefs, is waited for and not counted. Goals stand in brackets.\n`,
    table(['job', 'snappy', ...others, 'against git', 'against rsync'], carried),
    `\nThrough a gateway that is a Worker on an S3 server, held against the one on Node; beside it programs that put each file there as it is:\n`,
    table(['job', 'snappy', ...clients, 'against Node', 'requests', 'bodies'], throughWorker),
    `\n${table(['figure', 'measured'], alone)}`,
  ].join('\n');
}
