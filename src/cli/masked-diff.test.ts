import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskHunk, maskLine } from './masked-diff.ts';
import { diffOfTexts } from './plan-text.ts';

const secret = 'sk-ant-0123456789abcdef';

describe('a line of settings is shown without its value', () => {
  test.each([
    [`  "API_KEY": "${secret}",`, '  "API_KEY": …,'],
    [`  "API_KEY": "${secret}"`, '  "API_KEY": …'],
    [`API_KEY = "${secret}" # mine`, 'API_KEY = …'],
    [`export TOKEN=${secret}`, 'export TOKEN=…'],
    [`servers."my server".key = '${secret}'`, `servers."my server".key = …`],
    [`  "env": { "KEY": "${secret}" },`, '  "env": …,'],
    [`    "--key=${secret}",`, '    …,'],
    [`["${secret}"]`, '…'],
    [`{"env":{"KEY":"${secret}"}}`, '…'],
    [`# KEY=${secret}`, '# …'],
    [`// ${secret}`, '// …'],
    ['MIIEowIBAAKCAQEA==', '…'],
    ['0 1 * * * backup --key x', '…'],
    ['  "mcp": {', '  "mcp": {'],
    ['  ],', '  ],'],
    ['[mcp_servers."a b"]', '[mcp_servers."a b"]'],
    ['', ''],
  ])('%s', (line, shown) => {
    expect(maskLine(line)).toBe(shown);
  });
});

describe('a diff of settings shows what is changed and no value beside it', () => {
  test.each<[string, string, string, string[]]>([
    [
      'a line above what is added',
      `a = 1\nAPI_KEY = "${secret}"\n`,
      `a = 1\nAPI_KEY = "${secret}"\n[hooks]\n`,
      [' a = …', ' API_KEY = …', '+[hooks]'],
    ],
    [
      'a last line that gets a comma',
      `{\n  "K": "${secret}"\n}\n`,
      `{\n  "K": "${secret}",\n  "hooks": {}\n}\n`,
      [' {', '-  "K": …', '+  "K": …,', '+  "hooks": {}', ' }'],
    ],
    [
      'a last line that loses its comma',
      `{\n  "K": "${secret}",\n  "hooks": {}\n}\n`,
      `{\n  "K": "${secret}"\n}\n`,
      [' {', '-  "K": …,', '-  "hooks": {}', '+  "K": …', ' }'],
    ],
    [
      'a last line that gets a newline',
      `K = "${secret}"`,
      `K = "${secret}"\n[hooks]\n`,
      ['-K = …', '\\ No newline at end of file', '+K = …', '+[hooks]'],
    ],
    [
      'all on one line',
      `{"env":{"K":"${secret}"},"list":[],"x":"${secret}"}\n`,
      `{"env":{"K":"${secret}"},"list":["ours"],"x":"${secret}","hooks":{}}\n`,
      ['-…', '+…"ours"…,"hooks":{}}'],
    ],
  ])('%s', (_, before, after, lines) => {
    const shown = diffOfTexts('~/settings', before, after);
    expect(shown.split('\n').slice(3)).toEqual(lines);
    expect(shown).not.toContain(secret);
  });

  test('a value that is changed is shown, old and new', () => {
    expect(maskHunk(['-  "model": "a"', '+  "model": "b"'])).toEqual(['-  "model": "a"', '+  "model": "b"']);
  });

  test('a text in Markdown is shown as it is', () => {
    expect(diffOfTexts('~/AGENTS.md', 'be: kind\n', 'be: kind\nours\n')).toContain('\n be: kind\n+ours');
  });

  test('whatever else the file holds, no value of it is in the diff of what is added', () => {
    const value = fc.stringMatching(/^[a-z]{0,3}$/).map((text) => `${secret}${text}`);
    const entries = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.oneof(value, fc.array(value)));
    fc.assert(
      fc.property(entries, fc.constantFrom(undefined, 2, '\t'), (user, indent) => {
        const before = JSON.stringify(user, undefined, indent);
        const after = JSON.stringify({ ...user, HOOKS: { stop: ['ours'] } }, undefined, indent);
        for (const shown of [diffOfTexts('a', before, after), diffOfTexts('a', after, before)]) {
          expect(shown).toContain('ours');
          expect(shown).not.toContain(secret);
        }
      }),
    );
  });
});
