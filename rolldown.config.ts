import { defineConfig } from 'rolldown';
import type { Plugin, RolldownOptions } from 'rolldown';

/** Where a build lays its files: a folder of its own, while nobody may read half of one. */
const dist = process.env['SNAPPY_DIST'] ?? 'dist';

/** What one file of the program loads of another: they share no code that a version of one could miss in another. */
const besideIt: Readonly<Record<string, string>> = {
  './full.ts': './snappy-full.cjs',
  './credential-rules.ts': './snappy-full.cjs',
};
const filesBesideIt: Plugin = {
  name: 'files-beside-it',
  resolveId(source) {
    const id = besideIt[source];
    return id === undefined ? undefined : { id, external: true };
  },
};

/**
 * Node's own modules, loaded by what needs them first. An `import` of one does so before anything runs, and reads all that it
 * exports: of some, such as `node:crypto`, that loads much more.
 */
const builtinsOnDemand: Plugin = {
  name: 'builtins-on-demand',
  resolveId(source) {
    return source.startsWith('node:') ? { id: `\0${source}`, moduleSideEffects: false } : undefined;
  },
  async load(id) {
    if (!id.startsWith('\0node:')) return undefined;
    const source = id.slice(1);
    const names = Object.keys((await import(source)) as object).filter((name) => name !== 'default');
    return [
      `const whole = process.getBuiltinModule('${source}');`,
      'export default whole;',
      ...names.map((name) => `export const ${name} = /* @__PURE__ */ (() => whole.${name})();`),
    ].join('\n');
  },
};

function bundle(input: string, file: string, plugins: Plugin[]): RolldownOptions {
  return {
    input,
    plugins,
    // A warning of the bundler fails the build: nobody reads it otherwise.
    onLog(level, log) {
      if (level === 'warn') throw new Error(log.message);
    },
    platform: 'node',
    // In parentheses the engine compiles every wrapped module at once, though few of them run.
    optimization: { pifeForModuleWrappers: false },
    output: {
      file,
      // What is loaded as a script is one, but as strict as the modules it is made of.
      format: file.endsWith('.cjs') ? 'cjs' : 'esm',
      strict: true,
      // A script with kept code has no loader for `import()`: Node 20 ends with an error, and newer ones print a warning.
      dynamicImportInCjs: false,
      codeSplitting: false,
      minify: true,
      comments: { legal: false },
    },
    transform: { target: 'node20.19' },
  };
}

/** The gateway for Cloudflare Workers: what the runtime brings with it stays outside. */
const worker: RolldownOptions = {
  ...bundle('src/gateway/adapters/worker/worker.ts', `${dist}/worker.js`, []),
  platform: 'neutral',
  resolve: { conditionNames: ['workerd', 'worker', 'import', 'default'] },
  external: [/^node:/, /^cloudflare:/],
  transform: { target: 'es2023' },
};

export default defineConfig([
  bundle('src/cli/main.ts', `${dist}/snappy.js`, [filesBesideIt, builtinsOnDemand]),
  bundle('src/cli/quick-main.ts', `${dist}/snappy-quick.cjs`, [filesBesideIt, builtinsOnDemand]),
  bundle('src/cli/full.ts', `${dist}/snappy-full.cjs`, []),
  worker,
]);
