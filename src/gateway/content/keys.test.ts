import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { incomingKey } from './keys.ts';

const root = path.resolve(import.meta.dirname, '../../..');

test('what nobody has checked yet lies below one prefix, which the page of self-hosting has a rule of the bucket for', () => {
  const page = fs.readFileSync(path.join(root, 'docs/self-host.md'), 'utf8');
  const { Rules } = JSON.parse(/--lifecycle-configuration '(\{[^']*\})'/.exec(page)?.[1] ?? '{}') as {
    Rules?: readonly { readonly Filter: { readonly Prefix: string }; readonly Expiration: { readonly Days: number } }[];
  };
  const prefix = Rules?.[0]?.Filter.Prefix ?? 'none';
  const keys = (['os', 'kernel'] as const).flatMap((repo) =>
    ['private:0123456789ab', 'team:private', 'team:acme', 'subscriber', 'public'].map((tier) =>
      incomingKey(repo, tier, 'a'),
    ),
  );
  expect(keys.filter((key) => !key.startsWith(prefix))).toEqual([]);
  expect(new Set(keys).size).toBe(10);
  expect(prefix).toMatch(/\/$/);
});
