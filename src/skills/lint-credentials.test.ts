import { afterAll, expect, test } from 'vitest';
import { lintCredentials } from './lint-credentials.ts';
import { makeTestTree } from './test-tree.ts';

// Put together here, so that no scanner takes this file for one that holds credentials.
const token = ['ghp', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('_');
const tree = makeTestTree({
  'state/skills/ferry/SKILL.md': '---\nname: ferry\ndescription: x\n---\nSet GITHUB_TOKEN.\n',
  'state/skills/ferry/AGENTS.md': `# ferry\n\n- token: ${token}\n`,
  'state/skills/bakery/SKILL.md': `---\nname: bakery\ndescription: x\n---\n${token}\n`,
});
afterAll(() => tree.remove());

test('a credential in a loader or a SKILL.md is found with its place, and not repeated', async () => {
  const found = await lintCredentials(tree.dir);
  expect(found.map(({ path, line }) => `${path}:${line}`)).toEqual([
    'state/skills/bakery/SKILL.md:5',
    'state/skills/ferry/AGENTS.md:3',
  ]);
  expect(JSON.stringify(found)).not.toContain(token);
  expect(await lintCredentials(tree.dir, ['ferry'])).toHaveLength(1);
});
