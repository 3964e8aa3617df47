import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realSystem } from '../core/system.ts';
import { checkSecrets, repairSecrets } from './secrets-check.ts';

let tree = '';
const put = (file: string, text: string, mode = 0o644): void => {
  fs.mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
  fs.writeFileSync(path.join(tree, file), text, { mode });
};
const found = (env: NodeJS.ProcessEnv = {}): string[] =>
  checkSecrets(tree, env).findings.map(({ path: file, line, message }) => `${file}:${line} ${message}`);

beforeEach(() => {
  tree = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'snappy-secrets-'));
  put('program.md', '');
  put('state/skills/mail/SKILL.md', '---\nname: mail\ndescription: Sends mail.\n---\n');
});
afterEach(() => fs.rmSync(tree, { recursive: true }));

test('a tree whose skills need nothing needs no file', () => {
  expect(checkSecrets(tree, {})).toEqual({ findings: [], note: 'no skill needs one' });
});

test('what a skill requires in its code or lists under metadata is looked for in the environment and the file', () => {
  put('state/skills/mail/SKILL.md', '---\nname: mail\nmetadata:\n  env: MAIL_HOST, MAIL_USER\n---\n');
  put('state/lib/mail.ts', "import x from 'y';\nconst key = requireEnv('MAIL_KEY', {});\n");
  put('state/bin/mail/send.mjs', 'send(requireEnv("MAIL_PORT"));\n');
  put('state/skills/mail/scripts/run.ts', 'requireEnv(`MAIL_SEAL`);\n');
  expect(found()).toEqual([
    'state/skills/mail/SKILL.md:3 needs MAIL_HOST, which is not in the environment, and there is no .env.cache',
    'state/skills/mail/SKILL.md:3 needs MAIL_USER, which is not in the environment, and there is no .env.cache',
    'state/lib/mail.ts:2 needs MAIL_KEY, which is not in the environment, and there is no .env.cache',
    'state/bin/mail/send.mjs:1 needs MAIL_PORT, which is not in the environment, and there is no .env.cache',
    'state/skills/mail/scripts/run.ts:1 needs MAIL_SEAL, which is not in the environment, and there is no .env.cache',
  ]);
  put('.env.cache', 'MAIL_HOST=h\nMAIL_KEY="s3cret"\nMAIL_PORT=\nMAIL_SEAL=x\n', 0o600);
  expect(found({ MAIL_USER: 'ann' })).toEqual([
    'state/bin/mail/send.mjs:1 needs MAIL_PORT, which is neither in the environment nor in .env.cache',
  ]);
  expect(checkSecrets(tree, { MAIL_USER: 'ann', MAIL_PORT: '25' })).toEqual({
    findings: [],
    note: '5 names are needed',
  });
});

test('what code only reads, a comment names, a test requires or a package brings is no need', () => {
  put(
    'state/lib/mail.ts',
    "readEnv('A');\n// requireEnv('B')\n/* requireEnv('C') */\n * requireEnv('D')\nrequireEnv(name);\n",
  );
  put('state/lib/mail.test.ts', "requireEnv('E');\n");
  put('state/bin/mail/node_modules/x/index.js', "requireEnv('F');\n");
  expect(found()).toEqual([]);
});

test('a file that others can read is a finding that tells no value', () => {
  put('.env.cache', 'MAIL_KEY=s3cret\n', 0o640);
  fs.chmodSync(path.join(tree, '.env.cache'), 0o640);
  expect(found()).toEqual(['.env.cache:1 holds secrets and has mode 0640; expected 0600']);
  expect(JSON.stringify(checkSecrets(tree, {}))).not.toContain('s3cret');
  repairSecrets(realSystem(), tree);
  expect([found(), fs.readFileSync(path.join(tree, '.env.cache'), 'utf8')]).toEqual([[], 'MAIL_KEY=s3cret\n']);
});

test('a folder in the place of the file is a finding', () => {
  put('state/lib/mail.ts', "requireEnv('MAIL_KEY');\n");
  fs.mkdirSync(path.join(tree, '.env.cache'));
  expect(found()).toEqual([
    '.env.cache:1 is not a file',
    'state/lib/mail.ts:1 needs MAIL_KEY, which is neither in the environment nor in .env.cache',
  ]);
  repairSecrets(realSystem(), tree);
  expect(found()).toHaveLength(2);
});
