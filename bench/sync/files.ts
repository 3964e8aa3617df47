// What is carried: skills of four Markdown files of about 4 kB each, and three files of 1 MB.
import fs from 'node:fs';
import path from 'node:path';
import { numbers, sentence } from '../corpus.ts';

const inSkill = ['SKILL.md', 'AGENTS.md', 'resources/notes.md', 'resources/examples.md'];
const filesInSkill = inSkill.length;

/** Text of about so many bytes, in lines. */
function prose(random: () => number, bytes: number): string {
  const lines: string[] = [];
  for (let size = 0; size < bytes; size += lines.at(-1)?.length ?? 1) lines.push(sentence(random, 14));
  return `${lines.join('\n')}\n`;
}

function skillFile(name: string, file: string, random: () => number): string {
  // From 2 to 6 kB, 4 on average.
  const text = prose(random, 2_000 + random() * 4_000);
  if (file !== 'SKILL.md') return `# ${name}\n\n${text}`;
  return `---\nname: ${name}\ndescription: ${sentence(random, 12)}\n---\n# ${name}\n\n${text}`;
}

/** Writes `count` small files and three large ones below `dir`, the same ones each time. */
export function layFiles(dir: string, count: number): void {
  const random = numbers(count);
  for (let at = 0; at < count / filesInSkill; at += 1) {
    const name = `skill-${String(at).padStart(5, '0')}`;
    fs.mkdirSync(path.join(dir, name, 'resources'), { recursive: true });
    for (const file of inSkill) fs.writeFileSync(path.join(dir, name, file), skillFile(name, file, random));
  }
  for (const name of ['a', 'b', 'c']) {
    fs.mkdirSync(path.join(dir, `large-${name}`, 'resources'), { recursive: true });
    fs.writeFileSync(path.join(dir, `large-${name}`, 'resources', 'book.md'), prose(random, 1_000_000));
  }
}

/** Adds a line to one file of a hundred, others for each `round`. */
export function changeSome(dir: string, count: number, round: number): void {
  const skills = count / filesInSkill;
  for (let at = 0; at < count / 100; at += 1) {
    const name = `skill-${String((at * 25 + round * 7) % skills).padStart(5, '0')}`;
    fs.appendFileSync(path.join(dir, name, 'resources', 'notes.md'), `A line of round ${round}.\n`);
  }
}
