import { describe, expect, test } from 'vitest';
import { parseJson } from './json-tree.ts';
import { hasOurs, jsonFault, unwireJson, wireJson } from './json-wiring.ts';
import type { JsonWanted } from './wanted.ts';

const command = (event: string): string => `'/home/ann/snappy-os/state/hooks/snappy-os-inject.sh' ${event}`;
const isOurs = (text: string): boolean => text.includes('/state/hooks/snappy-os-inject.sh');
const group = (event: string) => ({ hooks: [{ type: 'command', command: command(event), timeout: 10 }] });
const groups: JsonWanted = {
  hooks: {
    shape: 'groups',
    events: {
      UserPromptSubmit: group('prompt'),
      PostToolUse: { matcher: 'Edit|Write', ...group('edit') },
      Stop: group('stop'),
    },
  },
};
const list: JsonWanted = { hooks: { shape: 'list', events: { stop: { command: command('stop') } } } };
const entry: JsonWanted = { values: [{ at: ['plugins', 'entries', 'snappy'], value: { enabled: true } }] };
const folder = (dir: string): JsonWanted => ({ values: [{ at: ['context', 'include'], element: dir }] });

const wireValue = (value: unknown, wanted: JsonWanted) => {
  const { text, undo } = wireJson(JSON.stringify(value), 'json', wanted, isOurs);
  return { value: JSON.parse(text), undo };
};

test('a group is appended in the layout of the file', () => {
  const text = `{
    "model": "opus", // mine
    "hooks": {
        "Stop": [
            { "hooks": [{ "type": "command", "command": "say done" }] } // keep
        ]
    }
}
`;
  const stop: JsonWanted = { hooks: { shape: 'groups', events: { Stop: group('stop') } } };
  expect(wireJson(text, 'jsonc', stop, isOurs).text).toBe(`{
    "model": "opus", // mine
    "hooks": {
        "Stop": [
            { "hooks": [{ "type": "command", "command": "say done" }] }, // keep
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
  const handler = { type: 'command', command: '/old place/state/hooks/snappy-os-inject.sh stop' };
  const old = { hooks: [handler] };
  const foreign = { hooks: [{ type: 'command', command: 'say done' }] };
  const { Stop: right } = groups.hooks?.events ?? {};

  test.each([
    ['of another path', old],
    ['with another timeout', { hooks: [{ ...handler, command: command('stop'), timeout: 5 }] }],
    ['with a matcher', { matcher: '*', ...group('stop') }],
    ['as a bare handler', handler],
    ['twice in one group', { hooks: [handler, handler] }],
  ])('are replaced where they stand: %s', (_, form) => {
    const { value } = wireValue({ hooks: { Stop: [foreign, form, foreign] } }, groups);
    expect(value.hooks.Stop).toEqual([foreign, right, foreign]);
  });

  test('are taken out of a group they share, and out of events that are no longer used', () => {
    const shared = { hooks: [...foreign.hooks, ...old.hooks] };
    const { value } = wireValue({ hooks: { SubagentStart: [old], Stop: [shared, old, old] } }, groups);
    expect(value.hooks.SubagentStart).toBeUndefined();
    expect(value.hooks.Stop).toEqual([foreign, right]);
    expect(JSON.parse(unwireJson(JSON.stringify(value), 'json', groups, isOurs))).toEqual({
      hooks: { Stop: [foreign] },
    });
  });

  test('give way to the one that is right already', () => {
    const { value } = wireValue({ hooks: { Stop: [old, right, foreign] } }, groups);
    expect(value.hooks.Stop).toEqual([right, foreign]);
  });

  test('are replaced in a file of the other shape too', () => {
    const mine = { command: 'say done' };
    const { value } = wireValue({ hooks: { stop: [mine, old, { command: handler.command }], x: [handler] } }, list);
    expect(value.hooks).toEqual({ stop: [mine, { command: command('stop') }] });
  });
});

describe('a value at a path', () => {
  test('comes with the objects it lies in, and goes with those that were made for it', () => {
    const { text, undo } = wireJson('{ a: 1, plugins: { /* none */ } }', 'json5', entry, isOurs);
    expect(text).toBe('{ a: 1, plugins: { /* none */"entries":{"snappy":{"enabled":true}}} }');
    expect(undo).toEqual({ emptied: { plugins: ' ' }, added: ['plugins/entries', 'plugins/entries/snappy'] });
    expect(unwireJson(text, 'json5', entry, isOurs, undo)).toBe('{ a: 1, plugins: { /* none */ } }');
  });

  test('of our name is ours, whatever it holds', () => {
    const own = { plugins: { entries: { snappy: { enabled: false, old: 1 } } } };
    expect(wireValue(own, entry).value.plugins.entries.snappy).toEqual({ enabled: true });
    expect(unwireJson(JSON.stringify(own), 'json', entry, isOurs)).toBe('{}');
  });

  test('that was there and is equal stays at uninstall, and so does one that the user has changed', () => {
    const wanted: JsonWanted = { values: [{ at: ['version'], value: 1 }] };
    const { undo } = wireJson('{"version":1}', 'json', wanted, isOurs);
    expect(unwireJson('{"version":1}', 'json', wanted, isOurs, undo)).toBe('{"version":1}');
    const added = wireJson('{}', 'json', wanted, isOurs);
    expect(unwireJson(added.text.replace('1', '2'), 'json', wanted, isOurs, added.undo)).toMatch(/"version": 2/);
  });
});

describe('an element of a list', () => {
  test('that only counts beside others comes into a list that holds some, and is the way back', () => {
    const wanted: JsonWanted = { values: [{ at: ['plugins', 'allow'], element: 'snappy', ifListed: true }] };
    for (const text of ['{}', '{"plugins":{}}', '{"plugins":{"allow":[]}}'])
      expect(wireJson(text, 'json5', wanted, isOurs).text).toBe(text);
    const listed = "{plugins: {allow: ['theirs', /* last */]}}";
    const { text, undo } = wireJson(listed, 'json5', wanted, isOurs);
    expect(text).toMatch(/'theirs',.*"snappy"/);
    expect(unwireJson(text, 'json5', wanted, isOurs, undo)).toBe(listed);
  });

  test('is appended to the user’s own, or comes with its list', () => {
    expect(wireValue({ context: { include: ['/x'] } }, folder('/t')).value.context.include).toEqual(['/x', '/t']);
    const made = wireJson('{}', 'json', folder('/t'), isOurs);
    expect(JSON.parse(made.text)).toEqual({ context: { include: ['/t'] } });
    expect(made.undo.added).toEqual(['context', 'context/include', 'context/include/="/t"']);
    expect(unwireJson(made.text, 'json', folder('/t'), isOurs, made.undo)).toBe('{}');
  });

  test('that the user had is not added, and stays', () => {
    const text = '{"context":{"include":["/t"]}}';
    const { text: same, undo } = wireJson(text, 'json', folder('/t'), isOurs);
    expect(same).toBe(text);
    expect(unwireJson(text, 'json', folder('/t'), isOurs, undo)).toBe(text);
  });

  test('is exchanged when the tree has moved', () => {
    const old = wireJson('{"context":{"include":["/x"]}}', 'json', folder('/old'), isOurs);
    const moved = wireJson(old.text, 'json', folder('/new'), isOurs, old.undo);
    expect(JSON.parse(moved.text).context.include).toEqual(['/x', '/new']);
    expect(moved.undo.added).toEqual(['context/include/="/new"']);
    expect(unwireJson(old.text, 'json', folder('/new'), isOurs, old.undo)).toBe('{"context":{"include":["/x"]}}');
  });

  test('that only a damaged record knows of is left alone', () => {
    const undo = { emptied: {}, added: ['context/include/={', 'context/include/="/x"', 'model', 'other/="y"'] };
    const text = '{"model":1,"context":{"include":["/x","/y"]},"other":["y"]}';
    expect(JSON.parse(unwireJson(text, 'json', folder('/t'), isOurs, undo))).toEqual({
      model: 1,
      context: { include: ['/y'] },
      other: ['y'],
    });
  });
});

test('a record that somebody has tampered with brings nothing but white space into a file', () => {
  const once = wireJson('{}', 'jsonc', groups, isOurs);
  for (const inner of ['"evil": 1', '/* x */', ' \n']) {
    const undo = { emptied: { '': inner }, added: [] };
    expect(unwireJson(once.text, 'jsonc', groups, isOurs, undo)).toBe(inner === ' \n' ? '{ \n}' : '{}');
  }
});

test('what has become of another shape since is left as it is when ours is taken out', () => {
  const undo = { emptied: { hooks: '' }, added: ['plugins', 'plugins/entries', 'context', 'context/include/="/t"'] };
  const shapes = ['[]', 'null', '{"hooks":[]}', '{"hooks":{"Stop":{}}}', '{"hooks":{"Stop":[1,[],{"hooks":1}]}}'];
  for (const text of [...shapes, '{"plugins":[]}', '{"plugins":{"entries":"snappy"}}', '{"context":{"include":"/t"}}'])
    for (const wanted of [groups, list, entry, folder('/t')])
      expect(unwireJson(text, 'json', wanted, isOurs, undo)).toBe(text);
});

test('of an event that is there twice nothing but ours is ever taken out', () => {
  const mine = JSON.stringify([group('stop')]);
  const theirs = JSON.stringify([{ hooks: [{ type: 'command', command: 'say done' }] }]);
  const text = `{"hooks":{"Stop":${mine},"Stop":${theirs}}}`;
  expect(unwireJson(text, 'json', groups, isOurs)).toBe(text);
  expect(unwireJson(`{"hooks":{"Stop":${theirs},"Stop":${mine}}}`, 'json', groups, isOurs)).toBe(
    `{"hooks":{"Stop":${theirs}}}`,
  );
});

test('a file holds something of ours, or not', () => {
  expect(hasOurs('{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"x"}]}]}}', 'json', groups, isOurs)).toBe(
    false,
  );
  expect(hasOurs(wireJson('{}', 'json', groups, isOurs).text, 'json', groups, isOurs)).toBe(true);
  expect(hasOurs('{plugins:{entries:{snappy:1}}}', 'json5', entry, isOurs)).toBe(true);
  expect(hasOurs('{plugins:{entries:{}}}', 'json5', entry, isOurs)).toBe(false);
});

describe('settings whose shape would void what is added are named', () => {
  const fault = (value: unknown, wanted: JsonWanted = groups): string | undefined =>
    jsonFault(parseJson(typeof value === 'string' ? value : JSON.stringify(value), 'json').root, wanted, isOurs);

  test('hooks in groups', () => {
    expect(fault({ hooks: { Stop: [{ hooks: [] }] }, other: 1 })).toBeUndefined();
    expect(fault([])).toBe('it holds a list, not an object');
    expect(fault('"x"')).toBe('it holds a string, not an object');
    expect(fault({ hooks: [] })).toBe('`hooks` is not an object of events');
    expect(fault({ hooks: { Stop: {} } })).toBe('`hooks.Stop` has no list of groups');
    expect(fault({ hooks: { Stop: [1] } })).toBe('`hooks.Stop` has a group that is no object');
    expect(fault({ hooks: { Stop: [{ command: 'x' }] } })).toBe('`hooks.Stop` has a group without a list `hooks`');
    const handler = (hook: unknown) => fault({ hooks: { Stop: [{ hooks: [hook] }] } });
    expect(handler(null)).toBe('`hooks.Stop` has an entry of `hooks` that is no object');
    expect(handler({ command: 'x' })).toBe('`hooks.Stop` has a hook without a `type`');
    expect(handler({ type: 'command' })).toBe('`hooks.Stop` has a command hook without a `command`');
    for (const timeout of ['9', 0, -1, null])
      expect(handler({ type: 'command', command: 'x', timeout })).toBe(
        '`hooks.Stop` has a `timeout` that is no number above 0',
      );
    expect(handler({ type: 'prompt' })).toBeUndefined();
  });

  test('hooks in a list', () => {
    expect(
      fault({ hooks: { stop: [{ command: 'x' }, { type: 'prompt' }, { powershell: 'x' }] } }, list),
    ).toBeUndefined();
    expect(fault({ hooks: { stop: {} } }, list)).toBe('`hooks.stop` has no list of hooks');
    expect(fault({ hooks: { stop: ['x'] } }, list)).toBe('`hooks.stop` has an entry that is no object');
    expect(fault({ hooks: { stop: [{ command: ['x'] }] } }, list)).toBe(
      '`hooks.stop` has a `command` that is no string',
    );
    expect(fault({ hooks: { stop: [{ hooks: [] }] } }, list)).toBe('`hooks.stop` has an entry without a `command`');
  });

  test('a key that is there twice, wherever ours would go', () => {
    expect(fault('{"hooks":{},"hooks":{}}')).toBe('it has the key "hooks" twice');
    expect(fault('{"hooks":{"Stop":[],"Stop":[]}}')).toBe('`hooks` has the event "Stop" twice');
    expect(fault('{"hooks":{"Stop":[{"hooks":[],"hooks":[]}]}}')).toBe(
      '`hooks.Stop` has a group that has the key "hooks" twice',
    );
    expect(fault('{"hooks":{"Stop":[{"hooks":[{"type":"x","a":1,"a":2}]}]}}')).toBe(
      '`hooks.Stop` has a hook that has the key "a" twice',
    );
    expect(fault('{"hooks":{"Stop":[{"command":"x","command":"y"}]}}', list)).toBe(
      '`hooks.Stop` has an entry that has the key "command" twice',
    );
    expect(fault('{"plugins":{"entries":{},"entries":{}}}', entry)).toBe('`plugins` has the key "entries" twice');
    expect(fault('{"other":{"a":1,"a":2}}', entry)).toBeUndefined();
  });

  test('a path that something else stands in', () => {
    expect(fault({ plugins: { entries: [] } }, entry)).toBe('`plugins.entries` is a list, not an object');
    expect(fault({ plugins: null }, entry)).toBe('`plugins` is a null, not an object');
    expect(fault({ context: { include: '/x' } }, folder('/t'))).toBe('`context.include` is a string, not a list');
    const one: JsonWanted = { values: [{ at: ['a', 'b'], value: true }] };
    expect(fault({ a: { b: false } }, one)).toBe('`a.b` is false and would have to be true');
    expect(fault({ a: { b: [1] } }, one)).toBe('`a.b` is a list and would have to be true');
    expect(() => wireJson('{"a":{"b":false}}', 'json', one, isOurs)).toThrow('must not be wired');
  });

  test('a key that makes the program reject the file', () => {
    const only: JsonWanted = { hooks: { shape: 'groups', events: {}, onlyKeys: ['description', 'hooks'] } };
    expect(fault({ description: 'x', hooks: {} }, only)).toBeUndefined();
    expect(fault({ hooks: {}, version: 1 }, only)).toBe(
      'it has the key "version", and a file with any key but `description` and `hooks` is rejected as a whole',
    );
  });
});
