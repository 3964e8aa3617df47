import fs from 'node:fs';
import { killedAt, layFaults } from '../../core/test-faults.ts';
import { pullRepo } from './pull.ts';

// A program for tests: pulls into a tree from a gateway, is killed at a given call that changes the disk, and else writes
// into a file how many there were.
const [tree = '', url = '', at, report = ''] = process.argv.slice(2);
const faults = layFaults(killedAt(Number(at)));
await pullRepo({ tree, root: tree, gateway: { url, key: 'a-key-of-a-test-01' }, repo: 'os', scope: 'state', env: {} });
faults.lift();
fs.writeFileSync(report, String(faults.count()));
