import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openSqliteLedger } from './adapters/node/sqlite-ledger.ts';

const folder = path.resolve(import.meta.dirname, '../../migrations');

test('the files that D1 is set up with make the tables that the gateway makes by itself', async () => {
  const database = new DatabaseSync(':memory:');
  for (const name of fs.readdirSync(folder).toSorted()) database.exec(fs.readFileSync(path.join(folder, name), 'utf8'));
  const wanted =
    "SELECT type, name, sql FROM sqlite_master WHERE name <> 'migrations' AND sql IS NOT NULL ORDER BY name";
  const plain = (rows: readonly object[]): unknown =>
    rows.map((row) => Object.values(row).map((value) => String(value).replaceAll(/\s+/g, ' ')));
  const ledger = await openSqliteLedger(':memory:');
  expect(plain(database.prepare(wanted).all())).toEqual(plain(await ledger.all({ sql: wanted, values: [] })));
});
