import { expect, test } from 'vitest';
import { canonicalStep } from './gateway-steps.ts';

const there = { ok: true, message: 'the gateway x is there' };
test.each([
  [undefined, 'no gateway is configured: nothing to pull'],
  [{ ...there, canonical: { os: 0, kernel: 0 } }, 'the gateway x is there; canonical: nothing yet'],
  [
    { ...there, canonical: { os: 3, kernel: 1 }, held: { os: 2, kernel: 1 } },
    'the gateway x is there; canonical: os at revision 3, kernel at 1; bring it in with: snappy pull --scope all',
  ],
  [
    { ...there, canonical: { os: 3, kernel: 1 } },
    'the gateway x is there; canonical: os at revision 3, kernel at 1; bring it in with: snappy pull --scope all, snappy pull --repo kernel',
  ],
  [
    { ...there, canonical: { os: 3, kernel: 0 }, held: { os: 3, kernel: 0 } },
    'the gateway x is there; canonical: os at revision 3; all of it is in',
  ],
])('of the canonical it is told what is true: %j', async (status, summary) => {
  expect(await canonicalStep({ tree: '/tree', askGateway: async () => status })).toEqual({
    status: 'ok',
    summary,
    notes: [],
  });
});

test('a gateway that is not there is a warning, with what to do', async () => {
  const status = { ok: false, message: 'x could not be reached', hint: 'run this again' };
  const result = await canonicalStep({ tree: '/tree', askGateway: async () => status });
  expect(result).toEqual({ status: 'warn', summary: 'x could not be reached', notes: ['run this again'] });
});
