import { expect, test } from 'vitest';
import { agreeTo } from './agreement.ts';
import type { Invocation } from './command.ts';

function invocation(flags: Invocation['flags'], yes?: boolean): Invocation & { readonly asked: string[] } {
  const asked: string[] = [];
  const terminal = yes !== undefined;
  const confirm = async (question: string): Promise<boolean> => {
    asked.push(question);
    return yes === true;
  };
  return { args: [], flags, cwd: '/', env: {}, terminal, confirm, asked };
}

test.for([
  [{ apply: true }, true],
  [{ dry: true }, false],
  [{ dry: true, apply: true }, false],
] as const)('the flags %j decide by themselves, and the plan is printed', async ([flags, agreed]) => {
  const given = invocation(flags, true);
  expect(await agreeTo(given, 'Do it?', 'the plan')).toEqual({ agreed, text: 'the plan' });
  expect(given.asked).toEqual([]);
});

test.for([true, false])('a person who says %s has read the plan already', async (yes) => {
  const given = invocation({}, yes);
  expect(await agreeTo(given, 'Do it?', 'the plan')).toEqual({ agreed: yes, text: '' });
  expect(given.asked).toEqual(['Do it?']);
});

test('where nobody can be asked the plan is printed, and that is all', async () => {
  expect(await agreeTo(invocation({}), 'Do it?', 'the plan')).toEqual({ agreed: false, text: 'the plan' });
});
