/** How strictly a program reads its JSON: RFC 8259, with comments, or JSON5. */
export type JsonDialect = 'json' | 'jsonc' | 'json5';

/** Where a value is: property names and indices from the root. */
export type JsonPath = readonly (string | number)[];

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * The two shapes in which programs keep hooks: `groups` is `{"hooks":{"<event>":[{"matcher","hooks":[{"type","command"}]}]}}`
 * (Claude Code, Codex, Gemini CLI, Qwen Code), `list` is `{"hooks":{"<event>":[{"command"}]}}` (Cursor, Windsurf).
 */
export type HookShape = 'groups' | 'list';

/** One value of ours in somebody's settings: a property (`value`), or one element of a list (`element`). */
export type WantedValue =
  | { readonly at: JsonPath; readonly value: JsonValue }
  | {
      readonly at: JsonPath;
      readonly element: JsonValue;
      /** Only where the list holds something: one that is absent or empty may mean "all". */
      readonly ifListed?: true;
    };

/** What a settings file shall hold of ours. */
export interface JsonWanted {
  readonly hooks?: {
    readonly shape: HookShape;
    /** Event name -> our one group or list entry for it. */
    readonly events: Readonly<Record<string, { readonly [key: string]: JsonValue }>>;
    /** The only top-level keys the program allows; with any other it rejects the whole file. */
    readonly onlyKeys?: readonly string[];
  };
  readonly values?: readonly WantedValue[];
}

/** What an edit found, beyond what the edited text still shows: enough to undo it to the byte. Kept in the install record. */
export interface JsonUndo {
  /** Path of a container that was there and empty -> the white space between its brackets. */
  readonly emptied: Readonly<Record<string, string>>;
  /** Paths (joined by `/`) of the wanted values that were not there before; only these are taken out again. */
  readonly added: readonly string[];
}
