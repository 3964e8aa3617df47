import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { testPrograms } from '../../core/test-programs.ts';
import { putCron, takeCron } from './block.ts';

const job = { node: '/usr/bin/node', tree: '/home/ann/snappy-os' };
const block = (last: string): string =>
  [
    '# >>> snappy-os: made by "snappy install --cron"; do not edit these lines',
    `17 9 * * * env PATH='/usr/bin':"$PATH" '/usr/bin/node' '/home/ann/snappy-os/bin/snappy.js' doctor --silent --tree '/home/ann/snappy-os' || '/usr/bin/node' '/home/ann/snappy-os/bin/snappy.js' alert doctor-failed --tree '/home/ann/snappy-os' >/dev/null`,
    `# <<< snappy-os${last}`,
    '',
  ].join('\n');

describe('the block in a crontab', () => {
  test.each<[string, string | undefined, string]>([
    ['no crontab', undefined, block(' (there was no crontab)')],
    ['an empty one', '', block(' (the crontab was empty)')],
    ['lines', 'MAILTO=ann\n0 1 * * * backup\n', `MAILTO=ann\n0 1 * * * backup\n${block('')}`],
    [
      'a last line without a newline',
      '0 1 * * * backup',
      `0 1 * * * backup\n${block(' (the line above the block had no newline)')}`,
    ],
  ])('goes to the end of %s, and out again to the byte', (_, before, after) => {
    expect(putCron(before, job)).toBe(after);
    expect(putCron(after, job)).toBe(after);
    expect(takeCron(after, job.tree)).toBe(before);
  });

  test('stays where the person has moved it, and only its line is renewed', () => {
    const moved = `# a\n${block('').replaceAll('/usr/bin', '/opt/old').replace('17 9', '#0 1')}0 1 * * * b\n`;
    expect(putCron(moved, job)).toBe(`# a\n${block('')}0 1 * * * b\n`);
    expect(takeCron(moved, job.tree)).toBe('# a\n0 1 * * * b\n');
  });

  test('is taken out of a crontab that was edited around it', () => {
    const none = putCron(undefined, job);
    expect(takeCron(`${none}0 1 * * * b\n`, job.tree)).toBe('0 1 * * * b\n');
    expect(takeCron(`# a\n${none}`, job.tree)).toBe('# a\n');
    expect(takeCron(`${putCron('a', job)}b\n`, job.tree)).toBe('a\nb\n');
    expect(takeCron('0 1 * * * b\n', job.tree)).toBe('0 1 * * * b\n');
    expect(takeCron(undefined, job.tree)).toBeUndefined();
  });

  test.each([
    '/home/ann/snappy',
    '/home/ann/snappy-os-2',
    '/ann/snappy-os',
    '/home/ann',
    "/home/ann/snappy-os/bin/snappy.js' doctor --silent --tree '/home/ann/other",
  ])('stays when the tree %s goes, which it is not of', (other) => {
    const text = `# a\n${block('')}`;
    expect(takeCron(text, other)).toBe(text);
    const theirs = putCron('# a\n', { ...job, tree: other });
    expect(takeCron(theirs, job.tree)).toBe(theirs);
    expect(takeCron(theirs, other)).toBe('# a\n');
  });

  test('is taken out where its line is gone, as it is of no tree', () => {
    expect(takeCron(`# a\n${block('').replace(/^17.*\n/m, '')}`, job.tree)).toBe('# a\n');
  });

  test.each([
    ['its last mark is gone', block('').replace(/# <<<.*\n/, '')],
    ['its first mark is gone', block('').replace(/# >>>.*\n/, '')],
    ['its marks are in the wrong order', '# <<< snappy-os\n# >>> snappy-os\n'],
    ['it is there twice', block('') + block('')],
    ['somebody has put a line of their own into it', block('').replace('# <<<', '0 1 * * * backup\n# <<<')],
  ])('is left alone where %s', (_, text) => {
    for (const attempt of [() => putCron(text, job), () => takeCron(text, job.tree)])
      expect(attempt).toThrow(
        expect.objectContaining({ code: 'refused', message: expect.stringContaining('left as it is') }),
      );
  });

  test('leaves every other byte as it was, whatever the crontab holds', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('# <<< snappy-os-2', '0 1 * * * snappy', '# snappy-os', 'A=%', '\r', ''),
    );
    const crontab = fc.array(line).map((lines) => lines.join('\n'));
    const edit = fc.array(line, { maxLength: 3 }).map((lines) => lines.map((text) => `${text}\n`).join(''));
    fc.assert(
      fc.property(fc.option(crontab, { nil: undefined }), edit, edit, (before, above, below) => {
        const put = putCron(before, job);
        expect(takeCron(put, job.tree)).toBe(before);
        expect(putCron(put, job)).toBe(put);
        const ended = before === undefined || before === '' || before.endsWith('\n') ? (before ?? '') : `${before}\n`;
        const edited = takeCron(above + put + below, job.tree);
        expect(edited ?? '').toBe(below === '' ? above + (before ?? '') : above + ended + below);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the line', () => {
  const programs = testPrograms();

  /** The command as crontab(5) hands it to the shell: `\%` is `%`, a bare `%` would end it. */
  function asCronGives(text: string): string {
    const command = (text.split('\n')[1] ?? '').split(' ').slice(5).join(' ');
    expect(command).not.toMatch(/(?<!\\)%/);
    return command.replaceAll('\\%', '%');
  }

  test.each(['plain', "Ann's 100% tree", 'a "b" $HOME `c` \\% d', '%', 'é & ; | < > * ? ~ #'])(
    'runs the doctor of a tree at %j, and the alert only after it has failed',
    (name) => {
      const log = path.join(programs.dir, 'log');
      const node = programs.add(
        `bin of ${name}/node`,
        `printf '%s\\n' "$@" "\${PATH%%:*}" >> '${log}'\n[ "$2" != doctor ] || exit $FAIL`,
      );
      const tree = path.join(programs.dir, name);
      const text = putCron(undefined, { node, tree });
      const script = path.join(tree, 'bin/snappy.js');
      const doctor = [script, 'doctor', '--silent', '--tree', tree];
      const run = (command: string, fail: string): string[] => {
        fs.rmSync(log, { force: true });
        execFileSync('sh', ['-c', command], { env: { PATH: '/usr/bin:/bin', FAIL: fail }, cwd: '/' });
        return fs.readFileSync(log, 'utf8').trimEnd().split('\n');
      };
      // Busybox's cron leaves the backslash to the shell.
      for (const command of [asCronGives(text), (text.split('\n')[1] ?? '').split(' ').slice(5).join(' ')]) {
        expect(run(command, '0')).toEqual([...doctor, path.dirname(node)]);
        expect(run(command, '1').slice(6)).toEqual([script, 'alert', 'doctor-failed', '--tree', tree, '/usr/bin']);
      }
    },
  );

  test('is refused for paths that no cron line can hold', () => {
    expect(() => putCron('', { ...job, tree: '/a\n* * * * * rm' })).toThrow('a path has a line break in it');
    expect(() => putCron('', { ...job, tree: `/${'x'.repeat(300)}` })).toThrow('more than the 998 bytes');
  });
});
