import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from './json-edit.ts';
import { hooksFault, unwireHooks, wireHooks, type Wanted } from './json-hooks.ts';

const command = (event: string): string => `'/home/ann/snappy-os/state/hooks/snappy-os-inject.sh' ${event}`;
const isOurs = (text: string): boolean => text.includes('/state/hooks/snappy-os-inject.sh');
const group = (event: string) => ({ hooks: [{ type: 'command' as const, command: command(event), timeout: 10 }] });
const wanted: Wanted = {
  UserPromptSubmit: group('prompt'),
  PostToolUse: { matcher: 'Edit|Write', ...group('edit') },
  Stop: group('stop'),
};
const wire = (text: string) => wireHooks(text, wanted, isOurs);

/** JSON text of a value with foreign white space anywhere it may be, and keys that read like ours. */
function layOut(value: unknown, indent: string | number, eol: string, spaced: boolean): string {
  const text = JSON.stringify(value, undefined, indent);
  const opened: Record<string, string> = { '{}': '{ }', '[]': '[ \n ]' };
  const loose = text.replaceAll(/"(?:[^"\\]|\\.)*"|\{\}|\[\]/g, (part) => opened[part] ?? part);
  return (spaced ? loose : text).replaceAll('\n', eol);
}

const foreignHandler = fc.record(
  {
    type: fc.constant('command'),
    command: fc.string(),
    timeout: fc.integer({ min: 1, max: 600 }),
    later: fc.boolean(),
  },
  { requiredKeys: ['type', 'command'] },
);
const foreignGroup = fc.record(
  { matcher: fc.string(), hooks: fc.array(foreignHandler, { maxLength: 3 }) },
  { requiredKeys: ['hooks'] },
);
const foreignHooks = fc.dictionary(
  fc.constantFrom('UserPromptSubmit', 'PostToolUse', 'Stop', 'SessionEnd', 'constructor'),
  fc.array(foreignGroup, { maxLength: 3 }),
);
const settings = fc
  .tuple(
    fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
    fc.option(foreignHooks, { nil: undefined }),
    fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 })),
    fc.constantFrom<string | number>(0, 1, 2, 4, '\t', '   '),
    fc.constantFrom('\n', '\r\n'),
    fc.boolean(),
    fc.constantFrom('', '\n', '\r\n', '\n\n  '),
  )
  .map(([before, hooks, after, indent, eol, spaced, tail]) => {
    const { hooks: _a, ...head } = before;
    const { hooks: _b, ...rest } = after;
    return layOut({ ...head, ...(hooks === undefined ? {} : { hooks }), ...rest }, indent, eol, spaced) + tail;
  });

describe('on settings of any content and layout', () => {
  test('install, install, uninstall gives the same bytes', () => {
    fc.assert(
      fc.property(settings, (text) => {
        const once = wire(text);
        const twice = wireHooks(once.text, wanted, isOurs, once.emptied);
        expect(twice).toEqual(once);
        expect(unwireHooks(once.text, isOurs, once.emptied)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test('install changes nothing but ours, and appends it', () => {
    fc.assert(
      fc.property(settings, (text) => {
        const was = JSON.parse(text);
        const { hooks, ...rest } = JSON.parse(wire(text).text);
        const { hooks: old = {}, ...oldRest } = was;
        expect(rest).toEqual(oldRest);
        for (const [event, groups] of Object.entries(old as Record<string, unknown[]>)) {
          expect(hooks[event].slice(0, groups.length)).toEqual(groups);
        }
        for (const [event, ours] of Object.entries(wanted)) expect(hooks[event].at(-1)).toEqual(ours);
        // The old text is what is left when the added stretches are skipped; only an empty container is laid out anew.
        const kept = text.replaceAll(/\s/g, '');
        let at = 0;
        for (const unit of wire(text).text.split('')) if (unit === kept[at]) at += 1;
        expect(at).toBe(kept.length);
      }),
    );
  });

  test('what others add after ours stays when ours goes', () => {
    fc.assert(
      fc.property(settings, foreignGroup, (text, added) => {
        const once = wire(text);
        const edited = JSON.parse(once.text);
        edited.hooks.Stop.push(added);
        edited.theirs = added;
        const left = JSON.parse(unwireHooks(JSON.stringify(edited), isOurs, once.emptied));
        const was = JSON.parse(text);
        was.hooks = { ...was.hooks, Stop: [...(was.hooks?.Stop ?? []), added] };
        was.theirs = added;
        expect(left).toEqual(was);
      }),
    );
  });
});

test('a group is appended in the layout of the file', () => {
  const text = `{
    "model": "opus",
    "hooks": {
        "Stop": [
            { "hooks": [{ "type": "command", "command": "say done" }] }
        ]
    }
}
`;
  expect(wireHooks(text, { Stop: group('stop') }, isOurs).text).toBe(`{
    "model": "opus",
    "hooks": {
        "Stop": [
            { "hooks": [{ "type": "command", "command": "say done" }] },
            {
                "hooks": [
                    {
                        "type": "command",
                        "command": "'/home/ann/snappy-os/state/hooks/snappy-os-inject.sh' stop",
                        "timeout": 10
                    }
                ]
            }
        ]
    }
}
`);
});

describe('hooks of ours in an older form', () => {
  const old = { hooks: [{ type: 'command', command: '/old place/state/hooks/snappy-os-inject.sh stop' }] };
  const foreign = { hooks: [{ type: 'command', command: 'say done' }] };

  test('are replaced where they stand', () => {
    const text = JSON.stringify({ hooks: { Stop: [foreign, old, foreign] } });
    const { hooks } = JSON.parse(wire(text).text);
    expect(hooks.Stop).toEqual([foreign, wanted['Stop'], foreign]);
  });

  test('are taken out of a group they share, and out of events that are no longer used', () => {
    const shared = { hooks: [...foreign.hooks, ...old.hooks] };
    const text = JSON.stringify({ hooks: { SubagentStart: [old], Stop: [shared, old, old] } });
    const { hooks } = JSON.parse(wire(text).text);
    expect(hooks.SubagentStart).toBeUndefined();
    expect(hooks.Stop).toEqual([foreign, wanted['Stop']]);
    expect(JSON.parse(unwireHooks(wire(text).text, isOurs))).toEqual({ hooks: { Stop: [foreign] } });
  });
});

test('hooks of a shape that would void the file are named', () => {
  const fault = (value: unknown): string | undefined => hooksFault(parseJson(JSON.stringify(value)));
  expect(fault({ hooks: { Stop: [{ hooks: [] }] }, other: 1 })).toBeUndefined();
  expect(fault([])).toBe('it holds a list, not an object');
  expect(fault('x')).toBe('it holds a string, not an object');
  expect(fault({ hooks: [] })).toBe('`hooks` is not an object of events');
  expect(fault({ hooks: { Stop: {} } })).toBe('`hooks.Stop` has no list of groups');
  expect(fault({ hooks: { Stop: [{ command: 'x' }] } })).toBe('`hooks.Stop` has a group without a list `hooks`');
  expect(fault({ hooks: { Stop: [{ hooks: [{ command: 'x' }] }] } })).toBe('`hooks.Stop` has a hook without a `type`');
  expect(fault({ hooks: { Stop: [{ hooks: [{ type: 'command' }] }] } })).toBe(
    '`hooks.Stop` has a command hook without a `command`',
  );
  expect(fault({ hooks: { Stop: [{ hooks: [{ type: 'command', command: 'x', timeout: '9' }] }] } })).toBe(
    '`hooks.Stop` has a `timeout` that is no number above 0',
  );
  expect(hooksFault(parseJson('{"hooks":{},"hooks":{}}'))).toBe('it has the key "hooks" twice');
  expect(hooksFault(parseJson('{"hooks":{"Stop":[],"Stop":[]}}'))).toBe('`hooks` has the event "Stop" twice');
});
