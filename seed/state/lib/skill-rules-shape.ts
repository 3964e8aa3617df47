import { runtimesThatUse } from './bundled-skills.ts';
import { isBareCommonWord } from './common-words.ts';
import { lineOf, lineOfList } from './skill-facts.ts';
import type { SkillFacts, SkillRule, SkillTexts } from './skill-facts.ts';
import { ownKeys, runtimeKeys, standardKeys } from './skill.ts';

/** agentskills.io/specification: lower case letters, digits and single hyphens inside. */
const namePattern = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Whether a name is one a skill may have: 1 to 64 of `a-z0-9-`, no hyphen at an end, no two in a row. */
export function isSkillName(name: string): boolean {
  return name.length <= 64 && namePattern.test(name);
}

function setName(texts: SkillTexts, { skill }: SkillFacts): SkillTexts {
  if (!isSkillName(skill.folder)) return texts;
  const lines = texts.skillMd.split(/(?<=\n)/);
  const eol = lines[0]?.endsWith('\r\n') === true ? '\r\n' : '\n';
  const at = skill.lines['name'];
  if (at === undefined) {
    if (!/^\ufeff?---\s*$/.test(lines[0] ?? '')) return texts;
    lines.splice(1, 0, `name: ${skill.folder}${eol}`);
  } else {
    // A name that goes on over several lines is nothing a program should guess about.
    if (/^\s+\S/.test(lines[at] ?? '')) return texts;
    lines[at - 1] = `name: ${skill.folder}${eol}`;
  }
  return { ...texts, skillMd: lines.join('') };
}

function tooLong(what: string, text: string, max: number): string | undefined {
  const length = [...text].length;
  return length > max ? `${what} is ${length} characters; at most ${max} are read by every runtime` : undefined;
}

const maxPhrases = 200;
const maxPhrase = 200;

/** Rules about the frontmatter: names, limits, keys, triggers. */
export const shapeRules: readonly SkillRule[] = [
  {
    name: 'name-shape',
    says: 'A skill’s name is 1 to 64 of a-z, 0-9 and single hyphens.',
    check: ({ skill }) =>
      isSkillName(skill.folder)
        ? []
        : [
            {
              line: lineOf(skill, 'name'),
              message: `the folder name "${skill.folder}" is not 1 to 64 of a-z, 0-9 and single hyphens`,
              fix: 'rename the folder',
            },
          ],
  },
  {
    name: 'name-folder',
    says: 'The name in the frontmatter is there and equals the folder.',
    check({ skill }) {
      const line = skill.lines['name'];
      if (line === undefined)
        return [{ line: 1, message: 'the frontmatter has no name', fix: `add "name: ${skill.folder}"` }];
      if (skill.name === skill.folder) return [];
      return [
        {
          line,
          message: `the name is "${skill.name}", the folder "${skill.folder}"; they must be equal`,
          fix: `write "name: ${skill.folder}"`,
        },
      ];
    },
    repair: setName,
  },
  {
    name: 'description-size',
    says: 'The description is 1 to 1,024 characters.',
    check({ skill }) {
      const line = lineOf(skill, 'description');
      if (skill.description === '') {
        return [
          {
            line,
            message: 'there is no description, and it is what skills are chosen by',
            fix: 'say in one or two sentences what it does and when to use it',
          },
        ];
      }
      const message = tooLong('the description', skill.description, 1024);
      return message === undefined ? [] : [{ line, message, fix: 'shorten it; detail belongs in the body' }];
    },
  },
  {
    name: 'key-size',
    says: 'Compatibility is up to 500 characters; phrases up to 200, and up to 200 of a kind.',
    check({ skill }) {
      const compatibility = tooLong('compatibility', skill.compatibility ?? '', 500);
      const lists = Object.entries({
        triggers: skill.triggers,
        'anti-triggers': skill.antiTriggers,
        examples: skill.examples,
      });
      return [
        ...(compatibility === undefined
          ? []
          : [{ line: lineOf(skill, 'compatibility'), message: compatibility, fix: 'shorten it' }]),
        ...lists.flatMap(([key, phrases]) => {
          const line = lineOfList(skill, key);
          const long = phrases.find((phrase) => phrase.length > maxPhrase);
          return [
            ...(long === undefined
              ? []
              : [
                  {
                    line,
                    message: `a phrase of ${key} is ${long.length} characters; at most ${maxPhrase}: "${long.slice(0, 40)}…"`,
                    fix: 'keep the words that matter',
                  },
                ]),
            ...(phrases.length <= maxPhrases
              ? []
              : [
                  {
                    line,
                    message: `${key} has ${phrases.length} phrases; at most ${maxPhrases}`,
                    fix: 'keep the telling ones',
                  },
                ]),
          ];
        }),
      ];
    },
  },
  {
    name: 'key-unknown',
    says: 'Keys are those of the Agent Skills standard, of a runtime, or of snappy-os.',
    check: ({ skill }) =>
      Object.entries(skill.lines).flatMap(([key, line]) =>
        standardKeys.includes(key) || ownKeys.includes(key) || runtimeKeys.includes(key)
          ? []
          : [
              {
                line,
                message: `no reader knows the key "${key}"`,
                fix: `move it under metadata, or correct it to one of ${nearest(key)}`,
              },
            ],
      ),
  },
  {
    name: 'name-bundled',
    says: 'A skill does not take a name that a runtime answers to itself.',
    check({ skill }) {
      const runtimes = runtimesThatUse(skill.folder);
      if (runtimes.length === 0) return [];
      const message = `"${skill.folder}" is already a command or skill of ${runtimes.join(', ')}; one would hide the other`;
      return [{ line: lineOf(skill, 'name'), message, fix: `rename the folder, to my-${skill.folder} for one` }];
    },
  },
  {
    name: 'trigger-broad',
    says: 'No trigger is one everyday word of five letters or fewer.',
    check: ({ skill }) =>
      skill.triggers.filter(isBareCommonWord).map((phrase) => ({
        line: lineOfList(skill, 'triggers'),
        message: `the trigger "${phrase}" is one everyday word; it would match on most turns`,
        fix: `name what it is about, such as "${phrase} the ${skill.folder}"`,
      })),
  },
  {
    name: 'trigger-wordless',
    says: 'Every trigger has a word in it.',
    check: ({ skill }) =>
      skill.triggers
        .filter((phrase) => !/[\p{L}\p{N}]/u.test(phrase))
        .map((phrase) => ({
          line: lineOfList(skill, 'triggers'),
          message: `the trigger "${phrase}" has no letter and no digit, so it is never looked up`,
          fix: 'use words that a person would type',
        })),
  },
  {
    name: 'trigger-vetoed',
    says: 'No phrase is both a trigger and an anti-trigger.',
    check({ skill }) {
      const vetoes = new Set(skill.antiTriggers.map((phrase) => phrase.toLowerCase()));
      return skill.triggers
        .filter((phrase) => vetoes.has(phrase.toLowerCase()))
        .map((phrase) => ({
          line: lineOfList(skill, 'anti-triggers'),
          message: `"${phrase}" is a trigger and an anti-trigger; the veto wins, so it never matches`,
          fix: 'remove it from one of the two',
        }));
    },
  },
];

/** The known keys that share the most with a mistyped one. */
function nearest(key: string): string {
  const letters = new Set(key);
  const shared = (known: string): number =>
    [...new Set(known)].filter((letter) => letters.has(letter)).length / Math.max(known.length, key.length);
  return [...standardKeys, ...ownKeys]
    .toSorted((a, b) => shared(b) - shared(a))
    .slice(0, 2)
    .join(', ');
}
