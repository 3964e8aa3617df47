import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withLines } from './repair-collapse.ts';

const fact = fc.integer({ min: 1, max: 40 }).map((number) => `fact number ${number} is about part ${number * 13}`);
const facts = fc.uniqueArray(fact, { minLength: 1, maxLength: 20 });
const loaderOf = (items: readonly string[]): string =>
  `# tool\n\n## Facts\n\n${items.map((item) => `- ${item}\n`).join('')}`;
const itemsOf = (text: string): string[] => [...text.matchAll(/^- (.*)$/gm)].map(([, item = '']) => item);

test('the lines that were lost are back, what was written since stays, and nothing else comes back', () => {
  fc.assert(
    fc.property(facts, facts, fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }), (had, news, isLost) => {
      // Some of what was there is lost, the rest was taken out on purpose.
      const lost = had.filter((item, at) => isLost[at] === true && !news.includes(item));
      const text = withLines(
        loaderOf(news),
        loaderOf(had),
        lost.map((item) => `- ${item}`),
      );
      expect(itemsOf(text).toSorted()).toEqual([...news, ...lost].toSorted());
    }),
  );
});

test('lines come back where they stood', () => {
  const earlier = loaderOf(['alpha one', 'beta two', 'gamma three', 'delta four']);
  const now = loaderOf(['alpha one', 'delta four', 'epsilon five']);
  expect(withLines(now, earlier, ['- beta two', '- gamma three'])).toBe(
    loaderOf(['alpha one', 'beta two', 'gamma three', 'delta four', 'epsilon five']),
  );
});

test('line ends stay what they are', () => {
  const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
  const text = withLines(crlf(loaderOf(['alpha one'])), crlf(loaderOf(['alpha one', 'beta two'])), ['- beta two']);
  expect(text).toBe(crlf(loaderOf(['alpha one', 'beta two'])));
});
