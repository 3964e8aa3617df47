// A program of ours that takes one JSON object a line and answers with one.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program that is running, to be asked things. */
export interface LineProgram {
  /** Sends an object; nothing is awaited. */
  tell(message: object): void;
  /** The next object that the program says. Throws when it ends before. */
  hear(): Promise<unknown>;
  end(): Promise<void>;
}

/** Starts Node with these arguments. */
export function startLines(args: readonly string[], env: NodeJS.ProcessEnv): LineProgram {
  const child = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  return {
    tell(message) {
      child.stdin.write(`${JSON.stringify(message)}\n`);
    },
    async hear() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${args.join(' ')} has ended`);
      return JSON.parse(value);
    },
    async end() {
      child.stdin.end();
      await gone;
    },
  };
}
