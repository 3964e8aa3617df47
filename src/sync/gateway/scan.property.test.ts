import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { freshFolder } from '../../core/test-disk.ts';
import { compileRules, defaultRules } from '../wire/rules.ts';
import { hashOfRules } from './known.ts';
import { formatLook, readLook } from './known-seen.ts';
import type { Look } from './known-seen.ts';
import { scanRepo } from './scan.ts';
import type { Scan, ScanRequest } from './scan.ts';

const rules = compileRules(defaultRules);
const quietBy = hashOfRules(defaultRules);
const nothing: ScanRequest['known'] = { seen: new Map(), written: 0 };

const folder = fc.constantFrom('state', 'state/a', 'state/a/b', 'state/log', 'state/c', 'sources', 'sources/d');
const name = fc.constantFrom('x.md', 'y.md', 'z.bak', '.env', 'n.ndjson', 'CON', 'edits.ndjson');
const step = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), folder, name, text: fc.constantFrom('1', '2', '34') }),
  fc.record({ kind: fc.constant('remove' as const), folder, name }),
  fc.record({ kind: fc.constant('clear' as const), folder }),
  fc.record({ kind: fc.constant('move' as const), folder, to: folder }),
  fc.record({ kind: fc.constant('link' as const), folder, name }),
);
type Step = (typeof step extends fc.Arbitrary<infer T> ? T : never) & {
  readonly to?: string;
  readonly text?: string;
  readonly name?: string;
};

/** Changes a tree as steps say; each changed folder and file gets a time of its own, however coarse the clock. */
class World {
  readonly root = freshFolder();
  private now = 1_600_000_000_000.25;

  private stamp(file: string): void {
    this.now += 1;
    for (let at = file; at.startsWith(this.root) && at !== this.root; at = path.dirname(at))
      if (fs.lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() === false)
        fs.utimesSync(at, this.now / 1_000, this.now / 1_000);
  }

  run({ kind, folder: where, name: file = 'x.md', text = '', to = '' }: Step): void {
    const dir = path.join(this.root, where);
    const full = path.join(dir, file);
    if (kind === 'clear') fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
    else if (kind === 'move') {
      const target = path.join(this.root, to);
      if (!fs.existsSync(dir) || fs.existsSync(target) || target.startsWith(dir)) return;
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.renameSync(dir, target);
      this.stamp(target);
    } else {
      fs.mkdirSync(dir, { recursive: true });
      fs.rmSync(full, { force: true });
      if (kind === 'write') fs.writeFileSync(full, text);
      else if (kind === 'link') fs.symlinkSync('x.md', full);
    }
    this.stamp(kind === 'clear' || kind === 'move' ? path.dirname(dir) : fs.existsSync(full) ? full : dir);
  }
}

const told = ({ files, refused, leftOut }: Scan): unknown => ({
  files: [...files].map(([file, { sha256, size, exec }]) => [file, sha256, size, exec]),
  refused: refused.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  leftOut: leftOut.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
});

/** What a look has found as the next run finds it: in a file. */
function written({ files, folders }: Scan): Look {
  return readLook(formatLook({ seen: files, folders }), 0, { seen: files.size, folders: folders.size });
}

test('a look that spares itself the folders which have not changed sees what a look at everything sees', async () => {
  let spared = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { maxLength: 6 }), { minLength: 2, maxLength: 5 }),
      fc.constantFrom('state' as const, 'all' as const),
      async (rounds, scope) => {
        const world = new World();
        try {
          let known = nothing;
          for (const steps of rounds) {
            for (const one of steps) world.run(one);
            const found = await scanRepo(world.root, { repo: 'os', scope, rules, known });
            expect(told(found)).toEqual(told(await scanRepo(world.root, { repo: 'os', scope, rules, known: nothing })));
            if (!found.isFull) spared += 1;
            // As if the look had been long after all changes.
            known = { ...written(found), written: Date.now() + 60_000, quietBy };
          }
        } finally {
          fs.rmSync(world.root, { recursive: true });
        }
      },
    ),
    { numRuns: 150 },
  );
  // Else nothing was tried.
  expect(spared).toBeGreaterThan(20);
});
