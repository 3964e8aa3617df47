// `npm test`, `npm run check` and the others: brings the tool chain, then runs the steps of one task with its Node.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { build, cleanEnv, ensureToolchain, root, run } from './toolchain.mjs';

/** A step that runs one of our own programs with the arguments that the task was given. */
const program = (file) => (node, given) => run(node, [file, ...given]);

/**
 * A step that runs the tests which `config` names. They get a home folder of their own: neither a slip in a test nor
 * vitest, which keeps a token in the user's data folder, may write into the person's.
 */
function tests(config) {
  return (node, given) => {
    const home = path.join(root, '.toolchain', 'home');
    mkdirSync(home, { recursive: true });
    const env = { ...cleanEnv(), HOME: home, USERPROFILE: home, XDG_DATA_HOME: home, LOCALAPPDATA: home };
    run(node, ['node_modules/vitest/vitest.mjs', 'run', '--config', config, ...given], { env });
  };
}

/** Task -> its steps, each called with the path of Node and the caller's own arguments. */
const tasks = {
  build: [build],
  test: [build, tests('vitest.config.ts')],
  'test:runtimes': [build, program('test/runtimes/install.mjs'), tests('test/runtimes/vitest.config.ts')],
  'test:faults': [build, tests('test/faults/vitest.config.ts')],
  'test:node': [build, program('test/node/install.mjs'), tests('test/node/vitest.config.ts')],
  'test:gateway': [build, program('test/gateway/install.mjs'), tests('test/gateway/vitest.config.ts')],
  // The types of the gateway's tests come with what they run in.
  check: [build, program('test/gateway/install.mjs'), program('scripts/check.mjs')],
  format: [(node) => run(node, ['node_modules/oxfmt/bin/oxfmt', '--write', '.'])],
  generate: [build, program('scripts/generate.mjs')],
  figures: [
    build,
    program('bench/peers/install.mjs'),
    program('test/gateway/install.mjs'),
    program('scripts/figures.mjs'),
    program('scripts/generate.mjs'),
  ],
  picture: [program('scripts/picture.mjs')],
  'bench:hook': [build, program('bench/hook.ts')],
  'bench:match': [build, program('bench/match.ts')],
  'bench:index': [build, program('bench/index.ts')],
  'bench:loop': [build, program('bench/loop.ts')],
  'bench:install': [build, program('bench/peers/install.mjs'), program('bench/install.ts')],
  'bench:sync': [
    build,
    program('bench/peers/install.mjs'),
    program('test/gateway/install.mjs'),
    program('bench/sync.ts'),
  ],
  'bench:package': [build, program('bench/package.ts')],
};

const [task, ...given] = process.argv.slice(2);
const steps = Object.hasOwn(tasks, task ?? '') ? tasks[task] : undefined;
if (steps === undefined) {
  console.error(`unknown task ${task ?? ''}; it is one of: ${Object.keys(tasks).join(', ')}`);
  process.exit(2);
}
try {
  const node = await ensureToolchain();
  for (const step of steps) step(node, given);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
