import fc from 'fast-check';
import type { HookShape, JsonDialect, JsonValue } from './wanted.ts';

/** White space and comments as people write them. `\n` is turned into the line end of the file. */
const gaps: Readonly<Record<JsonDialect, readonly string[]>> = {
  json: ['', '', '', ' ', '\n', '\t', '\n\n    ', ' \n'],
  jsonc: [
    '',
    '',
    ' ',
    '\n',
    '\n\t',
    ' // it is, so\n',
    '/* {"a": [ */',
    '\n// x  \n  // y\n',
    ' /* two\n lines */ ',
    '//\n',
  ],
  json5: [
    '',
    '',
    ' ',
    '\n',
    '\n  ',
    " // it's, so\n",
    '/* {a: [ */',
    '\n// x  \n',
    '\u00A0',
    '\uFEFF\v',
    '// ls\u2028',
    '/**/',
  ],
};

/** Takes one of several ways to write something. */
type Choose = <T>(ways: readonly T[]) => T;

function chooser(picks: readonly number[]): Choose {
  let at = 0;
  return <T>(ways: readonly T[]): T => {
    const pick = picks[at % picks.length] ?? 0;
    at += 1;
    return ways[pick % ways.length] as T;
  };
}

function writeString(text: string, dialect: JsonDialect, choose: Choose): string {
  const quoted = JSON.stringify(text);
  if (dialect !== 'json5' || choose([true, false])) return quoted;
  const swapped: Readonly<Record<string, string>> = { '\\"': '"', "'": "\\'" };
  return `'${quoted.slice(1, -1).replaceAll(/\\.|'/g, (part) => swapped[part] ?? part)}'`;
}

function writeKey(key: string, dialect: JsonDialect, choose: Choose): string {
  const bare = dialect === 'json5' && /^[a-z_$][\w$]*$/i.test(key) && choose([true, false]);
  return bare ? key : writeString(key, dialect, choose);
}

function writeNumber(number: number, dialect: JsonDialect, choose: Choose): string {
  if (dialect !== 'json5' || Object.is(number, -0)) return JSON.stringify(number);
  const whole = Number.isSafeInteger(number) && number >= 0;
  return choose(
    whole ? [`${number}`, `+${number}`, `${number}.`, `0x${number.toString(16)}`] : [JSON.stringify(number)],
  );
}

/** How one text is laid out: strictly by levels, or with anything anywhere. */
interface Style {
  readonly dialect: JsonDialect;
  readonly unit: string | undefined;
  readonly choose: Choose;
}

function write(value: JsonValue, style: Style, indent: string): string {
  const { dialect, unit, choose } = style;
  const gap = (): string => (unit === undefined ? choose(gaps[dialect]) : '');
  if (typeof value === 'string') return writeString(value, dialect, choose);
  if (typeof value === 'number') return writeNumber(value, dialect, choose);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = unit === undefined ? '' : `${indent}${unit}`;
  const isList = Array.isArray(value);
  const members = Object.entries(value).map(([key, part]) => {
    const name = isList ? '' : `${writeKey(key, dialect, choose)}${gap()}:${unit === undefined ? gap() : ' '}`;
    return name + write(part, style, inner);
  });
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (members.length === 0) return `${open}${choose(gaps[dialect])}${close}`;
  const remark = dialect === 'json' || unit === undefined ? [''] : ['', '', ' // note', ' /* note */'];
  const last = dialect === 'json5' && choose([true, false]) ? `${gap()},` : '';
  const lines = members.map((member, at) => {
    const comma = at < members.length - 1 ? `${gap()},` : last;
    return unit === undefined ? `${gap()}${member}${comma}` : `\n${inner}${member}${comma}${choose(remark)}`;
  });
  return `${open}${lines.join('')}${unit === undefined ? gap() : `\n${indent}`}${close}`;
}

/** Texts of one dialect that say a given value, in many layouts, with any line ends, comments anywhere and any end. */
export function jsonText<T extends JsonValue>(
  dialect: JsonDialect,
  values: fc.Arbitrary<T>,
): fc.Arbitrary<{ value: T; text: string }> {
  return fc
    .record({
      value: values,
      unit: fc.constantFrom(undefined, undefined, undefined, '  ', '    ', '\t', '   '),
      eol: fc.constantFrom('\n', '\r\n'),
      picks: fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 }),
      end: fc.constantFrom('', '\n', '\n\n  '),
      oneLine: fc.boolean(),
    })
    .map(({ value, unit, eol, picks, end, oneLine }) => {
      const choose = chooser(picks);
      if (dialect === 'json' && oneLine) return { value, text: JSON.stringify(value) + end };
      const text = write(value, { dialect, unit, choose }, '');
      const around = unit === undefined ? choose(gaps[dialect]) : '';
      return { value, text: `${around}${text}${end}`.replaceAll('\n', eol) };
    });
}

/** What a settings file says. */
export type Settings = { [key: string]: JsonValue };

const handler = fc.record(
  {
    type: fc.constant('command'),
    command: fc.constantFrom('say done', 'x', '', "it's"),
    timeout: fc.constantFrom(1, 60),
  },
  { requiredKeys: ['type', 'command'] },
);
const group = fc.record(
  { matcher: fc.constantFrom('', '*', 'Edit'), hooks: fc.array(handler, { maxLength: 2 }) },
  { requiredKeys: ['hooks'] },
);
const events = fc.constantFrom('UserPromptSubmit', 'PostToolUse', 'Stop', 'SessionEnd', 'constructor');
const entryArbitraries: Readonly<Record<HookShape, fc.Arbitrary<JsonValue>>> = { groups: group, list: handler };
const hooksOf = (shape: HookShape) => fc.dictionary(events, fc.array(entryArbitraries[shape], { maxLength: 3 }));
const anything = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonValue>;
const foreign = fc.dictionary(
  fc.oneof(fc.constantFrom('model', 'env', 'a-b', '/', '~'), fc.string({ maxLength: 4 })),
  anything,
  {
    maxKeys: 3,
    noNullPrototype: true,
  },
);

/**
 * Settings with anything in them, and with what lies on the way to ours of the right kind, empty or not. `onlyKeys` are
 * the only ones allowed at the top.
 */
export const settingsOf = (shape: HookShape, onlyKeys?: readonly string[]): fc.Arbitrary<Settings> =>
  fc
    .tuple(
      foreign,
      fc.record(
        {
          hooks: hooksOf(shape),
          version: fc.constant(1),
          plugins: fc.record({ entries: foreign, load: anything }, { requiredKeys: [] }),
          context: fc.record(
            { includeDirectories: fc.subarray(['/x', '/home/ann/snappy-os', '/y']), fileName: anything },
            { requiredKeys: [] },
          ),
        },
        { requiredKeys: [] },
      ),
      foreign,
    )
    .map(([head, known, tail]) => {
      const own = ['hooks', 'version', 'plugins', 'context', '__proto__'];
      const rest = Object.entries({ ...tail, ...head }).filter(([key]) => !own.includes(key));
      const cut = rest.length % 3;
      const all = [...rest.slice(0, cut), ...Object.entries(known), ...rest.slice(cut)];
      const allowed = onlyKeys === undefined ? all : all.filter(([key]) => onlyKeys.includes(key));
      // JSON has no `undefined` and no null prototype: what is compared must have none either.
      return JSON.parse(JSON.stringify(Object.fromEntries(allowed)));
    });
