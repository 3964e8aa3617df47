import { limits } from '../../sync/wire/limits.ts';
import { pushDocument } from '../../sync/wire/messages.ts';
import type { PushDocument, PushedFile } from '../../sync/wire/messages.ts';
import { isCount, sha256Pattern } from '../../sync/wire/names.ts';
import { GatewayProblem } from '../problem.ts';

/**
 * The document of a push, held to `pushDocument`. Its files are looked at by hand, in a fifth of the time: there are thousands,
 * and the client waits. Throws `bad_request` with the field that is wrong.
 */
export function readPushDocument(bytes: Uint8Array): PushDocument {
  const { files, gone, ...rest } = parseObject(bytes);
  const parsed = pushDocument.safeParse({ ...rest, files: [], gone: [] });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(issue?.path.join('.') ?? '', issue?.message ?? 'is not valid');
  }
  return { ...parsed.data, files: listOf('files', files, isPushedFile), gone: listOf('gone', gone, isPath) };
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (cause) {
    throw new GatewayProblem('bad_request', 'the document is not JSON', { cause });
  }
  throw new GatewayProblem('bad_request', 'the document is no object');
}

function listOf<Item>(field: string, value: unknown, isItem: (item: unknown) => item is Item): Item[] {
  if (!Array.isArray(value)) throw wrong(field, 'is no list');
  if (value.length > limits.files) throw wrong(field, `has more than ${limits.files} entries`);
  for (const [index, item] of value.entries()) if (!isItem(item)) throw wrong(`${field}.${index}`, 'is not valid');
  return value as Item[];
}

function wrong(field: string, what: string): GatewayProblem {
  return new GatewayProblem('bad_request', `the document cannot be taken: ${field}: ${what}`);
}

function isPath(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= limits.path;
}

function isPushedFile(value: unknown): value is PushedFile {
  if (typeof value !== 'object' || value === null) return false;
  const { path, sha256, size, exec, frame, at, ...others } = value as Record<string, unknown>;
  for (const _ in others) return false;
  return (
    isPath(path) &&
    typeof sha256 === 'string' &&
    sha256Pattern.test(sha256) &&
    isCount(size) &&
    size <= limits.file &&
    typeof exec === 'boolean' &&
    (frame === undefined || isCount(frame)) &&
    (at === undefined || isCount(at))
  );
}
