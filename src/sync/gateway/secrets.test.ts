import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { freshFolder } from '../../core/test-disk.ts';
import { ownSecrets } from './own-secrets.ts';
import { SecretSearch } from './secrets.ts';

// Put together here, so that no scanner takes this file for one that holds credentials.
const token = ['ghp', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('_');

describe('a search for credentials', () => {
  test('names the file, the line and the kind, and never the credential', async () => {
    const search = new SecretSearch();
    search.look('a.md', Buffer.from('# nothing\n'));
    search.look('b.md', Buffer.from(`# b\n\ntoken ${token}\n`));
    search.look('c.bin', Buffer.from([0, 1, 2, ...Buffer.from(`\n${token}`)]));
    const places = await search.places();
    expect(places).toEqual([
      { path: 'b.md', line: 3, kind: 'github' },
      { path: 'c.bin', line: 2, kind: 'github' },
    ]);
    expect(JSON.stringify(places)).not.toContain(token);
  });

  test('finds one wherever two pieces of a large file meet in it, once, on its line of the whole file', async () => {
    const lines = 'a line\n'.repeat(20_000);
    const whole = Buffer.from(`${lines}${token}\n${lines}`);
    for (const cut of [
      lines.length,
      lines.length + 3,
      lines.length + 20,
      lines.length + token.length,
      lines.length + token.length + 5,
    ]) {
      const search = new SecretSearch();
      search.lookAtPiece('large.txt', whole.subarray(0, cut), 0);
      search.lookAtPiece('large.txt', whole.subarray(cut), cut);
      expect(await search.places(), `cut at ${cut}`).toEqual([{ path: 'large.txt', line: 20_001, kind: 'github' }]);
    }
  });

  test("begins anew with another file's first piece", async () => {
    const search = new SecretSearch();
    search.lookAtPiece('a.txt', Buffer.from(token.slice(0, 20)), 0);
    search.lookAtPiece('b.txt', Buffer.from(token.slice(20)), 0);
    expect(await search.places()).toEqual([]);
  });

  test('finds what is secret on this machine, whatever it looks like', async () => {
    const tree = freshFolder();
    fs.writeFileSync(
      path.join(tree, '.env.cache'),
      'SNAPPY_GATEWAY=https://x.example\nA_TOKEN="plain words"\nSSH_KEY=no\nB_PASSWORD=another one\n',
    );
    const search = new SecretSearch(ownSecrets(tree, { key: 'tiger lemon socket' }));
    search.look('a.md', Buffer.from('https://x.example, and no\n\nplain words\n'));
    search.look('b.md', Buffer.from('my tiger lemon socket'));
    search.lookAtPiece('c.md', Buffer.from('\nanot'), 0);
    search.lookAtPiece('c.md', Buffer.from('her one\n'), 5);
    expect((await search.places()).map(({ path: file, line, kind }) => `${file}:${line} ${kind}`)).toEqual([
      'a.md:3 A_TOKEN of this machine',
      'b.md:1 SNAPPY_MASTER_KEY of this machine',
      'c.md:2 B_PASSWORD of this machine',
    ]);
    fs.rmSync(tree, { recursive: true });
  });

  test('is not begun where the secrets of this machine cannot be read', () => {
    const tree = freshFolder();
    fs.mkdirSync(path.join(tree, '.env.cache'));
    expect(() => ownSecrets(tree, { key: 'tiger lemon socket' })).toThrow(/\.env\.cache cannot be read \(EISDIR\)/);
    fs.rmSync(tree, { recursive: true });
  });

  test('reads text in UTF-16 too', async () => {
    const search = new SecretSearch();
    search.look('le.txt', Buffer.from(`\ufeff${token}\n`, 'utf16le'));
    search.look('be.txt', Buffer.from(`\ufeff${token}\n`, 'utf16le').swap16());
    expect((await search.places()).map(({ path: file }) => file)).toEqual(['le.txt', 'be.txt']);
  });
});
