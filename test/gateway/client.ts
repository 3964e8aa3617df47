import { makePush, readPull } from '../../src/gateway/content/test-client.ts';
import type { TestPull, TestPush } from '../../src/gateway/content/test-client.ts';
import type { RunningHome } from './homes.ts';

/** An answer, with its body as the JSON that it is. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** A client of a gateway that is somewhere else, with one key or none. */
export class Client {
  readonly url: string;
  readonly #key: string | undefined;

  constructor({ url }: Pick<RunningHome, 'url'>, key?: string) {
    this.url = url;
    this.#key = key;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#key !== undefined) headers.set('authorization', `Bearer ${this.#key}`);
    return fetch(path.startsWith('http') ? path : `${this.url}${path}`, { redirect: 'manual', ...init, headers });
  }

  async json<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return answerOf<T>(await this.fetch(path, { method, ...init }));
  }

  async push<T = Record<string, unknown>>(push: TestPush): Promise<Answer<T>> {
    const { body, query } = makePush(push);
    return answerOf<T>(await this.fetch(`/_push?${query}`, { method: 'POST', body }));
  }

  async pull(query = 'repo=os&since=0&scope=all&accept=zstd'): Promise<TestPull> {
    const response = await this.fetch(`/_pull?${query}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (response.status !== 200) throw new Error(new TextDecoder().decode(bytes));
    return { status: response.status, ...(await readPull(bytes)), bytes: bytes.length };
  }
}

async function answerOf<T>(response: Response): Promise<Answer<T>> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as T };
}
