import fs from 'node:fs';
import path from 'node:path';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { freshFolder } from '../../core/test-disk.ts';
import type { NoticedBy } from './edit-row.ts';
import { noticeEdits } from './notice.ts';

export const machine = '0123456789ab';

/** A throwaway tree whose skills a test edits. */
export interface EditsTree {
  readonly dir: string;
  /** Writes a file of a skill; `null` removes it. */
  put(skill: string, file: string, text: string | Buffer | null): void;
  get(skill: string, file: string): string;
  /** Notices, as the hook of a session would; the clock stands at `now` or goes on a second from the last call. */
  notice(by?: Partial<NoticedBy>, now?: Date): Promise<EditRow[]>;
  /** Says that a session was shown this loader. */
  show(session: string, skill: string, loader: string): void;
  at(...parts: string[]): string;
  queue(): string[];
  remove(): void;
}

/** Makes a tree with a machine id and these files below `state/skills`; in memory, where the machine has such a disk. */
export function makeEditsTree(files: Readonly<Record<string, string>> = {}): EditsTree {
  const dir = freshFolder();
  const at = (...parts: string[]): string => path.join(dir, ...parts);
  const laid = Object.entries(files).map(([file, text]) => [`${layout.skills}/${file}`, text] as const);
  for (const [file, text] of [[layout.program, '# Contract\n'], [layout.machineId, `${machine}\n`], ...laid] as const) {
    fs.mkdirSync(path.dirname(at(file)), { recursive: true });
    fs.writeFileSync(at(file), text);
  }
  fs.mkdirSync(at(layout.skills), { recursive: true });
  let clock = Date.parse('2026-11-21T09:00:00Z');
  return {
    dir,
    at,
    put(skill, file, text) {
      const target = at(layout.skills, skill, file);
      if (text === null) {
        fs.rmSync(target);
        return;
      }
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, text);
    },
    get: (skill, file) => fs.readFileSync(at(layout.skills, skill, file), 'utf8'),
    notice(by = {}, now = new Date((clock += 1000))) {
      const whole = { runtime: 'claude-code', session: 'session-1', how: 'tool', ...by } as const;
      return noticeEdits(realSystem(), dir, whole, now);
    },
    show(session, skill, loader) {
      fs.mkdirSync(at(layout.sessions), { recursive: true });
      fs.appendFileSync(at(layout.sessions, `s-${session}`), `${skill}\t${JSON.stringify(loader).slice(1, -1)}\n`);
    },
    queue: () => (fs.existsSync(at(layout.queue)) ? fs.readdirSync(at(layout.queue)).toSorted() : []),
    remove: () => fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10 }),
  };
}
