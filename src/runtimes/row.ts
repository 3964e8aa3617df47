/** The words the hook program is called with; the wiring maps each runtime's own events to them. */
export type HookEvent = 'session' | 'prompt' | 'subagent' | 'edit' | 'changed' | 'stop';

/** One entry of a runtime's hook settings. */
export interface HookEntry {
  /** The runtime's own name of the event. */
  readonly on: string;
  /** Which tools it is for, in the runtime's own syntax; absent where the event has none. */
  readonly matcher?: string;
  readonly call: HookEvent;
  /** In the unit of the runtime's settings: seconds for Claude Code. */
  readonly timeout: number;
}

/** Hooks as groups of commands in a JSON file: `{"hooks":{"<event>":[{"matcher","hooks":[{"type","command","timeout"}]}]}}`. */
export interface JsonHooks {
  readonly kind: 'json-hooks';
  /** Relative to the runtime's folder. */
  readonly file: string;
  readonly entries: readonly HookEntry[];
}

/** Whose machine it is: the home folder, and the environment the runtime would be started in. */
export interface Place {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What one agent program is like: where it keeps its settings and skills, how a hook is wired, what it can hold. */
export interface Runtime {
  readonly id: string;
  readonly name: string;
  /** The program as it is called on PATH. */
  readonly program: string;
  /** The folder with the user's settings, absolute. */
  folder(place: Place): string;
  /** What the user should know about this place before it is wired; empty when nothing. */
  warnings(place: Place): readonly string[];
  readonly wiring: JsonHooks;
  /** The folder of the user's own skills, relative to `folder`. */
  readonly skills: string;
  /** Characters (not bytes) of hook output that reach the model whole. */
  readonly contextCap: number;
}
