import { findGateway } from './connection.ts';
import { applyPush } from './push-apply.ts';

/** `node push.program.ts <tree>`: one push of all of a tree, as a process that a test can kill. */
const [tree = ''] = process.argv.slice(2);
await applyPush({ tree, root: tree, gateway: findGateway(tree, {}), repo: 'os', scope: 'all', env: {} });
