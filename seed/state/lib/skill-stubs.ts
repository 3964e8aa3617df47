/** The sections every loader has, in this order, each with what a writer should put there. */
export const loaderSections: readonly { readonly title: string; readonly stub: string }[] = [
  {
    title: 'Critical Rules',
    stub: '- TODO: what must never, or always, be done here; one line each, the costliest mistake first.',
  },
  {
    title: 'Commands',
    stub: '- TODO: the commands as they are typed, with what each prints when it went well.',
  },
  {
    title: 'Known Pitfalls',
    stub: '- TODO: what went wrong before, how it shows, and the way around. None are recorded yet.',
  },
  {
    title: 'Self-Test',
    stub: '- TODO: a check of under a minute that tells a good run from a bad one. Until it is written, say "not verified".',
  },
];

/** The `## Eval` section of a skill whose criterion is still to be written. */
export function evalSection(mode: string): { readonly title: string; readonly stub: string } {
  const stub = [
    `Mode: \`eval: ${mode}\`. No criterion is written yet, so a score means nothing so far.`,
    '',
    '- TODO: what a run must produce to score 1, and what makes it 0.',
    '- TODO: who looks at it. Never the one who ran it.',
  ].join('\n');
  return { title: 'Eval', stub };
}

/** Adds `## title` and its text at the end of a Markdown text, in that text's own line ends. */
export function appendSection(text: string, section: { readonly title: string; readonly stub: string }): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const kept = text.replace(/\s+$/, '');
  const added = `## ${section.title}\n\n${section.stub}\n`.replaceAll('\n', eol);
  return kept === '' ? added : kept + eol + eol + added;
}
