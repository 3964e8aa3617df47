import type { Route } from '../route.ts';
import { routes } from '../routes/table.ts';
import { openApiDocument } from '../openapi.ts';
import { accessProbes } from './test-access-probes.ts';
import { contentProbes } from './test-content-probes.ts';
import type { Probe, Probes } from './test-probe.ts';
import { callers } from './test-world.ts';
import type { Name, Seen, World } from './test-world.ts';

/** Every route of the OpenAPI document, as `GET /teams/{slug}`. */
export function operationsOf(table: readonly Route[]): string[] {
  const { paths } = openApiDocument(table, '0') as { paths: Record<string, object> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

/** What each route could tell of. One that is not in here has not been thought about. */
const probesOf: Probes = { ...contentProbes, ...accessProbes };

/** Routes without probes, and probes without a route. */
export function forgotten(table: readonly Route[]): string[] {
  const known = Object.keys(probesOf);
  const operations = operationsOf(table);
  const without = operations.filter((operation) => !known.includes(operation));
  return [...without, ...known.filter((operation) => !operations.includes(operation))];
}

const wrongKeys: readonly Name[] = ['unknown', 'colliding', 'revoked'];

/** What is wrong with the answers of a route, in words. */
export interface Findings {
  /** What it tells to somebody who may not know it. */
  readonly leaks: readonly string[];
  /** Answers of which the OpenAPI document says something else. */
  readonly undescribed: readonly string[];
}

export async function findingsOf(world: World, operation: string): Promise<Findings> {
  const leaks: string[] = [];
  const undescribed = new Set<string>();
  for (const probe of probesOf[operation]?.(world) ?? []) {
    await world.calm();
    const answers: Tried[] = [];
    for (const caller of callers) answers.push(await tryProbe(world, probe, caller));
    for (const { seen } of answers) for (const fault of faultsOfForm(operation, seen)) undescribed.add(fault);
    const texts = answers.filter(({ caller }) => wrongKeys.includes(caller)).map(({ text }) => text);
    const differ = new Set(texts).size > 1 ? [`wrong keys are told apart: ${texts.join(' / ')}`] : [];
    const faults = answers.flatMap((answer) => answer.faults.map((fault) => `${answer.caller}: ${fault}`));
    leaks.push(...[...faults, ...differ].map((fault) => `${probe.what}: ${fault}`));
  }
  return { leaks, undescribed: [...undescribed] };
}

/** The answers of each operation by their status, or `default`: media types. Those of a problem are behind a reference. */
const described = openApiDocument(routes, '0') as {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, { content?: object }> }>>;
};

function faultsOfForm(operation: string, { status, headers, text }: Seen): string[] {
  const [method = '', path = ''] = operation.split(' ');
  const responses = described.paths[path]?.[method.toLowerCase()]?.responses ?? {};
  const { content = {}, ...rest } = responses[status] ?? responses['default'] ?? {};
  const expected = '$ref' in rest ? ['application/problem+json'] : Object.keys(content);
  const found = headers.find((header) => header.startsWith('content-type: '))?.slice('content-type: '.length) ?? '';
  const isSaid = expected.some((type) => type === '*/*' || found.split(';')[0] === type);
  if (!isSaid) return [`${status} is ${found}, and not ${expected.join(', ')}`];
  const answer = routes.find((route) => operationsOf([route])[0] === operation)?.answer;
  const isJson = typeof answer === 'object' && responses[status] !== undefined && status < 400;
  const result = isJson ? answer.safeParse(JSON.parse(text)) : undefined;
  return result?.success === false ? [`${status} is not what its schema says: ${result.error.message}`] : [];
}

interface Tried {
  readonly caller: Name;
  readonly seen: Seen;
  readonly text: string;
  readonly faults: readonly string[];
}

async function tryProbe(world: World, probe: Probe, caller: Name): Promise<Tried> {
  const seen = await world.ask(caller, probe.hidden);
  const marks = marksIn(world, probe, caller, seen).map((text) => `the answer has ${text} in it`);
  const fault = probe.sees.includes(caller)
    ? faultOfSeer(probe, caller, seen)
    : await faultOfOther(world, probe, caller, seen);
  return { caller, seen, text: textOf(probe, seen), faults: fault === undefined ? marks : [...marks, fault] };
}

/** Marks of what a caller may not see, and has not named itself. */
function marksIn({ marks }: World, { hidden }: Probe, caller: Name, { text, headers }: Seen): string[] {
  const own = `${hidden.path} ${hidden.body instanceof Uint8Array ? '' : JSON.stringify(hidden.body)}`;
  const answer = `${headers.join('\n')}\n${text}`;
  return marks
    .filter((mark) => !mark.seers.includes(caller) && !own.includes(mark.text) && answer.includes(mark.text))
    .map((mark) => mark.text);
}

function faultOfSeer({ seen: expected = {} }: Probe, caller: Name, seen: Seen): string | undefined {
  const { status = 200, code, holds } = expected;
  const isRight = seen.status === status && (code === undefined || seen.text.includes(`"code":"${code}"`));
  if (isRight && (holds === undefined || holds(seen, caller))) return undefined;
  return `should be told, and is answered ${seen.status} ${seen.text.slice(0, 200)}`;
}

async function faultOfOther(world: World, probe: Probe, caller: Name, seen: Seen): Promise<string | undefined> {
  const nothing = probe.nothing === undefined ? undefined : await world.ask(caller, probe.nothing);
  if (nothing === undefined)
    return seen.status === 401 || seen.status === 403 ? undefined : `is answered ${seen.status}`;
  const [one, other] = [textOf(probe, seen), textOf(probe, nothing)];
  return one === other ? undefined : `told apart from what is not there: ${one} / ${other}`;
}

/** An answer without the names that were asked for, and what is new in each: addresses to put something to. */
function textOf({ swaps = [] }: Probe, { status, headers, text }: Seen): string {
  const whole = [status, ...headers, text].join('\n').replace(/"url":"[^"]*"/g, '"url":""');
  const plain = whole.replace(/"(?:time|issued|expires|signature)":"[^"]*"/g, '""').replace(/content-length: \d+/, '');
  return swaps.reduce((made, [from, to]) => made.replaceAll(from, to), plain);
}
