/** One call of a tool by the model. A string as `input` is a call of a tool that takes free text (Codex's `apply_patch`). */
export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>> | string;
  /** The group that the tool was declared in, where the API has such. */
  readonly namespace?: string;
}

/** What the model says: a text, tool calls, or both. */
export interface Reply {
  readonly text?: string;
  readonly tools?: readonly ToolCall[];
}

/** One request that reached the model: a turn of the agent or of one of its subagents. */
export interface ModelRequest {
  /** Every text in it, in order: what is put where differs by version and model, so tests search all of it. */
  readonly text: string;
  /** What is new in it: the newest prompt or the results of tools. */
  readonly last: string;
  /** Whether tools were offered: false for side requests such as a title or a summary. */
  readonly hasTools: boolean;
}

/** What one API wants as an answer. */
export interface Answer {
  readonly type: 'text/event-stream' | 'application/json';
  readonly body: string;
}

/** One of the APIs that agent programs speak to models. */
export interface ModelApi {
  /** Whether a POST to this path is for this API. */
  takes(pathname: string): boolean;
  /** Reads the body of a request. Throws when it is none of this API. */
  read(body: JsonObject): ModelRequest;
  /** The answer to the request, streamed or whole as it was asked for. */
  answer(reply: Reply, body: JsonObject, pathname: string): Answer;
  /** Answers what is no turn of a model, such as a count of tokens; absent where the API has nothing of the kind. */
  aside?(pathname: string, body: JsonObject): Answer | undefined;
}

/** A JSON object of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects in what should be a list of them. */
export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Every string in a JSON value, in order. */
export function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsOf);
  return isObject(value) ? Object.values(value).flatMap(stringsOf) : [];
}

/** What comes after the model's own last words: the list's tail without an element that `isModels`. */
export function sinceModel(items: readonly JsonObject[], isModels: (item: JsonObject) => boolean): JsonObject[] {
  return items.slice(items.findLastIndex(isModels) + 1);
}

/** An answer in one piece. */
export function whole(value: unknown): Answer {
  return { type: 'application/json', body: JSON.stringify(value) };
}

/** A stream of server-sent events; `event:` lines name their type where the API has such. */
export function streamed(events: readonly (JsonObject | string)[], named = false): Answer {
  const line = (event: JsonObject | string): string => {
    const data = typeof event === 'string' ? event : JSON.stringify(event);
    const name = named && typeof event !== 'string' ? `event: ${String(event['type'])}\n` : '';
    return `${name}data: ${data}\n\n`;
  };
  return { type: 'text/event-stream', body: events.map(line).join('') };
}
