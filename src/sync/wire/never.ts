import type { GlobList } from './glob.ts';
import { compileGlobs } from './glob.ts';
import { machinePlaces } from './machine-places.ts';

/** Logs of one machine. Its owner's other machines may have them, by a git repository that they were committed to. */
const machineLogs = ['state/log/alerts.log', 'state/log/hook.log'];

// Where the runtimes keep what was said: a line of JSON for each message, in a folder of one of these names.
const transcriptFolders = ['sessions', 'transcripts', 'chat', 'chats', 'conversations', 'history'];
const runtimeFolders = ['.claude', '.codex', '.gemini', '.openclaw', '.cursor', '.windsurf', '.pi'];

const words = (text: string): string[] => text.split(/\s+/);

const kinds: readonly { readonly why: string; readonly globs: readonly string[] }[] = [
  { why: 'graded runs never leave a machine', globs: ['**/evals.ndjson*'] },
  {
    why: 'is of this machine alone',
    globs: [...machinePlaces, ...machineLogs].flatMap((place) => [place, `${place}/**`]),
  },
  {
    why: 'holds secrets',
    globs: words(`**/.env* **/.env*/** **/.netrc **/_netrc **/.npmrc **/.pypirc **/.git-credentials **/.credentials.json
      **/oauth_creds.json **/.codex/auth.json **/.aws/** **/.ssh/** **/.gnupg/**`),
  },
  {
    why: 'is a key',
    globs: words(`**/*.key **/*.pem **/*.p12 **/*.pfx **/*.jks **/*.keystore **/*.kdbx **/*.ppk
      **/id_rsa* **/id_dsa* **/id_ecdsa* **/id_ed25519*`),
  },
  {
    why: 'is the history of a chat',
    globs: [
      ...transcriptFolders.flatMap((folder) => [`**/${folder}/**/*.jsonl`, `**/${folder}/**/*.ndjson`]),
      ...runtimeFolders.flatMap((folder) => [`**/${folder}/**/*.jsonl`, `**/${folder}/**/*.vscdb*`]),
      ...words('**/.gemini/tmp/** **/.*_history **/history.jsonl **/rollout-*.jsonl **/*transcript*.jsonl'),
      ...words('**/*chat?history* **/.aider* state/log/**/*chat*'),
    ],
  },
  { why: "is in git's own folder", globs: ['**/.git', '**/.git/**'] },
];

const reasons = kinds.flatMap(({ why, globs }) => globs.map(() => why));
const firstThatFits: GlobList = compileGlobs(
  kinds.flatMap(({ globs }) => globs),
  { anyCase: true },
);

/** Why a path never travels, whatever a person's rules say of it; `undefined` for one that may. */
export function whyNever(path: string): string | undefined {
  return reasons[firstThatFits(path)];
}
