import { beforeAll, describe, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { forgotten, findingsOf, operationsOf } from './cross-tenant/test-check.ts';
import { makeWorld } from './cross-tenant/test-world.ts';
import type { World } from './cross-tenant/test-world.ts';
import { GatewayProblem } from './problem.ts';
import type { Call, Route } from './route.ts';
import { routes } from './routes/table.ts';
import { makeTestHome } from './test-home.ts';

async function worldOf(rows: readonly Route[]): Promise<World> {
  const home = await makeTestHome();
  const app = createApp(home, rows);
  return makeWorld({
    operatorKey: home.operatorKey,
    fetch: (path, init) => app.fetch(new Request(`https://gateway.test${path}`, init), { address: '192.0.2.1' }),
    sql: (sql, ...values) => home.ledger.all({ sql, values }),
  });
}

describe('what somebody may not see is answered as what is not there', () => {
  let world: World;
  beforeAll(async () => {
    world = await worldOf(routes);
  });

  test('by each route: none has been forgotten', () => {
    expect(forgotten(routes)).toEqual([]);
  });

  test.for(operationsOf(routes))('by %s', async (operation) => {
    expect(await findingsOf(world, operation)).toEqual({ leaks: [], undescribed: [] });
  });
});

describe('a leak is found', () => {
  /** What a route would do if it were written wrongly, for calls that it answers rightly by `handle`. */
  type Leak = (call: Call, handle: Route['handle']) => Promise<Response>;

  const asOperator: Leak = async (call, handle) =>
    handle({ ...call, caller: call.caller && { ...call.caller, role: 'operator' } });
  const refusedBy =
    (change: (problem: GatewayProblem, call: Call) => unknown): Leak =>
    async (call, handle) => {
      try {
        return await handle(call);
      } catch (error) {
        throw error instanceof GatewayProblem ? change(error, call) : error;
      }
    };
  const forbidden = new GatewayProblem('forbidden', 'this key may not do that');
  const ofAcme = ({ request }: Call): boolean => /team(?::|%3A)acme/.test(request.url);

  const leaks: Readonly<Record<string, Leak>> = {
    'GET /teams': asOperator,
    'GET /_status': async (call, handle) =>
      handle({
        ...call,
        caller: { tenant: '0', role: 'operator', grants: { subscriber: true, teams: [] }, keyId: '0' },
      }),
    'GET /_pull': async (call, handle) =>
      handle({
        ...call,
        caller: call.caller && { ...call.caller, grants: { ...call.caller.grants, subscriber: true } },
      }),
    // 403 for what is there, 404 for what is not.
    'POST /_push': refusedBy((problem, call) => (problem.code === 'not_found' && ofAcme(call) ? forbidden : problem)),
    // Other words for the same code.
    'POST /_push/part': refusedBy((problem, call) =>
      ofAcme(call) ? new GatewayProblem(problem.code, 'that tier is not yours') : problem,
    ),
    // The same words, with another header.
    'GET /_blobs/:repo/:tier/:sha256': refusedBy(({ code, message }, call) =>
      ofAcme(call)
        ? new GatewayProblem(code, message, { headers: { 'x-rev': '1' } })
        : new GatewayProblem(code, message),
    ),
    // "Have you this blob?", of everybody's.
    'POST /_blobs': async (call, handle) => {
      const sent = JSON.stringify(call.body);
      const [blob = ''] = /[0-9a-f]{64}/.exec(sent) ?? [];
      const rows = await call.home.store.list('', 1_000);
      return rows.some((key) => key.includes(blob)) ? Response.json({ blobs: [{ sha256: blob }] }) : handle(call);
    },
    'GET /invite/:code': async (call, handle) => {
      const answer = await handle(call);
      const known = await call.home.ledger.all({ sql: 'SELECT 1 FROM invites WHERE uses = 1', values: [] });
      const isCode = /[^A]/.test(call.params['code'] ?? '');
      return known.length > 0 && isCode ? new Response(await answer.text(), { ...answer, status: 409 }) : answer;
    },
    'POST /_alert': async (call) => {
      const rows = await call.home.ledger.all({
        sql: 'SELECT 1 FROM alerts WHERE cause = ?',
        values: [(call.body as { cause: string }).cause],
      });
      return Response.json({ noted: rows.length === 0, forwarded: false });
    },
    'POST /teams': async () => Response.json({ slug: 'globex' }, { status: 409 }),
  };

  const nameOf = ({ method, path }: Route): string => `${method} ${path}`;
  const leaky = routes.map((route): Route => {
    const leak = leaks[nameOf(route)];
    return leak === undefined
      ? route
      : {
          ...route,
          access: route.access === 'operator' ? 'member' : route.access,
          handle: (call) => leak(call, (inner) => route.handle(inner)),
        };
  });
  let world: World;
  let isOpen = false;
  beforeAll(async () => {
    // The leaks are opened once all is laid.
    const rows = routes.map((route, at): Route => {
      const other = leaky[at] ?? route;
      return { ...route, access: other.access, handle: (call) => (isOpen ? other : route).handle(call) };
    });
    world = await worldOf(rows);
    isOpen = true;
  });

  test.for(Object.keys(leaks))('in %s', async (name) => {
    const route = routes.find((each) => nameOf(each) === name);
    const [operation = ''] = route === undefined ? [] : operationsOf([route]);
    expect((await findingsOf(world, operation)).leaks).not.toEqual([]);
  });

  test('in a route that nobody has thought about', () => {
    const [first] = routes;
    const added = first === undefined ? [] : [{ ...first, path: '/_peek' }];
    expect(forgotten([...routes, ...added])).toEqual(['POST /_peek']);
    expect(forgotten(routes.slice(1))).toEqual(operationsOf(routes.slice(0, 1)));
  });
});
