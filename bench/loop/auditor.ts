// Grades runs: a process apart from the one whose runs they are, by the tree's own `state/lib/eval.ts`. Reads one JSON
// object a line, and says when its rows are written.
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/** A run to be graded. */
export interface GradedRun {
  readonly skill: string;
  readonly rev_id?: string;
  readonly score: number;
  readonly actor: string;
  /** What cost most; missing for a run with nothing to note. */
  readonly issue?: string;
}

/** The runs of one session, and the tree whose log they go to. */
export interface Audit {
  readonly tree: string;
  readonly runs: readonly GradedRun[];
}

interface EvalLibrary {
  readonly logEval: (row: object, options: { tree: string }) => void;
}

async function grade({ tree, runs }: Audit): Promise<void> {
  const file = pathToFileURL(path.join(tree, 'state/lib/eval.ts')).href;
  const { logEval } = (await import(file)) as EvalLibrary;
  for (const { skill, rev_id, score, actor, issue } of runs) {
    const optional = { ...(issue === undefined ? {} : { primary_issue: issue }), ...(rev_id ? { rev_id } : {}) };
    const parties = { actor_session_id: actor, auditor_session_id: `auditor-${process.pid}` };
    logEval({ skill, score, ...parties, runtime: 'claude-code', ...optional }, { tree });
  }
}

if (process.argv[1] === import.meta.filename) {
  for await (const line of createInterface({ input: process.stdin })) {
    await grade(JSON.parse(line) as Audit);
    process.stdout.write('{}\n');
  }
}
