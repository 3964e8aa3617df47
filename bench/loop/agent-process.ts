// The agent as the harness sees it: a process that may read its own program text and no other file.
import path from 'node:path';
import type { Action, Message } from './agent.ts';
import { startLines } from './lines.ts';

const program = path.join(import.meta.dirname, 'agent.ts');

/** An agent program that holds any number of minds. */
export interface AgentProcess {
  /** Tells a mind something that asks for no action. */
  tell(message: Extract<Message, { says: 'forget' | 'context' }>): void;
  /** Tells a mind something, and gives what it does next. */
  ask(message: Extract<Message, { says: 'task' | 'reply' }>): Promise<Action>;
  end(): Promise<void>;
}

/** What Node is told for it: the permission model takes away files, processes, workers and addons. */
export function agentArguments(file = program): string[] {
  return ['--permission', `--allow-fs-read=${file}`, '--no-warnings', file];
}

export function startAgent(): AgentProcess {
  const lines = startLines(agentArguments(), {});
  return {
    tell: (message) => lines.tell(message),
    async ask(message) {
      lines.tell(message);
      const action = (await lines.hear()) as Action & { mind: string };
      if (action.mind !== message.mind) throw new Error(`${message.mind} was asked, and ${action.mind} answered`);
      return action;
    },
    end: () => lines.end(),
  };
}
