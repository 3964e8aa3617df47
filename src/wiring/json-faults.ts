import { isOurHandler, type Recognise } from './json-hook-entries.ts';
import { valueFault } from './json-values.ts';
import { membersOf, nodeAt, repeatedKey, type JsonNode } from './json-tree.ts';
import type { HookShape, JsonWanted, WantedValue } from './wanted.ts';

function twice(node: JsonNode, what: string): string | undefined {
  const key = repeatedKey(node);
  return key === undefined ? undefined : `${what} the key ${JSON.stringify(key)} twice`;
}

/** The first fault among the members of a list or object. */
function firstFault(node: JsonNode, faultOf: (value: JsonNode) => string | undefined): string | undefined {
  for (const { value } of membersOf(node)) {
    const fault = faultOf(value);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function handlerFault(handler: JsonNode): string | undefined {
  if (handler.type !== 'object') return 'an entry of `hooks` that is no object';
  const type = nodeAt(handler, ['type']);
  if (type?.type !== 'string') return 'a hook without a `type`';
  if (type.value === 'command' && nodeAt(handler, ['command'])?.type !== 'string')
    return 'a command hook without a `command`';
  const timeout = nodeAt(handler, ['timeout']);
  if (timeout !== undefined && !(timeout.type === 'number' && Number(timeout.value) > 0))
    return 'a `timeout` that is no number above 0';
  return twice(handler, 'a hook that has');
}

function groupFault(group: JsonNode): string | undefined {
  if (group.type !== 'object') return 'a group that is no object';
  const hooks = nodeAt(group, ['hooks']);
  if (hooks?.type !== 'array') return 'a group without a list `hooks`';
  return firstFault(hooks, handlerFault) ?? twice(group, 'a group that has');
}

function listEntryFault(entry: JsonNode): string | undefined {
  if (entry.type !== 'object') return 'an entry that is no object';
  const command = nodeAt(entry, ['command']);
  if (command !== undefined && command.type !== 'string') return 'a `command` that is no string';
  // Cursor's prompt hooks have a `type`, Windsurf's hooks for Windows a `powershell`.
  const other = nodeAt(entry, ['type']) ?? nodeAt(entry, ['powershell']);
  if (command === undefined && (other?.type !== 'string' || other.value === 'command'))
    return 'an entry without a `command`';
  return twice(entry, 'an entry that has');
}

/** Whether an entry is ours in the form of the other shape: it is replaced, so its form is no fault. */
function isOursInOtherShape(entry: JsonNode, shape: HookShape, isOurs: Recognise): boolean {
  if (shape === 'groups') return isOurHandler(entry, isOurs);
  const handlers = nodeAt(entry, ['hooks']);
  if (handlers?.type !== 'array' || handlers.members.length === 0) return false;
  return handlers.members.every(({ value }) => isOurHandler(value, isOurs));
}

function hooksFault(root: JsonNode, shape: HookShape, isOurs: Recognise): string | undefined {
  const hooks = nodeAt(root, ['hooks']);
  if (hooks === undefined) return undefined;
  if (hooks.type !== 'object') return '`hooks` is not an object of events';
  const event = repeatedKey(hooks);
  if (event !== undefined) return `\`hooks\` has the event ${JSON.stringify(event)} twice`;
  for (const { key = '', value: entries } of hooks.members) {
    if (entries.type !== 'array') return `\`hooks.${key}\` has no list of ${shape === 'groups' ? 'groups' : 'hooks'}`;
    const fault = firstFault(entries, (entry) => {
      if (isOursInOtherShape(entry, shape, isOurs)) return undefined;
      return shape === 'groups' ? groupFault(entry) : listEntryFault(entry);
    });
    if (fault !== undefined) return `\`hooks.${key}\` has ${fault}`;
  }
  return undefined;
}

function repeatedOnPath(root: JsonNode, { at }: WantedValue): string | undefined {
  for (let depth = 1; depth <= at.length; depth += 1) {
    const node = nodeAt(root, at.slice(0, depth));
    const fault = node === undefined ? undefined : twice(node, `\`${at.slice(0, depth).join('.')}\` has`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function foreignKeyFault(root: JsonNode, allowed: readonly string[]): string | undefined {
  const foreign = membersOf(root).find(({ key }) => key !== undefined && !allowed.includes(key))?.key;
  if (foreign === undefined) return undefined;
  const names = allowed.map((name) => `\`${name}\``).join(' and ');
  return `it has the key ${JSON.stringify(foreign)}, and a file with any key but ${names} is rejected as a whole`;
}

/**
 * What is wrong with a settings file in the places that the wanted values would go to, or `undefined`. A program may
 * drop the whole file for any of these (Claude Code 2.1.197 does, silently), so what is added to it would have no
 * effect. Hooks of ours in another shape are no fault: they are about to be replaced.
 */
export function jsonFault(root: JsonNode, wanted: JsonWanted, isOurs: Recognise = () => false): string | undefined {
  if (root.type !== 'object') return `it holds ${root.type === 'array' ? 'a list' : `a ${root.type}`}, not an object`;
  const { hooks, values = [] } = wanted;
  const faults = [
    () => twice(root, 'it has'),
    () => (hooks?.onlyKeys === undefined ? undefined : foreignKeyFault(root, hooks.onlyKeys)),
    () => (hooks === undefined ? undefined : hooksFault(root, hooks.shape, isOurs)),
    ...values.map((value) => () => repeatedOnPath(root, value) ?? valueFault(root, value)),
  ];
  for (const fault of faults) {
    const found = fault();
    if (found !== undefined) return found;
  }
  return undefined;
}
