import fc from 'fast-check';

/**
 * Loaders as plain data, and edits of them, for tests that hold the merge against an oracle which knows no Markdown. A fact
 * is a bullet, a table row or a numbered step of one section; no two facts have half of their words in common, and a
 * changed fact has most of those it had.
 */
interface Fact {
  readonly id: string;
  readonly section: number;
  /** '' as it was made; what somebody has changed it to since. */
  readonly version: string;
}

/** What a machine does to the loader it sees. Places are taken modulo what there is. */
export type Edit =
  | { readonly kind: 'add'; readonly place: number }
  | { readonly kind: 'remove'; readonly place: number }
  | { readonly kind: 'change'; readonly place: number };

const sections = 3;

function form(section: number, words: string): string {
  return section % sections === 1 ? `| ${words} | yes |` : `- ${words}`;
}

/** A fact as a line. */
function lineOf({ id, section, version }: Fact): string {
  const words = [0, 1, 2, 3, 4].map((number) => `w${id}x${number}`).join(' ');
  return form(section, version === '' ? words : `${words} ${version}`);
}

/** A loader with these facts, in their order. */
function loaderOf(facts: readonly Fact[]): string {
  const lines = ['# tool', ''];
  for (let section = 0; section < sections; section++) {
    lines.push(`## Section ${section}`);
    const own = facts.filter((fact) => fact.section === section).map(lineOf);
    if (section % sections === 1) lines.push('', '| fact | true |', '| --- | --- |', ...own, '');
    else lines.push(...own, '');
  }
  return lines.join('\n');
}

/** The loader after an edit of its text, as an agent would do it; `name` is new each time. What was removed or changed is told. */
export function applyEdit(
  text: string,
  edit: Edit,
  name: string,
): { readonly text: string; readonly added?: string; readonly removed?: string } {
  const lines = text.split('\n');
  const isFact = (line: string): boolean => /^(?:- |\| )w/.test(line);
  const facts = [...lines.keys()].filter((at) => isFact(lines[at] ?? ''));
  if (edit.kind === 'add' || facts.length === 0) {
    const starts = [...lines.keys()].filter(
      (at) => isFact(lines[at] ?? '') || /^(?:## Section [02]|\| ---)/.test(lines[at] ?? ''),
    );
    const at = starts[edit.place % Math.max(1, starts.length)] ?? lines.length - 1;
    const added = lineOf({ id: name, section: (lines[at] ?? '').startsWith('|') ? 1 : 0, version: '' });
    return { text: lines.toSpliced(at + 1, 0, added).join('\n'), added };
  }
  const at = facts[edit.place % facts.length] ?? 0;
  const removed = lines[at] ?? '';
  if (edit.kind === 'remove') return { text: lines.toSpliced(at, 1).join('\n'), removed };
  const added = removed.startsWith('|') ? removed.replace(/ \| yes \|$/, ` v${name} | yes |`) : `${removed} v${name}`;
  return { text: lines.toSpliced(at, 1, added).join('\n'), added, removed };
}

/** The lines of a loader that are facts, in no order. */
export function factsIn(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /^(?:- |\| )w/.test(line))
    .toSorted();
}

export const edits = (most: number): fc.Arbitrary<Edit[]> =>
  fc.array(
    fc.record({
      kind: fc.constantFrom('add' as const, 'add' as const, 'remove' as const, 'change' as const),
      place: fc.nat(11),
    }),
    { maxLength: most },
  );

/** A loader to begin with. */
export const baseLoader: fc.Arbitrary<string> = fc
  .array(fc.nat(sections - 1), { maxLength: 8 })
  .map((places) => loaderOf(places.map((section, at) => ({ id: `b${at}`, section, version: '' }))));

/** Several edits one after the other; names begin with `name`. */
export function applyEdits(text: string, all: readonly Edit[], name: string): string {
  let now = text;
  for (const [at, edit] of all.entries()) ({ text: now } = applyEdit(now, edit, `${name}${at}`));
  return now;
}
