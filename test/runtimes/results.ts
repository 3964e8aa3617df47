import fs from 'node:fs';
import path from 'node:path';
import type { Reporter, TestModule, Vitest } from 'vitest/node';

/** Which runtime a suite is about; the scenario and the traps say so in the suite's `meta`. */
export interface RuntimeMeta {
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

declare module 'vitest' {
  interface TaskMeta {
    runtime?: RuntimeMeta;
  }
}

/** One runtime's results: the name of each test that it can take, and whether it passed. */
interface RuntimeResults extends RuntimeMeta {
  readonly checks: { check: string; passed: boolean }[];
}

const root = path.resolve(import.meta.dirname, '../..');

function collect(modules: readonly TestModule[]): RuntimeResults[] {
  const found = new Map<string, RuntimeResults>();
  for (const module of modules)
    for (const suite of module.children.allSuites()) {
      const { runtime } = suite.meta();
      if (runtime === undefined) continue;
      const key = `${runtime.id} ${runtime.version}`;
      const results = found.get(key) ?? { ...runtime, checks: [] };
      found.set(key, results);
      for (const test of suite.children.allTests())
        results.checks.push({ check: test.name, passed: test.result().state === 'passed' });
    }
  return [...found.values()].toSorted((one, other) => (one.id + one.version < other.id + other.version ? -1 : 1));
}

/**
 * Leaves what the real programs did in `.toolchain/runtime-results.json`. With UPDATE_RESULTS=1 a run of all tests in
 * which all passed is recorded in `docs/runtime-results.json`, from which the README's table is made.
 */
export class ResultsReporter implements Reporter {
  #isNarrowed = false;

  onInit(vitest: Vitest): void {
    this.#isNarrowed = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const runtimes = collect(modules);
    if (runtimes.length === 0) return;
    const platform = `${process.platform} ${process.arch}`;
    const text = `${JSON.stringify({ platform, runtimes }, undefined, 2)}\n`;
    fs.mkdirSync(path.join(root, '.toolchain'), { recursive: true });
    fs.writeFileSync(path.join(root, '.toolchain/runtime-results.json'), text);
    const files = fs.readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'));
    const isWhole = !this.#isNarrowed && modules.length === files.length;
    const isClean = errors.length === 0 && modules.every((module) => module.ok());
    if (process.env['UPDATE_RESULTS'] === '1' && isWhole && isClean)
      fs.writeFileSync(path.join(root, 'docs/runtime-results.json'), text);
  }
}
