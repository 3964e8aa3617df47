import { writeSync } from 'node:fs';
import { openSqliteLedger } from './sqlite-ledger.ts';

// A program for tests: writes one row after the other, and prints the name of each once it was told that it is kept.
const [file = '', own = ''] = process.argv.slice(2);
const ledger = await openSqliteLedger(file);
for (let n = 0; ; n++) {
  await ledger.batch([
    { sql: 'INSERT INTO teams (slug, created) VALUES (?, ?)', values: [`${own}-${n}`, ''] },
    { sql: 'INSERT INTO alerts (cause, hour, tenant) VALUES (?, ?, ?)', values: [`${own}-${n}`, '', ''] },
  ]);
  writeSync(1, `${own}-${n}\n`);
}
