import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkCrontab } from './cron-rules.ts';
import { readCrontab } from './crontab.ts';

const tree = '/home/ann/snappy-os';
const facts = { trees: [tree], home: '/home/ann', agents: ['myagent'], sidecars: new Set(['rotate-keys']) };
const found = (...lines: string[]): string[] =>
  checkCrontab(lines.join('\n'), facts).map(({ line, message }) => `${line} ${message}`);

describe('a crontab', () => {
  test('is read as crontab(5) has it', () => {
    const text = [
      '# 1 2 3 4 5 comment',
      'MAILTO = ann@example.org',
      'DIR="/srv/x"',
      '',
      '*/5 9-17 * * mon-fri  cat $DIR/a ${DIR}b $OTHER',
      '@daily run\r',
      '  0 1 * * *\tmail -s "50\\% done" ann%Hello%there',
      'not a line of cron',
      '1 2 3 4 5',
    ].join('\n');
    expect(readCrontab(text)).toEqual([
      { line: 5, schedule: '*/5 9-17 * * mon-fri', command: 'cat /srv/x/a /srv/xb $OTHER', input: '' },
      { line: 6, schedule: '@daily', command: 'run', input: '' },
      { line: 7, schedule: '0 1 * * *', command: 'mail -s "50% done" ann', input: 'Hello\nthere' },
    ]);
  });

  test('of whatever text is read or passed over', () => {
    const piece = fc.constantFrom(
      '* * * * * ',
      '@daily ',
      'claude -p x',
      '%',
      '\\',
      '"',
      "'",
      '\n',
      '#',
      'A=1',
      '$A',
      '~/snappy-os/state/log/evals.ndjson',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const lines = text.split('\n').length;
        expect(checkCrontab(text, facts).every(({ line }) => line >= 1 && line <= lines)).toBe(true);
      }),
    );
  });
});

describe('class A is refused:', () => {
  test.each([
    ['* * * * * tail -n 1 ~/snappy-os/state/log/evals.ndjson', 'reads state/log/evals.ndjson on a timer'],
    ['* * * * * cd "$HOME/snappy-os/state/log" && grep -c ok evals.ndjson', 'reads state/log/evals.ndjson'],
    ['* * * * * wc -l < /home/ann/snappy-os/state/log/evals.ndjson', 'reads state/log/evals.ndjson'],
    [`* * * * * node -e "fs.readFileSync('${tree}/state/log/evals.ndjson')"`, 'reads state/log/evals.ndjson'],
    [`* * * * * node ${tree}/state/lint/eval-row-mandatory.ts`, 'reads state/log/evals.ndjson'],
    ['@daily claude -p "improve my skills"', 'starts the agent claude on a timer'],
    ['@reboot /usr/local/bin/codex exec hello', 'starts the agent codex'],
    ['0 * * * * sh -c "cd /tmp; gemini -p hi"', 'starts the agent gemini'],
    ['0 * * * * npx -y @google/gemini-cli@latest -p hi', 'starts the agent @google/gemini-cli'],
    ['0 * * * * env A=1 nice openclaw agent --local', 'starts the agent openclaw'],
    ['0 * * * * cursor-agent -p hi', 'starts the agent cursor-agent'],
    ['0 * * * * pi -p hi', 'starts the agent pi'],
    ['0 * * * * copilot -p hi', 'starts the agent copilot'],
    ['0 * * * * opencode run hi', 'starts the agent opencode'],
    ['0 * * * * qwen -p hi', 'starts the agent qwen'],
    ['0 * * * * windsurf chat hi', 'starts the agent windsurf'],
    ['0 * * * * myagent --once', 'starts the agent myagent'],
    ['0 * * * * sh%claude -p hi', 'starts the agent claude'],
    ['0 * * * * snappy regen drain', 'runs "snappy regen" on a timer'],
    ['0 * * * * snappy eval tail --lines 1', 'runs "snappy eval" on a timer'],
    [`0 * * * * node ${tree}/bin/snappy.js sync --apply`, 'runs "snappy sync" on a timer'],
    ['0 * * * * npx snappy-os@latest status', 'runs "snappy status" on a timer'],
    ['0 * * * * snappy skill blame ship-it', 'runs "snappy skill blame" on a timer'],
    ['0 * * * * snappy doctor', 'runs "snappy doctor" on a timer, and it reads graded runs'],
    [
      `0 * * * * ${tree}/state/bin/other/run.sh`,
      'runs state/bin/other/ on a timer, and other is no skill with graduation',
    ],
    ['0 * * * * cd ~/snappy-os && ./state/bin/other/run.sh', 'runs state/bin/other/ on a timer'],
    [`0 * * * * python3 ${tree}/state/skills/x/scripts/run.py`, 'runs state/skills/x/scripts/run.py on a timer'],
    [`0 * * * * sh ${tree}/state/hooks/snappy-os-inject.sh stop`, 'runs state/hooks/snappy-os-inject.sh on a timer'],
  ])('%s', (line, message) => {
    expect(found('# mine', line).join('\n')).toContain(`2 ${message}`);
    expect(checkCrontab(line, facts).every(({ rule, fix }) => rule === 'cron-class-a' && fix !== undefined)).toBe(true);
  });

  test('also through a variable of the crontab, and each thing once', () => {
    expect(
      found(
        'BOT=claude',
        'T=/home/ann/snappy-os',
        '@daily $BOT -p a; $BOT -p b',
        '@daily cat ${T}/state/log/evals.ndjson',
      ),
    ).toEqual([
      '3 starts the agent claude on a timer',
      '4 reads state/log/evals.ndjson on a timer: graded runs are written, never polled',
    ]);
  });

  test('without a word of the command in the finding: it may hold a secret', () => {
    expect(JSON.stringify(checkCrontab('@daily claude -p hunter2 --api-key sk-123', facts))).not.toMatch(
      /hunter2|sk-123/,
    );
  });
});

describe('is left alone:', () => {
  test.each([
    `0 3 * * * ${tree}/state/bin/rotate-keys/run.sh --quiet`,
    '0 3 * * * cd ~/snappy-os && node state/bin/rotate-keys/main.ts',
    `0 3 * * * node ${tree}/state/lint/check.ts`,
    '0 3 * * * snappy doctor --silent --tree /x',
    '0 3 * * * snappy index',
    // Nobody's business.
    '0 1 * * * backup ~/snappy-os',
    '0 1 * * * cd ~/snappy-os && git push',
    '0 1 * * * tail ~/research/evals.ndjson',
    '0 1 * * * tail ~/snappy-os-2/evals.ndjson',
    '0 1 * * * /srv/app/state/bin/other/run.sh',
    '0 1 * * * echo "ask claude -p tomorrow"',
    '0 1 * * * grep claude /var/log/syslog',
    '0 1 * * * claude update',
    '0 1 * * * codex --version >> /tmp/versions',
    `0 1 * * * run-mine >> ${tree}/state/log/evals.ndjson`,
    '# 0 1 * * * claude -p hi',
    '',
  ])('%j', (line) => {
    expect(found(line)).toEqual([]);
  });
});
