/** What a command body is given: validated words of the command line, and the world it may look at. */
export interface Invocation {
  readonly args: readonly string[];
  /** Values of the flags the command declares, by their long name (`--refresh-seed` is `refreshSeed`). */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Whether the person can be asked and shown colours. False with `--json`. */
  readonly terminal: boolean;
  /** Shows the plan, if one is given, and asks yes or no on a terminal; without one the answer is no. */
  confirm(question: string, plan?: string): Promise<boolean>;
  /** Asks for a secret, without an echo; absent where nobody can be asked. */
  readonly secret?: ((question: string) => Promise<string | undefined>) | undefined;
  /** Says how far a long command has come: on a terminal only, beside the output. */
  readonly tell?: ((line: string) => void) | undefined;
}

/** How a command ended. `src/cli/main.ts` alone prints it. */
export interface Outcome {
  /** Text for a person, without the last line. */
  readonly text: string;
  /** The same for a program: printed as one JSON value with `--json`. */
  readonly data: unknown;
  /** False is exit status 1: a finding or a failure. */
  readonly ok: boolean;
  /** True is exit status 3: something was not done, for safety. */
  readonly refused?: boolean;
  /** The text is for another program: it is printed as it is, without the last line. */
  readonly raw?: boolean;
  /** Nothing is printed at all, unless as JSON. */
  readonly silent?: boolean;
  /** What was changed, as the end of the sentence "Changed: …"; `undefined` when nothing was. */
  readonly changed?: string | undefined;
  /** Why nothing was changed although something could be: "this was the plan; add --apply". */
  readonly unchanged?: string | undefined;
}

export interface Flag {
  /** In commander's form: `--tree <dir>` or `--apply`. */
  readonly flags: string;
  readonly summary: string;
}

/** One row of the command table. The body is loaded only when the command runs. */
export interface Command {
  /** One word, or two for a subcommand: `skill new`. */
  readonly name: string;
  /** In commander's form: `<name>`, `[dir]`, `[names...]` (the last one; its words follow the others in `args`). */
  readonly args: readonly string[];
  readonly summary: string;
  readonly flags: readonly Flag[];
  load(): Promise<(invocation: Invocation) => Promise<Outcome>>;
}
