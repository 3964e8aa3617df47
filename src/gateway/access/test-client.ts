import { createApp } from '../app.ts';
import type { App } from '../app.ts';
import type { MintRequest, TenantRow } from '../../sync/wire/messages.ts';
import type { TestHome } from '../test-home.ts';

/** An answer, read whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON: as a test expects it. */
  json(): Record<string, unknown>;
}

export interface Asking {
  readonly key?: string | undefined;
  readonly body?: unknown;
  readonly address?: string;
}

/** A gateway in this process, and short ways to ask it. */
export interface TestGateway {
  readonly app: App;
  readonly home: TestHome;
  /** `ask('POST /teams', { key, body })`. */
  ask(route: string, asking?: Asking): Promise<Answer>;
  mint(request?: Partial<MintRequest>, key?: string): Promise<string>;
  /** A new tenant, with this key. */
  join(key: string, request?: Partial<MintRequest>): Promise<TenantRow>;
  /** `action subject outcome` of the audit log, in order. */
  audit(): Promise<string[]>;
}

export const gatewayUrl = 'https://gateway.test';

export function makeTestGateway(home: TestHome): TestGateway {
  const app = createApp(home);
  const ask: TestGateway['ask'] = async (route, { key, body, address } = {}) => {
    const [method = '', path = ''] = route.split(' ');
    const headers = new Headers(key === undefined ? {} : { authorization: `Bearer ${key}` });
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const response = await app.fetch(new Request(gatewayUrl + path, init), { address: address ?? '192.0.2.1' });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: () => JSON.parse(text) as Record<string, unknown>,
    };
  };
  const mint: TestGateway['mint'] = async (request, key = home.operatorKey) => {
    const whole = { label: 'Ann', subscriber: false, teams: [], expires_in: 3_600, uses: 1, ...request };
    const answer = await ask('POST /invite/mint', { key, body: whole });
    if (answer.status !== 200) throw new Error(answer.text);
    return (answer.json() as { code: string }).code;
  };
  return {
    app,
    home,
    ask,
    mint,
    async join(key, request) {
      const code = await mint(request);
      const answer = await ask('POST /invite/redeem', { body: { code, key } });
      if (answer.status !== 200) throw new Error(answer.text);
      return (await ask('GET /tenants/me', { key })).json() as TenantRow;
    },
    async audit() {
      await home.idle();
      const rows = await home.ledger.all({ sql: 'SELECT action, subject, outcome FROM audit ORDER BY id', values: [] });
      return rows.map(({ action, subject, outcome }) => `${action} ${subject} ${outcome}`);
    },
  };
}

/** Strong keys, each another one. */
export function testKey(n: number): string {
  return `snappy_Zk1vR8mP4sLd0HgFbNcYuJiOeAaQt5E-k${n.toString(36).padStart(6, '0')}`;
}
