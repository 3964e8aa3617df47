import fc from 'fast-check';

const value = fc.oneof(
  fc.constantFrom('1', 'true', '1979-05-27T07:32:00Z', '9223372036854775807', '"#"', "'[x]'", '[ 1,\n  2, # two\n]'),
  fc.constantFrom(
    '"""\n# >>> snappy-os: [x] is set\n[x]\n"""',
    "'''\n\n# <<< snappy-os\n'''",
    '{ a = 1, "b.c" = [] }',
    '"""a \\\n   b"""',
  ),
);
const comment = fc.constantFrom('', '', ' # x', '\t#[y]');
const pairs = fc
  .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', '"c d"', 'e.f', "'g'"), value, comment), {
    maxLength: 4,
    selector: ([key]) => key,
  })
  .map((list) => list.map(([key, what, note]) => `${key} = ${what}${note}\n`).join(''));
const table = fc.tuple(pairs, fc.constantFrom('', '\n', '\n# note\n', '\t\n  # note \n\n'));
const tables = fc.uniqueArray(
  fc.tuple(fc.constantFrom('[t]', '[ u . "v w" ]', '[[list]]', "[projects.'/x']", '[hooks.state."a:b:0:0"]'), table),
  { maxLength: 4, selector: ([header]) => header },
);
/** TOML texts of many forms: comments, odd white space, strings over lines, any line ends, with and without a last one. */
export const tomlText = fc
  .tuple(table, tables, fc.constantFrom('\n', '\r\n'), fc.constantFrom('', '\n', '\n\n', '  ', '# end', '\n# end\n'))
  .map(([top, rest, eol, tail]) => {
    const body = [['', top] as const, ...rest].map(([head, [lines, gap]]) => `${head}${head && '\n'}${lines}${gap}`);
    const text = body.join('');
    const cut = tail === '' && text.endsWith('\n') ? text.slice(0, -1) : `${text}${tail}`;
    return cut.replaceAll('\n', eol);
  });
