import { expect, it } from 'vitest';
import { drawPicture } from './picture.ts';

const flat = (value: number, count: number) =>
  Array.from({ length: count }, () => ({ value, low: value - 0.1, high: value + 0.1 }));

it('a picture has a line, a band and a name for each curve, and colours for dark pages', () => {
  const svg = drawPicture('Steps <by> session', [
    { name: 'no skill', points: flat(4, 3), colours: ['#111111', '#eeeeee'] },
    { name: 'all & known', points: flat(1, 3), colours: ['#222222', '#dddddd'] },
  ]);
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  expect(svg.match(/<polygon/g)).toHaveLength(2);
  expect(svg).toContain('Steps &lt;by> session');
  expect(svg).toContain('all &amp; known</text>');
  expect(svg).toContain('prefers-color-scheme:dark');
  expect(svg).not.toContain('NaN');
});

it('names of curves that end at one height stand one below the other', () => {
  const curves = ['one', 'two'].map((name) => ({ name, points: flat(1, 2), colours: ['#111111', '#eeeeee'] as const }));
  const [first = 0, second = 0] = [
    ...drawPicture('x', curves).matchAll(/class="name[^"]*" x="[^"]*" y="([^"]*)"/g),
  ].map(([, y]) => Number(y));
  expect(Math.abs(first - second)).toBeGreaterThanOrEqual(15);
});
