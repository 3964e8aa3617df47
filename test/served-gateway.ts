import fs from 'node:fs';
import path from 'node:path';
import { afterAll } from 'vitest';
import { freshFolder } from '../src/core/test-disk.ts';
import { layout } from '../src/core/paths.ts';
import { storeSecrets } from '../src/core/secret-store.ts';
import { serve } from '../src/gateway/adapters/node/serve.ts';
import { createApp } from '../src/gateway/app.ts';
import { makeTestHome } from '../src/gateway/test-home.ts';
import type { TestHome } from '../src/gateway/test-home.ts';
import { mintInvite } from '../src/sync/gateway/admin.ts';
import { findGateway } from '../src/sync/gateway/connection.ts';
import { enrol, readInvitation } from '../src/sync/gateway/enrol.ts';
import { inviteLinkOf } from '../src/sync/gateway/invite.ts';
import type { MintRequest } from '../src/sync/wire/messages.ts';

/** What stands between a client and the gateway of a test; `pass` is the gateway's own answer. */
export type Between = (request: Request, pass: () => Promise<Response>) => Promise<Response>;

/** A gateway in memory, on a free port of loopback. */
export interface ServedGateway {
  readonly url: string;
  readonly home: TestHome;
  /** Method and path of everything it was asked. */
  readonly asked: string[];
  /** Set by a test that wants something to go wrong. */
  between: Between;
  /** A tree with the operator's key. */
  readonly operatorTree: string;
  /** A tree that belongs to nobody. */
  makeTree(): string;
  /** A tree of a new tenant, or with `of` of another machine of that tree's; the rest is what its invite is to give. */
  join(invite?: Partial<MintRequest> & { readonly of?: string }): Promise<string>;
}

/** Serves a gateway until the tests of the file have ended; `overrides` as `makeTestHome`. */
export async function serveGateway(overrides: Parameters<typeof makeTestHome>[0] = {}): Promise<ServedGateway> {
  const dir = freshFolder();
  const home = await makeTestHome(overrides);
  home.clock.now = new Date();
  const app = createApp(home);
  const faults: unknown[] = [];
  const asked: string[] = [];
  const handle = async (request: Request, extra: { readonly address: string }): Promise<Response> => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    return served.between(request, () => app.fetch(request, extra));
  };
  const serving = await serve(handle, { host: '127.0.0.1', port: 0, onError: (cause) => faults.push(cause) });
  let trees = 0;
  const makeTree = (): string => {
    const tree = path.join(dir, `tree-${(trees += 1)}`);
    fs.mkdirSync(path.join(tree, layout.skills), { recursive: true });
    fs.mkdirSync(path.join(tree, 'state/log'));
    fs.writeFileSync(path.join(tree, layout.program), '');
    return tree;
  };
  const operatorTree = makeTree();
  storeSecrets(operatorTree, { SNAPPY_GATEWAY: serving.url, SNAPPY_MASTER_KEY: home.operatorKey });
  const served: ServedGateway = {
    url: serving.url,
    home,
    asked,
    between: (_request, pass) => pass(),
    operatorTree,
    makeTree,
    async join({ of, ...invite } = {}) {
      const by = of ?? operatorTree;
      const gateway = findGateway(by, {});
      const bare = { label: 'test', subscriber: false, teams: [], expires_in: 3_600, uses: 1 };
      const minted = await mintInvite(gateway, {
        ...bare,
        ...(of === undefined ? {} : { same_tenant: true }),
        ...invite,
      });
      const tree = makeTree();
      await enrol(tree, await readInvitation(await inviteLinkOf(by, gateway, minted)), { env: {} });
      return tree;
    },
  };
  afterAll(async () => {
    await serving.stop(0);
    await home.idle();
    fs.rmSync(dir, { recursive: true });
    if (faults.length > 0) throw new AggregateError(faults, 'the gateway broke where nobody was told');
  });
  return served;
}

/** The gateway has done what it was asked, and the answer is lost on the way. */
export function lostAnswer(method: string, name: string): Between {
  return async (request, pass) => {
    const response = await pass();
    if (request.method !== method || new URL(request.url).pathname !== name) return response;
    return new Response('the line is dead', { status: 502 });
  };
}
