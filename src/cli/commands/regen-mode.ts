import { SnappyError } from '../../core/errors.ts';
import { findTree, layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { readRegenConfig, writeRegenConfig } from '../../loop/config.ts';
import type { RegenConfig } from '../../loop/config.ts';
import { dispatchCommand, isAgreed, readDispatch } from '../../loop/dispatch.ts';
import { withRegenLock } from '../../loop/regen-lock.ts';
import { alignColumns } from '../columns.ts';
import { agreeTo } from '../agreement.ts';
import type { Invocation, Outcome } from '../command.ts';
import { oneLine } from '../paint.ts';

type Flags = Invocation['flags'];

function oneOf<T extends string>(value: string, what: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new SnappyError('usage', `${what} is ${JSON.stringify(value.slice(0, 40))}`, {
    hint: `expected ${allowed.join(' or ')}`,
  });
}

function countOpen(value: string): number {
  if (/^[1-4]$/.test(value)) return Number(value);
  throw new SnappyError('usage', `--max-open is ${JSON.stringify(value.slice(0, 40))}`, {
    hint: 'expected 1, 2, 3 or 4',
  });
}

/** The config with what the command line asks for; throws `usage` on what cannot be. */
function wantedConfig(tree: string, config: RegenConfig, mode: string | undefined, flags: Flags): RegenConfig {
  const text = (flag: string): string | undefined => (typeof flags[flag] === 'string' ? flags[flag] : undefined);
  const [runtime, revert, maxOpen] = [text('runtime'), text('revert'), text('maxOpen')];
  const wanted: RegenConfig = {
    ...config,
    ...(mode === undefined ? {} : { mode: oneOf(mode, 'the mode', ['attended', 'background']) }),
    ...(runtime === undefined ? {} : { runtime }),
    ...(revert === undefined ? {} : { revert: oneOf(revert, '--revert', ['ask', 'auto']) }),
    ...(maxOpen === undefined ? {} : { maxOpen: countOpen(maxOpen) }),
  };
  if (wanted.mode === 'background' && wanted.runtime === null) {
    throw new SnappyError('usage', 'the background mode needs the agent program that is to do the work', {
      hint: 'name one of state/config/dispatch.json: snappy regen mode background --runtime codex',
    });
  }
  if (wanted.runtime !== null && (runtime !== undefined || wanted.mode === 'background'))
    dispatchCommand(tree, wanted.runtime, { prompt: '…', session: '…' });
  const { command: agreed, ...settings } = wanted;
  if (wanted.mode !== 'background' || wanted.runtime === null) return settings;
  // Said anew, it is agreed to what dispatch.json says now.
  const isSaid = mode !== undefined || runtime !== undefined;
  const command = isSaid ? readDispatch(tree).get(wanted.runtime) : agreed;
  return { ...settings, ...(command ? { command: [...command] } : {}) };
}

function settingRows(tree: string, { mode, runtime, command, revert, maxOpen }: RegenConfig): string[][] {
  const isOff = mode === 'background' && runtime !== null && !isAgreed(tree, runtime, command);
  return [
    [
      'mode',
      mode,
      mode === 'attended'
        ? 'a brief rides along on the next turn of its skill; nothing is started'
        : isOff
          ? `nothing is started: the command of ${runtime} in ${layout.dispatch} is not the one you agreed to; say it again to agree`
          : `${runtime ?? 'no agent program'} is started on a brief by itself`,
    ],
    [
      'revert',
      revert,
      revert === 'ask'
        ? 'a revision that did worse is a brief; you put the one before back'
        : 'a revision that did worse is replaced by the one before it, and lines that a rewrite lost are put back',
    ],
    ['max-open', String(maxOpen), 'briefs open at once for one skill'],
  ];
}

/** The settings as they would be; one that differs from how it is says so. */
function changedRows(tree: string, config: RegenConfig, wanted: RegenConfig): string[][] {
  const now = settingRows(tree, config);
  return settingRows(tree, wanted).map(([name = '', value = '', meaning = ''], at) => {
    const before = now[at]?.[1];
    return [name, before === value || before === undefined ? value : `${value} (now ${before})`, meaning];
  });
}

/** What somebody should know before an agent program is started without them. */
function backgroundTerms(tree: string, runtime: string): string[] {
  const command = dispatchCommand(tree, runtime, { prompt: '<prompt>', session: '<session>' });
  return [
    'What background means:',
    `  When a turn has stopped and a brief is open, this machine starts by itself: ${oneLine(command.join(' '), 300)}`,
    '  It runs with your account and your rights, and each run costs what a turn of that program costs you: tokens, quota or money.',
    '  At most one runs at a time, for 10 minutes at most; a brief is tried once an hour, and three times with the same reasons.',
    '  It is given a copy of the skill. What it leaves there is taken only if the lint finds nothing new, no credential is in it, the loader',
    '  keeps within its budget, and every line that is gone is named with a reason; else it is refused, and the reason is kept.',
    '  An agent started like this starts no other. To stop it: snappy regen mode attended --apply',
  ];
}

/** What somebody should know before a revision is put back without them. */
const revertTerms: readonly string[] = [
  'What auto means:',
  '  When the graded runs of a revision are worse than those of the one before, by a test that takes 1 of 20 equal revisions for worse',
  '  at most, the skill’s files are put back by themselves. The other revision is kept, and the next turn of the skill says what was put back and why.',
  '  Lines that a rewrite took out of a loader without a word are put back as well, once. To stop it: snappy regen mode --revert ask --apply',
];

function renderTerms(tree: string, before: RegenConfig, after: RegenConfig): string[] {
  const isNewBackground =
    before.mode !== 'background' ||
    before.runtime !== after.runtime ||
    before.command?.join('\0') !== after.command?.join('\0');
  return [
    ...(after.mode === 'background' && after.runtime !== null && isNewBackground
      ? ['', ...backgroundTerms(tree, after.runtime)]
      : []),
    ...(after.revert === 'auto' && before.revert !== 'auto' ? ['', ...revertTerms] : []),
  ];
}

/** `snappy regen mode`: shows or sets how briefs are worked off, and what may be done without asking. */
export async function regenMode(invocation: Invocation): Promise<Outcome> {
  const { args, flags, cwd, env } = invocation;
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const config = readRegenConfig(tree);
  const wanted = wantedConfig(tree, config, args[0], flags);
  const isSame = JSON.stringify(wanted) === JSON.stringify(config);
  const isAsked = args[0] !== undefined || ['runtime', 'revert', 'maxOpen'].some((flag) => flags[flag] !== undefined);
  const shown = [alignColumns(changedRows(tree, config, wanted)), ...renderTerms(tree, config, wanted)].join('\n');
  const data = { tree, before: config, after: wanted, applied: false };
  if (isSame) return { text: shown, data, ok: true, unchanged: isAsked ? 'it is so already' : undefined };
  const { agreed, text } = await agreeTo(invocation, 'Set this?', shown);
  if (!agreed) return { text, data, ok: true, unchanged: 'this is how it would be; add --apply to set it' };
  await withRegenLock(tree, () => writeRegenConfig(realSystem(), tree, wanted));
  return { text, data: { ...data, applied: true }, ok: true, changed: layout.regenConfig };
}
