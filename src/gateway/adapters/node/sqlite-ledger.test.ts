import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { SnappyError } from '../../../core/errors.ts';
import { freshFolder } from '../../../core/test-disk.ts';
import { migrations } from '../../schema.ts';
import { migrate } from '../migrate.ts';
import { describeLedger } from '../test-ledger-contract.ts';
import { loadSqlite } from './load-sqlite.ts';
import { openSqliteLedger } from './sqlite-ledger.ts';

const scratch = freshFolder();
afterAll(() => fs.rmSync(scratch, { recursive: true }));
const file = (name: string): string => path.join(scratch, name);
const program = path.join(import.meta.dirname, 'sqlite-ledger.program.ts');

const shared = openSqliteLedger(':memory:');
describeLedger('SQLite in memory', () => shared);
const kept = openSqliteLedger(file('contract.sqlite'));
describeLedger('SQLite in a file', () => kept);

const slugs = { sql: 'SELECT slug FROM teams ORDER BY rowid', values: [] };
const causes = { sql: 'SELECT cause AS slug FROM alerts ORDER BY rowid', values: [] };
const addTeam = (slug: string) => ({ sql: 'INSERT INTO teams (slug, created) VALUES (?, ?)', values: [slug, ''] });

describe('a ledger of SQLite', () => {
  test('has what it acknowledged when its process is killed, and no half of a batch', async () => {
    const name = file('killed.sqlite');
    for (const own of ['first', 'second', 'third']) {
      const told: string[] = [];
      const child = spawn(process.execPath, [program, name, own], { stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      for await (const chunk of child.stdout) {
        told.push(...String(chunk).split('\n').slice(0, -1));
        if (told.length >= 20) child.kill('SIGKILL');
      }
      await ended;
      const ledger = await openSqliteLedger(name);
      const rows = (await ledger.all(slugs)).map(({ slug }) => String(slug));
      expect(rows.filter((slug) => slug.startsWith(own)).slice(0, told.length)).toEqual(told);
      expect((await ledger.all(causes)).map(({ slug }) => slug)).toEqual(rows);
      ledger.close();
    }
  });

  test('loses of a torn journal no more than the batch that was torn', async () => {
    const name = file('torn.sqlite');
    const ledger = await openSqliteLedger(name);
    await ledger.batch([addTeam('one')]);
    await ledger.batch([addTeam('two'), addTeam('three')]);
    const copy = file('copy.sqlite');
    const journal = fs.readFileSync(`${name}-wal`);
    const garbled = Buffer.from(journal);
    garbled.fill(0x5a, journal.length - 2_000, journal.length - 1_000);
    const cuts = [1, 20, 4_000].map((cut) => journal.subarray(0, journal.length - cut));
    for (const torn of [garbled, ...cuts]) {
      fs.copyFileSync(name, copy);
      fs.writeFileSync(`${copy}-wal`, torn);
      fs.rmSync(`${copy}-shm`, { force: true });
      const after = await openSqliteLedger(copy);
      expect((await after.all(slugs)).map(({ slug }) => slug)).toEqual(['one']);
      after.close();
    }
    ledger.close();
  });

  test('says that the disk is full, keeps no half of a batch, and goes on when there is room', async () => {
    const ledger = await openSqliteLedger(file('full.sqlite'));
    const pages = (n: number) => ledger.all({ sql: `PRAGMA max_page_count = ${n}`, values: [] });
    await pages(1);
    const large = addTeam('x'.repeat(500_000));
    await expect(ledger.batch([addTeam('small'), large])).rejects.toMatchObject({
      name: 'StoreError',
      message: 'the ledger does not answer: the disk is full',
      retryable: true,
    });
    expect(await ledger.all(slugs)).toEqual([]);
    await pages(1_000_000);
    await ledger.batch([addTeam('small'), large]);
    expect(await ledger.all(slugs)).toHaveLength(2);
    ledger.close();
  });

  test('says that a file is damaged or no database, and leaves it as it is', async () => {
    const name = file('damaged.sqlite');
    const ledger = await openSqliteLedger(name);
    await ledger.batch([addTeam('one')]);
    ledger.close();
    const whole = fs.readFileSync(name);
    const garbled = Buffer.from(whole);
    garbled.fill(0xa5, 4_096, 20_000);
    for (const bytes of [garbled, Buffer.from('this is a text and no database of any kind\n'.repeat(200))]) {
      fs.writeFileSync(name, bytes);
      const failure = openSqliteLedger(name);
      await expect(failure).rejects.toThrow(/the ledger .*damaged\.sqlite cannot be used/);
      await expect(failure).rejects.toMatchObject({ hint: expect.stringContaining('backup') });
      expect(fs.readFileSync(name).equals(bytes)).toBe(true);
    }
  });

  test('refuses a file that a newer program has made', async () => {
    const name = file('newer.sqlite');
    const ledger = await openSqliteLedger(name);
    await migrate(ledger, [{ name: '9999_future', statements: ['CREATE TABLE future (a)'] }], new Date());
    ledger.close();
    await expect(openSqliteLedger(name)).rejects.toThrow(/made by a newer snappy: it has 9999_future/);
  });

  test('is brought up to date by two at once', async () => {
    const name = file('two.sqlite');
    const both = await Promise.all([openSqliteLedger(name), openSqliteLedger(name)]);
    const [one, other] = both;
    await one.batch([addTeam('by-one')]);
    expect(await other.all(slugs)).toEqual([{ slug: 'by-one' }]);
    for (const ledger of both) ledger.close();
  });

  test('takes none of a migration that fails, and the whole of it later', async () => {
    const ledger = await openSqliteLedger(':memory:');
    const bad = { name: '0003_bad', statements: ['CREATE TABLE half (a)', 'CREATE TABLE half (a)'] };
    await expect(migrate(ledger, [...migrations, bad], new Date())).rejects.toThrow(/half/);
    const good = { name: '0003_bad', statements: ['CREATE TABLE half (a)'] };
    expect(await migrate(ledger, [...migrations, good], new Date())).toEqual([]);
    expect(await ledger.all({ sql: 'SELECT count(*) AS n FROM half', values: [] })).toEqual([{ n: 0 }]);
  });

  test('says which Node it wants on one that has no SQLite', () => {
    for (const version of ['20.19.0', '22.12.9']) {
      expect(() => loadSqlite(version)).toThrow(SnappyError);
      expect(() => loadSqlite(version)).toThrow(`wants Node >= 22.13; this is ${version}`);
    }
    for (const version of ['22.13.0', '24.0.0', '26.1.0']) expect(loadSqlite(version)).toHaveProperty('DatabaseSync');
  });
});
