import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findingsOf, operationsOf } from '../../src/gateway/cross-tenant/test-check.ts';
import { makeWorld } from '../../src/gateway/cross-tenant/test-world.ts';
import type { World } from '../../src/gateway/cross-tenant/test-world.ts';
import { routes } from '../../src/gateway/routes/table.ts';
import { homes } from './homes.ts';
import type { RunningHome } from './homes.ts';

describe.for(homes)('$name: what somebody may not see is answered as what is not there', (kind) => {
  let home: RunningHome;
  let world: World;
  beforeAll(async () => {
    home = await kind.start();
    world = await makeWorld({
      operatorKey: home.operatorKey,
      fetch: (path, init) => fetch(home.url + path, { redirect: 'manual', ...init }),
      sql: (text, ...values) => home.sql(text, ...values),
    });
  });
  afterAll(() => home?.stop());

  test.for(operationsOf(routes))('by %s', async (operation) => {
    expect(await findingsOf(world, operation)).toEqual({ leaks: [], undescribed: [] });
  });
});
