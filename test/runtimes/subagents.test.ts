import { afterAll, describe, expect, test } from 'vitest';
import { claudes } from './claude.ts';
import { count, makeWiredWorld, removeWorlds } from './world.ts';

afterAll(removeWorlds);

const tasks = ['TASK-ONE: ask for the night ferry', 'TASK-TWO: get rye bread'];
const skills = {
  ferry: {
    description: 'Plan a crossing.',
    triggers: ['night ferry'],
    loader: '# ferry\n\n- FERRY-RULE: two ports.\n',
  },
  bakery: { description: 'Order bread.', triggers: ['rye bread'], loader: '# bakery\n\n- BREAD-RULE: before six.\n' },
};

describe.each(claudes)('Claude Code $version', (claude) => {
  test.each(['bypassPermissions', 'default'])(
    'two subagents at once each get the loader their task names, in mode %s',
    async (mode) => {
      const world = await makeWiredWorld(skills);
      const requests = await world.play(claude, 'hand these two out', {
        flags: mode === 'default' ? ['--permission-mode', 'default'] : ['--dangerously-skip-permissions'],
        cues: [
          {
            on: 'hand these two out',
            replies: [{ tools: tasks.flatMap((prompt) => claude.calls({ kind: 'task', prompt, done: '' })) }],
          },
        ],
      });
      const parents = requests.filter((request) => request.text.includes('hand these two out'));
      const [one, two] = ['TASK-ONE', 'TASK-TWO'].map((name) =>
        requests.find((request) => request.text.includes(name) && !parents.includes(request)),
      );
      expect([one, two].map((request) => count(request?.text ?? '', 'FERRY-RULE'))).toEqual([1, 0]);
      expect([one, two].map((request) => count(request?.text ?? '', 'BREAD-RULE'))).toEqual([0, 1]);
      // The parent goes on with the tasks as it wrote them: the loaders cost its context nothing.
      expect(parents.length).toBeGreaterThan(1);
      for (const { text } of parents) expect(count(text, 'FERRY-RULE') + count(text, 'BREAD-RULE')).toBe(0);
    },
  );
});
