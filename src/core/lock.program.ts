import fs from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { withLock } from './lock.ts';

// A program for tests: adds one to a number in a file, so many times, under a lock; or takes the lock and is killed.
const [lock = '', counter = '', rounds = '1'] = process.argv.slice(2);

if (rounds === 'die') {
  await withLock(lock, { waitMs: 0 }, () => process.kill(process.pid, 'SIGKILL'));
}
for (let round = 0; round < Number(rounds); round += 1) {
  await withLock(lock, { waitMs: 60_000 }, async () => {
    const seen = Number(fs.readFileSync(counter, 'utf8'));
    // Gives the others time to come in, if they can.
    await pause(1);
    fs.writeFileSync(counter, String(seen + 1));
    // Every other time the lock is left as by a process that has died: all wait, and all want to take it over.
    if (round % 2 === 1) fs.writeFileSync(lock, staleLock());
  });
}

function staleLock(): string {
  const holder = {
    version: 1,
    token: crypto.randomUUID(),
    pid: 4_194_303,
    host: hostName(),
    since: new Date().toISOString(),
  };
  return JSON.stringify(holder);
}

function hostName(): string {
  return fs.readFileSync(lock, 'utf8').match(/"host":"([^"]*)"/)?.[1] ?? '';
}
