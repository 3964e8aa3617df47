import { killedAt, layFaults } from '../../core/test-faults.ts';
import { pullRepo } from './pull.ts';

// A program for tests: pulls into a tree from a gateway, and is killed at a given call that changes the disk.
const [tree = '', url = '', at] = process.argv.slice(2);
layFaults(killedAt(Number(at)));
await pullRepo({ tree, root: tree, gateway: { url, key: 'a-key-of-a-test-01' }, repo: 'os', scope: 'state', env: {} });
