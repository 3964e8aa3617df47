import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Change } from '../core/system.ts';
import { homelyText, renderChanges } from './plan-text.ts';

const link = (name: string): Change => ({
  kind: 'symlink',
  path: `/home/ann/skills/${name}`,
  target: `/tree/skills/${name}`,
});

test('a written file is shown as a unified diff', () => {
  const change: Change = {
    kind: 'write',
    path: path.join(os.homedir(), 'x.json'),
    before: Buffer.from('{\n  "a": 1\n}'),
    after: Buffer.from('{\n  "a": 2\n}'),
    mode: undefined,
  };
  expect(renderChanges([change])).toBe(
    '--- ~/x.json\n+++ ~/x.json\n@@ -1,3 +1,3 @@\n {\n-  "a": 1\n+  "a": 2\n }\n\\ No newline at end of file',
  );
  expect(renderChanges([{ ...change, before: undefined }])).toMatch(/^--- \/dev\/null\n\+\+\+ ~\/x.json\n@@ -0,0 /);
});

test('links and removals of one folder share a line', () => {
  expect(renderChanges([link('mail')])).toBe('link    /home/ann/skills/mail -> /tree/skills/mail');
  expect(renderChanges([link('mail'), link('post')])).toBe('link    in /home/ann/skills/ to /tree/skills/: mail, post');
  const removals = ['mail', 'post'].map((name): Change => ({ kind: 'remove', path: `/home/ann/skills/${name}` }));
  expect(renderChanges([...removals, { kind: 'rmdir', path: '/home/ann/skills' }])).toBe(
    'remove  from /home/ann/skills/: mail, post\nremove  /home/ann/skills/ (empty)',
  );
});

test('a path below the home folder begins with ~, but not in the middle of another path', () => {
  const said = "'/home/ann/a', (/home/ann/b) /tree/_backups/home/ann/c, /home/anna/d: /home/ann/e";
  expect(homelyText(said, '/home/ann')).toBe("'~/a', (~/b) /tree/_backups/home/ann/c, /home/anna/d: ~/e");
  expect(homelyText('/home/ann/a', '/home/ann')).toBe('~/a');
  expect(homelyText('nothing', '/home/ann')).toBe('nothing');
});
