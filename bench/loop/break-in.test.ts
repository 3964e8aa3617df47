import { expect, it } from 'vitest';
import { breakIns, reachesOracle } from './break-in.ts';

it('an agent cannot read, list or run what it is set to work with', () => {
  const denied = 'ERR_ACCESS_DENIED';
  expect(breakIns()).toEqual({
    'read the program': denied,
    'list the programs': denied,
    'run the program': denied,
    'read how programs are made': denied,
    'read its own environment': '',
  });
  expect(reachesOracle()).toBe(false);
});
