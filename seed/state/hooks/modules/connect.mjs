// @ts-check
// What the modules that run inside an agent program share: they call the hook program of this tree as every other
// runtime does, with JSON on stdin. Nothing here throws and nothing is waited for without a bound: whatever goes wrong,
// the agent's turn goes on without us. `.mjs`, since no package.json says of a tree which kind of module is in it.
import { spawn } from 'node:child_process';

/** Milliseconds that the hook, a matter of ten or so, may take before it is killed. */
const PATIENCE = 10_000;
/** Characters of an answer; the hook keeps far below. */
const LONGEST = 1 << 20;
/** Sessions of one process that are remembered; one that is forgotten gets its opening line once more. */
const REMEMBERED = 500;

/**
 * A hook program, and for whom it is called.
 * @typedef {{ program: string, runtime: string, patience?: number }} Hook
 */

/**
 * What the hook program wants to put before the agent, in its answer `{"hookSpecificOutput":{"additionalContext"}}`; ''
 * where the text is no such answer.
 * @param {string} answer
 */
function contextOf(answer) {
  try {
    const text = JSON.parse(answer)?.hookSpecificOutput?.additionalContext;
    return typeof text === 'string' ? text : '';
  } catch {
    return '';
  }
}

/**
 * Starts the hook program; Windows has no `#!` lines, and runs it by the shell that Git brings.
 * @param {Hook} hook
 * @param {string} event
 */
function start({ program, runtime }, event) {
  const [command, ...words] =
    process.platform === 'win32' ? ['bash', program, event, runtime] : [program, event, runtime];
  return spawn(command ?? program, words, { stdio: ['pipe', 'pipe', 'ignore'], windowsHide: true });
}

/**
 * Runs the hook program once and gives what it wants to put before the agent: '' for nothing, and whatever goes wrong.
 * @param {Hook} hook
 * @param {string} event one of the hook program's words: session, prompt, edit, stop
 * @param {object} input goes to its stdin as JSON
 * @returns {Promise<string>}
 */
function callHook(hook, event, input) {
  return new Promise((resolve) => {
    try {
      const child = start(hook, event);
      let answer = '';
      const end = (/** @type {string} */ text) => {
        clearTimeout(timer);
        resolve(text);
      };
      const giveUp = () => {
        child.kill('SIGKILL');
        // What it has started may still hold the pipe: it is not waited for.
        child.stdout.destroy();
        end('');
      };
      const timer = setTimeout(giveUp, hook.patience ?? PATIENCE);
      child.on('error', () => end(''));
      child.on('close', () => end(contextOf(answer)));
      child.stdout.setEncoding('utf8').on('error', giveUp);
      child.stdout.on('data', (/** @type {string} */ part) => {
        answer += part;
        if (answer.length > LONGEST) giveUp();
      });
      // A hook that ends before it has read all of its input breaks the pipe; its answer counts all the same.
      child.stdin.on('error', () => {});
      child.stdin.end(JSON.stringify(input));
    } catch {
      resolve('');
    }
  });
}

/** Session -> a text that waits for its next prompt; the sessions that were heard of last are kept. */
function memory() {
  /** @type {Map<string, Promise<string>>} */
  const texts = new Map();
  return {
    /** @param {string} session */
    get: (session) => texts.get(session),
    /** @type {(session: string, text: Promise<string>) => void} */
    put(session, text) {
      texts.delete(session);
      texts.set(session, text);
      for (const oldest of texts.keys()) {
        if (texts.size <= REMEMBERED) break;
        texts.delete(oldest);
      }
    },
  };
}

/**
 * The hook program as the modules see it. Each method gives what to put before the agent, '' for nothing, and never
 * rejects. `session` is what the runtime calls the session; `cwd` is the agent's working directory.
 * @param {string} program absolute path of the hook program
 * @param {string} runtime
 * @param {number} [patience] milliseconds after which the hook program is killed
 */
export function connect(program, runtime, patience = PATIENCE) {
  /** @type {(event: string, input: object) => Promise<string>} */
  const call = (event, input) => callHook({ program, runtime, patience }, event, input);

  const openings = memory();

  /** @type {(session: string, source: string) => Promise<string>} */
  const open = (session, source) => call('session', { session_id: session, hook_event_name: 'SessionStart', source });

  return {
    /**
     * The loader for a prompt. A session that is new to this process gets its opening line with it, and counts as one
     * that goes on: the loaders it has been given are still in its history.
     * @param {string} session
     * @param {string} cwd
     * @param {string} prompt
     */
    async prompt(session, cwd, prompt) {
      const opening = openings.get(session) ?? open(session, 'resume');
      openings.put(session, Promise.resolve(''));
      // One after the other: what comes after a compaction makes the hook forget which loaders were given.
      const texts = [await opening];
      texts.push(await call('prompt', { session_id: session, cwd, hook_event_name: 'UserPromptSubmit', prompt }));
      return texts.filter((text) => text !== '').join('\n\n');
    },
    /**
     * After a tool has written a file, or several by a patch.
     * @param {string} session
     * @param {string} cwd
     * @param {{ file_path: string } | { input: string }} input the file, or the text of the patch
     */
    edit: (session, cwd, input) =>
      call('edit', { session_id: session, cwd, hook_event_name: 'PostToolUse', tool_input: input }),
    /**
     * After the session's history was replaced by a summary: the loaders are gone from it.
     * @param {string} session
     */
    compacted(session) {
      openings.put(session, open(session, 'compact'));
    },
    /**
     * When the agent's turn is over.
     * @param {string} session
     * @param {string} cwd
     */
    stop: (session, cwd) => call('stop', { session_id: session, cwd, hook_event_name: 'Stop' }),
  };
}
