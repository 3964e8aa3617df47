import type { RepoStanding, TierStanding } from '../sync/gateway/standing.ts';
import { alignColumns, countOf } from './columns.ts';
import type { painter } from './paint.ts';
import { renderPush } from './push-text.ts';

type Paint = ReturnType<typeof painter>;

function newsOf({ rev, here, news, behind }: TierStanding): string {
  if (rev === 0) return 'nothing was pushed to it yet';
  if (here === 0) return 'nothing of it was pulled here';
  if (rev !== here) return `here at ${here}: ${countOf(news, 'file')} differ`;
  return behind === 0 ? 'all of it is here' : `${countOf(behind, 'file')} not taken in here (snappy pull --scope all)`;
}

/** How a repo stands against its gateway, for a person: what differs, tier by tier and file by file. */
export function renderStanding(standing: RepoStanding, paint: Paint): string {
  const { repo, gateway, tiers, toPush, held, preview, isSame } = standing;
  const rows = tiers.map((tier) => [
    tier.tier,
    `revision ${tier.rev}`,
    countOf(tier.files, 'file'),
    newsOf(tier),
    tier.writable ? '' : '(only read)',
  ]);
  const difference = isSame
    ? paint('green', 'zero difference: what is here is what the gateway has')
    : `${countOf(toPush.files, 'file')} to push, ${toPush.gone} to delete there, ${countOf(preview.news.newer.length, 'tier')} to pull${held === 0 ? '' : `, ${countOf(held, 'file')} held back`}`;
  return [
    `${paint('bold', repo === 'os' ? 'the tree' : 'the library')} and ${gateway}`,
    alignColumns(rows, '  '),
    '',
    difference,
    isSame ? '' : renderPush(preview.plan, { paint, hindrances: preview.hindrances, notes: preview.notes }),
  ].join('\n');
}
