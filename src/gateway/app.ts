import { Hono } from 'hono/tiny';
import { addressName } from './access/address.ts';
import { makeAuthenticator, unknownKey } from './access/authenticate.ts';
import type { Authenticator, Proved } from './access/authenticate.ts';
import { withCountedBody } from './access/counted-body.ts';
import { forgetRows } from './access/keeping.ts';
import { forgetCounters, limitsOf, makeRequestLimiter } from './access/limits.ts';
import type { RequestLimiter } from './access/limits.ts';
import { makeRefusalLog } from './access/refusals.ts';
import type { RefusalLog } from './access/refusals.ts';
import { forgetIncoming } from './content/incoming.ts';
import { problemOf, wordsOfFault } from './fault.ts';
import type { Home } from './ports.ts';
import { GatewayProblem, problemResponse, problems } from './problem.ts';
import { notFound, readJson, readParams, readQuery } from './read-request.ts';
import type { Route } from './route.ts';
import { routes as allRoutes } from './routes/table.ts';
import { withSafeHeaders } from './safe-headers.ts';

export interface App {
  /** Answers a request, and never throws. `address` is that of the peer, as the home knows it. */
  fetch(request: Request, extra?: { readonly address?: string | undefined }): Promise<Response>;
}

interface Door {
  readonly home: Home;
  readonly authenticator: Authenticator;
  readonly limiter: RequestLimiter;
  readonly refusals: RefusalLog;
}

/** A request on its way, and what is known of it for the audit log. */
interface Visit {
  readonly request: Request;
  readonly address: string;
  /** The route, never the path: an invite's code may be in that. */
  readonly action: string;
  proved?: Proved | undefined;
}

type Env = { Bindings: { address: string } };

/** The gateway: rows of routes, with a door in front that asks for keys, holds limits and validates. */
export function createApp(home: Home, routes: readonly Route[] = allRoutes): App {
  const base = basePath(home);
  const app = new Hono<Env>({ getPath: (request) => pathBelow(base, request.url) });
  const door: Door = {
    home,
    authenticator: makeAuthenticator(home),
    limiter: makeRequestLimiter(),
    refusals: makeRefusalLog(home.ledger),
  };
  for (const route of routes) {
    const action = `${route.method} ${route.path}`;
    app.on(route.method, route.path, (c) =>
      guarded(door, { request: c.req.raw, address: c.env.address, action }, (visit) =>
        handle(door, visit, route, c.req.param()),
      ),
    );
  }
  app.notFound((c) =>
    guarded(door, { request: c.req.raw, address: c.env.address, action: 'no route' }, async (visit) => {
      await admit(door, visit, 'member');
      throw notFound();
    }),
  );
  const sweep = makeSweep(home);
  return {
    async fetch(request, extra) {
      sweep();
      if (request.method === 'OPTIONS')
        return withSafeHeaders(new Response(null, { status: 204, headers: { allow: methods } }));
      return app.fetch(request, { address: addressName(extra?.address) });
    },
  };
}

/** The same for every path: there is nothing here for pages of others, so no CORS, and nothing is told of what there is. */
const methods = 'GET, HEAD, POST, PUT, DELETE';

async function guarded(door: Door, visit: Visit, work: (visit: Visit) => Promise<Response>): Promise<Response> {
  try {
    const response = await work(visit);
    if (response.status >= 400) noteRefusal(door, visit, { status: response.status });
    // Hono sends the head of it alone; what is behind the body must not wait for a reader.
    if (visit.request.method === 'HEAD') await response.body?.cancel();
    return withSafeHeaders(response);
  } catch (cause) {
    const problem = problemOf(cause);
    // The home is told of defects as of all that fails with nobody waiting for it: whole, for who runs it.
    if (problem.code === 'internal') door.home.platform.later(() => fail(cause));
    const [status] = problems[problem.code];
    noteRefusal(door, visit, { status, code: problem.code, detail: wordsOfFault(cause) });
    return withSafeHeaders(problemResponse(problem));
  }
}

function noteRefusal(
  { home, refusals }: Door,
  { action, address, proved }: Visit,
  detail: { readonly status: number; readonly code?: string; readonly detail?: string },
): void {
  const outcome = detail.status >= 500 ? 'failed' : 'refused';
  const row = {
    ts: home.platform.now(),
    tenant: proved?.caller.tenant,
    action,
    subject: address,
    outcome,
    detail,
  } as const;
  home.platform.later(() => refusals.note(row));
}

async function handle(door: Door, visit: Visit, route: Route, given: Record<string, string>): Promise<Response> {
  const { home } = door;
  const proved = await admit(door, visit, route.access);
  const params = readParams(route, given);
  const query = readQuery(route, new URL(visit.request.url));
  const { request, address } = visit;
  const call = { home, caller: proved?.caller, params, query, address };
  const { body } = route;
  if (typeof body === 'object') return route.handle({ ...call, request, body: await readJson(request, body) });
  const work = (counted: Request): Promise<Response> | Response =>
    route.handle({ ...call, request: counted, body: undefined });
  return body === undefined ? work(request) : withCountedBody(home, request, proved, work);
}

/** Lets in who may call a route of this access: before anything is looked up, so all such routes are refused alike. */
async function admit(door: Door, visit: Visit, access: Route['access']): Promise<Proved | undefined> {
  const { home, limiter, authenticator } = door;
  const limits = limitsOf(home);
  const now = home.platform.now();
  limiter.count(visit.address, limits.addressRequests, now);
  const proved = await authenticator.prove(visit.request, visit.address);
  visit.proved = proved;
  if (proved !== undefined) limiter.count(`tenant ${proved.caller.tenant}`, limits.tenantRequests, now);
  if (access === 'public') return proved;
  if (proved === undefined) throw unknownKey();
  if (access === 'operator' && proved.caller.role !== 'operator') {
    throw new GatewayProblem('forbidden', 'the operator of this gateway alone may do that');
  }
  return proved;
}

function basePath({ config: { publicUrl } }: Home): string {
  return publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');
}

/** A proxy may pass the base of `publicUrl` on or take it off. Parts of the path stay encoded: routes decode their own. */
function pathBelow(base: string, url: string): string {
  const { pathname } = new URL(url);
  return base !== '' && pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : pathname;
}

/** Once a day, with the request that happens to come. */
function makeSweep(home: Home): () => void {
  let day = 0;
  return () => {
    const now = home.platform.now();
    const today = Math.floor(now.getTime() / 86_400_000);
    if (today === day) return;
    day = today;
    home.platform.later(async () => {
      await home.ledger.batch([forgetCounters(now), ...forgetRows(now)]);
    });
    home.platform.later(() => forgetIncoming(home));
  };
}

async function fail(cause: unknown): Promise<never> {
  throw cause;
}
