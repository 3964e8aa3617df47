// The picture of the benchmark: steps by session for each arm, as an SVG that reads on a light and on a dark page.
import type { Estimate } from './confidence.ts';

/** One line of the picture: a point for each session, in their order. */
export interface Curve {
  readonly name: string;
  readonly points: readonly Estimate[];
  /** Its colours on a light and on a dark page. */
  readonly colours: readonly [light: string, dark: string];
}

const width = 860;
const height = 420;
const plot = { left: 64, right: 200, top: 56, bottom: 52 };
const ticks = [1, 2, 3, 4];
const range = { low: 0.8, high: 4.4 };

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const shortened = (value: number): string => value.toFixed(1);

function yOf(value: number): number {
  const share = (Math.min(Math.max(value, range.low), range.high) - range.low) / (range.high - range.low);
  return height - plot.bottom - share * (height - plot.top - plot.bottom);
}

/** The whole picture as text. */
export function drawPicture(title: string, curves: readonly Curve[]): string {
  const sessions = Math.max(...curves.map(({ points }) => points.length));
  const xOf = (at: number): number => plot.left + (at / Math.max(1, sessions - 1)) * (width - plot.left - plot.right);
  const styles = curves.map(({ colours: [light] }, at) => `.c${at}{--own:${light}}`);
  const dark = curves.map(({ colours: [, own] }, at) => `.c${at}{--own:${own}}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">
<title id="title">${escaped(title)}</title>
<style>
svg{--page:#ffffff;--ink:#1f2328;--faint:#d1d9e0;font-family:system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;font-size:13px}
${styles.join('')}
@media (prefers-color-scheme:dark){svg{--page:#0d1117;--ink:#e6edf3;--faint:#30363d}${dark.join('')}}
text{fill:var(--ink)}.grid{stroke:var(--faint)}.line{fill:none;stroke:var(--own);stroke-width:2.2;stroke-linejoin:round}.band{fill:var(--own);opacity:.16}.name{fill:var(--own);font-weight:600}
</style>
<rect width="100%" height="100%" rx="8" fill="var(--page)"/>
<text x="${plot.left}" y="26" font-size="15" font-weight="600">${escaped(title)}</text>
<text x="${plot.left}" y="44">mean over seeds, with the 95 % interval; 1 is an agent that knows everything</text>
${ticks.map((tick) => gridLine(tick)).join('\n')}
${sessionTicks(sessions, xOf)}
${curves.map((curve, at) => drawCurve(curve, at, xOf)).join('\n')}
${drawNames(curves)}
</svg>
`;
}

function gridLine(tick: number): string {
  const y = shortened(yOf(tick));
  return `<line class="grid" x1="${plot.left}" x2="${width - plot.right}" y1="${y}" y2="${y}"/><text x="${plot.left - 12}" y="${shortened(yOf(tick) + 4)}" text-anchor="end">${tick}</text>`;
}

function sessionTicks(sessions: number, xOf: (at: number) => number): string {
  const base = height - plot.bottom + 20;
  const shown = Array.from({ length: sessions }, (_, at) => at).filter((at) => at === 0 || (at + 1) % 4 === 0);
  const marks = shown.map((at) => `<text x="${shortened(xOf(at))}" y="${base}" text-anchor="middle">${at + 1}</text>`);
  const middle = shortened((plot.left + width - plot.right) / 2);
  return `${marks.join('')}\n<text x="${middle}" y="${base + 20}" text-anchor="middle">session of a machine</text>`;
}

function drawCurve({ points }: Curve, at: number, xOf: (at: number) => number): string {
  const place = (value: number, index: number): string => `${shortened(xOf(index))},${shortened(yOf(value))}`;
  const upper = points.map(({ high }, index) => place(high, index));
  const lower = points.map(({ low }, index) => place(low, index)).toReversed();
  const line = points.map(({ value }, index) => place(value, index));
  return `<g class="c${at}"><polygon class="band" points="${[...upper, ...lower].join(' ')}"/><polyline class="line" points="${line.join(' ')}"/></g>`;
}

/** The names of the curves at the right border, at the height of their ends, moved up where these are close: below are the ticks. */
function drawNames(curves: readonly Curve[]): string {
  const apart = 18;
  let below = Infinity;
  return curves
    .map(({ name, points }, at) => ({ name, at, y: yOf(points.at(-1)?.value ?? range.low) }))
    .toSorted((a, b) => b.y - a.y || b.at - a.at)
    .map(({ name, at, y }) => {
      below = Math.min(y, below - apart);
      return `<text class="name c${at}" x="${width - plot.right + 10}" y="${shortened(below + 4)}">${escaped(name)}</text>`;
    })
    .join('\n');
}
