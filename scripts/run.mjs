// `npm test`, `npm run check` and the others: brings the tool chain, then runs the steps of one task with its Node.
import path from 'node:path';
import { build, ensureToolchain, root, run } from './toolchain.mjs';

const bin = (name) => path.join(root, 'node_modules', ...name.split('/'));
const vitest = [bin('vitest/vitest.mjs'), 'run'];
const bench = (name) => [build, [`bench/${name}.ts`, '+args']];

/** Task -> its steps: a function, or the arguments of one `node` call where `+args` stands for the caller's own. */
const tasks = {
  build: [build],
  test: [build, [...vitest, '+args']],
  'test:runtimes': [
    build,
    ['test/runtimes/install.mjs'],
    [...vitest, '--config', 'test/runtimes/vitest.config.ts', '+args'],
  ],
  'test:node': [build, ['test/node/install.mjs'], [...vitest, '--config', 'test/node/vitest.config.ts', '+args']],
  check: [build, ['scripts/check.mjs', '+args']],
  format: [[bin('oxfmt/bin/oxfmt'), '--write', '.']],
  generate: [build, ['scripts/generate.mjs', '+args']],
  figures: [build, ['scripts/figures.mjs'], ['scripts/generate.mjs']],
  picture: [['scripts/picture.mjs', '+args']],
  'bench:hook': bench('hook'),
  'bench:match': bench('match'),
  'bench:index': bench('index'),
  'bench:package': bench('package'),
};

const [task, ...given] = process.argv.slice(2);
const steps = Object.hasOwn(tasks, task ?? '') ? tasks[task] : undefined;
if (steps === undefined) {
  console.error(`unknown task ${task ?? ''}; it is one of: ${Object.keys(tasks).join(', ')}`);
  process.exit(2);
}
try {
  const node = await ensureToolchain();
  for (const step of steps) {
    if (typeof step === 'function') step(node);
    else
      run(
        node,
        step.flatMap((word) => (word === '+args' ? given : [word])),
      );
  }
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
