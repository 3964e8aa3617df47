import type { JsonDialect, JsonPath, JsonWanted } from '../wiring/wanted.ts';

/** The words the hook program is called with; the wiring maps each runtime's own events to them. */
export type HookEvent = 'session' | 'prompt' | 'subagent' | 'edit' | 'changed' | 'stop';

/** Whose machine it is: the home folder, and the environment the runtime would be started in. */
export interface Place {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A hook as a runtime that runs only trusted hooks knows it. */
export interface TrustedHook {
  /** Where it stands in the file of hooks, in the runtime's words. */
  readonly place: string;
  /** Of its content. */
  readonly hash: string;
  readonly command: string;
}

/** A place, and the tree it is wired to: all that the content of a target depends on. */
export interface Wiring {
  readonly place: Place;
  /** Absolute, links resolved. */
  readonly tree: string;
  /** Hooks of ours that the person has had trusted by install; empty for runtimes that need no trust. */
  readonly trusted: readonly TrustedHook[];
  /** The text of a file below the tree's `state/hooks/`: the modules that run inside a runtime. */
  readonly seedText: (name: string) => string;
}

/** One file of a runtime's own that install edits or makes. Paths are absolute. */
export type Target =
  /** Settings of the user: ours are put in, all else stays. */
  | {
      readonly kind: 'json';
      readonly file: string;
      readonly dialect: JsonDialect;
      /** What a file that is not there yet begins with; default `{}`. */
      readonly start?: string;
      /** A setting that keeps every hook from firing while it is true. */
      readonly off?: JsonPath;
      /** Whether the runtime drops, or dies of, a file that begins with a byte order mark. */
      readonly noByteOrderMark?: boolean;
      readonly wanted: JsonWanted;
    }
  /** Tables of ours between two marks at the end of a TOML file; `block` is what stands between the marks. */
  | { readonly kind: 'toml'; readonly file: string; readonly block: string }
  /** A file that is ours as a whole. */
  | { readonly kind: 'file'; readonly file: string; readonly text: string };

/** From which version on something is there. Without it the runtime is not wired at all, or wired with this one thing missing. */
export interface Gate {
  /** The first version that has it: `0.124.0`. */
  readonly since: string;
  /** What a runtime below that version lacks: "the prompt hook". */
  readonly what: string;
  readonly below: 'not wired' | 'degraded';
}

/** A file of standing instructions that a runtime reads by itself. */
export interface InstructionFile {
  readonly file: string;
  /** Where this one exists, the runtime reads it instead of `file`. */
  readonly insteadOf?: string;
  /** The most the runtime takes of it. */
  readonly limit?: {
    readonly count: number;
    readonly unit: 'bytes' | 'characters';
    /** Whether it is for the files from a repository's root to the working folder together. */
    readonly together?: boolean;
  };
  /** What a new file has to begin with. */
  readonly head?: string;
  /** Written only where it is there already: an older form, or one whose absence means something to the runtime. */
  readonly ifThere?: boolean;
  /** Whether the runtime takes each `@word` in it for an import: those that are none are escaped. */
  readonly imports?: boolean;
}

/** How to tell, and to set, which hooks a runtime trusts. */
export interface HookTrust {
  /** The file of hooks that it is about, and the settings that keep the trust; absolute. */
  files(place: Place): { readonly hooks: string; readonly settings: string };
  /** The hooks in a file of hooks with this text, as the program itself counts them. Throws when it cannot be asked. */
  ask(program: string, hooks: string, env: NodeJS.ProcessEnv): Promise<readonly TrustedHook[]>;
  /** Place -> hash of what the settings say is trusted. */
  read(settings: string, hooksFile: string): ReadonlyMap<string, string>;
  /** The TOML tables that trust these hooks. */
  tables(hooksFile: string, hooks: readonly TrustedHook[]): string;
  /** What the user does to trust them by hand. */
  readonly byHand: string;
}

/** What one agent program is like: where it keeps its things, how it is wired, what it can hold. */
export interface Runtime {
  readonly id: string;
  readonly name: string;
  /** The program as it is called on PATH. */
  readonly program: string;
  /** The folder with the user's settings, absolute. That it is there shows that the runtime has run here. */
  folder(place: Place): string;
  /** Finds the version in what `--version` prints: its first group. */
  readonly version: RegExp;
  readonly gates: readonly Gate[];
  /** What the user should know about this place before it is wired; empty when nothing. */
  warnings(place: Place): readonly string[];
  targets(wiring: Wiring): readonly Target[];
  readonly skills: {
    /** Folders of user skills it reads, absolute: the first is its own. */
    roots(place: Place): readonly string[];
    /** Whether one link may stand for such a folder as a whole. */
    readonly wholeLink: boolean;
    /** Characters of names and descriptions that its native listing shows; beyond it skills go unseen. */
    readonly listing: number;
  };
  /** For a runtime that runs a hook only after the user has trusted it. */
  readonly trust?: HookTrust;
  readonly context: {
    /** Whether a hook can put text before the agent at the turn that needs it. */
    readonly perTurn: boolean;
    /** Characters (not bytes) of one hook's output that reach the model whole; absent where no limit was met. */
    readonly cap?: number;
  };
  readonly instructions: {
    /** Absolute. */
    user(place: Place): readonly InstructionFile[];
    /** Relative to the project. */
    readonly project: readonly InstructionFile[];
    /** What its agent has to know of skills besides, one line each. */
    readonly hints?: readonly string[];
  };
  /**
   * Each wired event and the stdin recorded for it: what the smoke test runs the wired command on. Without the session's
   * id, so that no ledger is written.
   */
  readonly samples: readonly { readonly call: HookEvent; readonly on: string; readonly input: unknown }[];
  /** How it is tested: on the real program, or, where that cannot run, on what was recorded or documented of it. */
  readonly tested: 'real program' | 'recorded samples';
  /** What every surface that shows this runtime has to say. */
  readonly remarks: readonly string[];
}
