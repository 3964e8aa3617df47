import { randomUUID } from 'node:crypto';

/** One call of a tool by the model. */
export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What the model says: a text, tool calls, or both. */
export interface Reply {
  readonly text?: string;
  readonly tools?: readonly ToolCall[];
}

interface ServerEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

type Block = { type: 'text'; text: string } | { type: 'tool_use'; id: string; name: string; input: ToolCall['input'] };

function blocksOf(reply: Reply): Block[] {
  const calls = (reply.tools ?? []).map(({ name, input }): Block => ({
    type: 'tool_use',
    id: `toolu_${randomUUID()}`,
    name,
    input,
  }));
  return reply.text === undefined ? calls : [{ type: 'text', text: reply.text }, ...calls];
}

function blockEvents(block: Block, index: number): ServerEvent[] {
  const empty = block.type === 'text' ? { ...block, text: '' } : { ...block, input: {} };
  const delta =
    block.type === 'text'
      ? { type: 'text_delta', text: block.text }
      : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
  return [
    { type: 'content_block_start', index, content_block: empty },
    { type: 'content_block_delta', index, delta },
    { type: 'content_block_stop', index },
  ];
}

/** One message of the model as the event stream of the Messages API (`message_start` … `message_stop`). */
export function serverSentEvents(reply: Reply): string[] {
  const blocks = blocksOf(reply);
  const usage = { input_tokens: 1_000, output_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  // Claude Code counts messages by their id, over all turns of a session: each needs one of its own.
  const message = {
    id: `msg_${randomUUID()}`,
    type: 'message',
    role: 'assistant',
    model: 'scripted',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
  const stop = blocks.some((block) => block.type === 'tool_use') ? 'tool_use' : 'end_turn';
  const events: ServerEvent[] = [
    { type: 'message_start', message },
    ...blocks.flatMap(blockEvents),
    { type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage },
    { type: 'message_stop' },
  ];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}
