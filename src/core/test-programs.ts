import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/** A folder of little sh programs, made anew for each test. */
export interface Programs {
  dir: string;
  /** Writes a program and returns its path; without a `#!` line in `body` it is a sh script. */
  add(name: string, body: string, mode?: number): string;
  /** An environment in which these programs come first. */
  env(more?: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
}

/** The programs of the test that runs: none before it, removed after it. */
export function testPrograms(): Programs {
  const here: Programs = {
    dir: '',
    add(name, body, mode = 0o755) {
      const file = path.join(here.dir, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, body.startsWith('#!') ? body : `#!/bin/sh\n${body}\n`);
      fs.chmodSync(file, mode);
      return file;
    },
    env: (more = {}) => ({ PATH: `${here.dir}${path.delimiter}${process.env['PATH'] ?? ''}`, ...more }),
  };
  beforeEach(() => {
    here.dir = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'snappy-programs-'));
  });
  afterEach(() => fs.rmSync(here.dir, { recursive: true, force: true }));
  return here;
}
