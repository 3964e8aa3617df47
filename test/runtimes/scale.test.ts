import { afterAll, describe, expect, test } from 'vitest';
import { claudes } from './claude.ts';
import { count, makeWiredWorld, removeWorlds, type SkillText } from './world.ts';

afterAll(removeWorlds);

const section = (name: string, lines: number): string =>
  `## ${name}\n\n${`- ${name} ${'x'.repeat(90)}\n`.repeat(lines)}`;

describe.each(claudes)('Claude Code $version', (claude) => {
  test('with 250 skills the right loader arrives, while the native listing has dropped descriptions', async () => {
    const numbers = Array.from({ length: 250 }, (_, at) => at + 100);
    const skills = Object.fromEntries(
      numbers.map((number): [string, SkillText] => [
        `job-${number}`,
        {
          description: `DESCRIBED-${number} ${'words of a job '.repeat(13)}`,
          triggers: [`wagon ${number}`],
          loader: `# job\n\n- RULE-OF-${number}\n`,
        },
      ]),
    );
    const world = await makeWiredWorld(skills);
    const [request] = await world.play(claude, 'couple wagon 277 to the train');
    const text = request?.text ?? '';
    expect(text.match(/RULE-OF-\d+/g)).toEqual(['RULE-OF-277']);
    const described = numbers.filter((number) => text.includes(`DESCRIBED-${number}`)).length;
    const listed = numbers.filter((number) => text.includes(`job-${number}`)).length;
    expect(described).toBeLessThan(250);
    expect(listed).toBeGreaterThan(described);
  });

  test('three loaders arrive whole, and the ones beyond are named', async () => {
    const names = ['red', 'green', 'blue', 'grey'];
    const skills = Object.fromEntries(
      names.map((name): [string, SkillText] => [
        `${name}-paint`,
        {
          description: `Mix ${name}.`,
          triggers: [`${name} paint`],
          loader: `# ${name}\n\n${section(name.toUpperCase(), 20)}`,
        },
      ]),
    );
    const world = await makeWiredWorld(skills);
    const [request] = await world.play(claude, 'mix red paint, green paint, blue paint and grey paint');
    const text = request?.text ?? '';
    const whole = Object.values(skills).filter(({ loader }) => text.includes(loader));
    expect(whole).toHaveLength(3);
    expect(/Also matched, not shown: `(red|green|blue|grey)-paint`/.test(text)).toBe(true);
  });

  test('a loader over the cap arrives up to a section border, with a pointer to the rest', async () => {
    const loader = `# Atlas\n\n${section('FIRST', 40)}\n${section('SECOND', 30)}\n${section('THIRD', 200)}`;
    const world = await makeWiredWorld({ atlas: { description: 'Maps.', triggers: ['old atlas'], loader } });
    const [request] = await world.play(claude, 'open the old atlas');
    const text = request?.text ?? '';
    expect(count(text, section('FIRST', 40))).toBeGreaterThan(0);
    expect(count(text, 'Cut here: the loader is longer')).toBeGreaterThan(0);
    expect(count(text, `${world.tree}/state/skills/atlas/AGENTS.md`)).toBeGreaterThan(0);
    // Above its cap Claude Code would show the first 2,000 characters only.
    expect(count(text, '- SECOND ')).toBeGreaterThan(0);
  });
});
