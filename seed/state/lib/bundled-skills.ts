/** What a runtime itself answers to. A skill of the same name shadows it, or is shadowed by it. */
export interface BundledSkills {
  readonly runtime: string;
  /** Where the names come from. */
  readonly source: string;
  readonly names: readonly string[];
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** Bundled skills and slash commands of the runtimes that can be named, one row for each source. */
export const bundledSkills: readonly BundledSkills[] = [
  {
    runtime: 'claude-code',
    source: 'skills and slash_commands in the init message of claude 2.1.197 and 2.1.329',
    names: words(`
      agents auto-mode-setup autocompact batch claude-api clear code-review color compact config context
      dataviz debug deep-research doctor effort fast fewer-permission-prompts focus goal heapdump init
      insights list-agents loop mcp model output-style plugin-authoring recap reload-plugins reload-skills
      rename review run run-skill-generator security-review simplify team-onboarding update-config usage
      verify workflow-authoring`),
  },
  {
    runtime: 'claude-code',
    source: 'commands of its terminal that -p does not list: code.claude.com/docs/en/commands',
    names: words(`
      add-dir branch copy cost diff exit export feedback help hooks ide login logout memory permissions plan
      plugin pr-comments release-notes resume rewind skills status terminal-setup theme vim`),
  },
  {
    runtime: 'codex',
    source: 'developers.openai.com/codex/cli/slash-commands',
    names: words(`
      agent apps approvals compact diff exit experimental feedback fork init logout mcp mention model new
      permissions personality plan ps quit resume review skills status statusline`),
  },
  {
    runtime: 'gemini',
    source: 'geminicli.com/docs/reference/commands',
    names: words(`
      about agents auth bug chat clear commands compress copy docs editor extensions help hooks ide init mcp
      memory model permissions plan privacy quit restore resume rewind settings skills stats theme tools vim`),
  },
];

/** The runtimes that already use a name for something of their own. */
export function runtimesThatUse(name: string): string[] {
  return [...new Set(bundledSkills.filter((row) => row.names.includes(name)).map((row) => row.runtime))];
}
