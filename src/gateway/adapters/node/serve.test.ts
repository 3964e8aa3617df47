import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { serve } from './serve.ts';
import type { App, Serving } from './serve.ts';
import { addressOf } from './serve-address.ts';
import { arrival } from './serve-arrival.ts';
import { watchSenders } from './serve-slow.ts';

const running: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

async function start(app: App, faults: unknown[] = []): Promise<Serving> {
  const serving = await serve(app, { host: '127.0.0.1', port: 0, onError: (cause) => faults.push(cause) });
  running.push({ stop: () => serving.stop(0) });
  return serving;
}

/** A promise, and what settles it: a test waits for what has happened and never for a time. */
function gate<T = void>(): { promise: Promise<T>; open(value: T): void } {
  let open: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

/** A request with the first byte of a body of four, which the server has seen. */
async function stalledPost(port: number): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  // Node answers the header by itself, so that it is known to have come.
  socket.write('POST /stalled HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n');
  await once(socket, 'data');
  socket.write('1');
  return socket;
}

test('an app is given the request and the address that it came from', async () => {
  const serving = await start(async (request, { address }) =>
    Response.json({ method: request.method, body: await request.text(), address }),
  );
  const answer = await fetch(`${serving.url}/x`, { method: 'POST', body: 'hello' });
  expect(await answer.json()).toEqual({ method: 'POST', body: 'hello', address: '127.0.0.1' });
});

test('a port that is taken is said with what to do', async () => {
  const { port } = await start(() => new Response(''));
  const second = serve(() => new Response(''), { host: '127.0.0.1', port, onError: () => {} });
  await expect(second).rejects.toMatchObject({
    code: 'failure',
    message: `127.0.0.1:${port} cannot be listened on: another program listens there`,
    hint: expect.stringContaining('--port') as unknown,
  });
});

test('a thousand clients that come at once are all answered', async () => {
  const serving = await start(() => new Response('here'));
  const texts = await Promise.all(Array.from({ length: 1_000 }, async () => (await fetch(serving.url)).text()));
  expect(new Set(texts)).toEqual(new Set(['here']));
});

test('requests whose bodies do not come take the turn of nobody', async () => {
  const seen: string[] = [];
  const stalledCame = gate();
  const serving = await start(async (request) => {
    const { pathname } = new URL(request.url);
    seen.push(pathname);
    if (pathname === '/stalled') stalledCame.open();
    return new Response(await request.text());
  });
  const sockets = await Promise.all(Array.from({ length: 64 }, () => stalledPost(serving.port)));
  expect(await (await fetch(`${serving.url}/other`, { method: 'POST', body: 'here' })).text()).toBe('here');
  expect(seen).toEqual(['/other']);
  const [first] = sockets;
  first?.write('234');
  await stalledCame.promise;
  expect(seen).toEqual(['/other', '/stalled']);
  const [answer] = first === undefined ? [] : ((await once(first, 'data')) as [Buffer]);
  expect(String(answer)).toMatch(/^HTTP\/1.1 200 [^]*1234/);
  for (const socket of sockets) socket.destroy();
});

test('a body larger than what is held before it is read is handed on whole, in whatever pieces it comes', async () => {
  const serving = await start(async (request) => new Response(String((await request.text()).length)));
  const pieces = [1, 100_000, 300_000, 1].map((size) => 'x'.repeat(size));
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(piece));
    },
  });
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
  expect(await (await fetch(serving.url, init)).text()).toBe('400002');
  const empty = new ReadableStream({ start: (controller) => controller.close() });
  const nothing: RequestInit & { duplex: 'half' } = { method: 'POST', body: empty, duplex: 'half' };
  expect(await (await fetch(serving.url, nothing)).text()).toBe('0');
  expect(await (await fetch(serving.url, { method: 'POST' })).text()).toBe('0');
});

test('a body that says it is large is refused before it comes', async () => {
  const serving = await start(() => new Response(null, { status: 413 }));
  const socket = net.connect(serving.port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10000000\r\n\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(String(answer)).toContain(' 413 ');
  socket.destroy();
});

describe('stopping', () => {
  test('lets what is running come to its end, and takes nothing new', async () => {
    const asked = gate();
    const answer = gate();
    const serving = await start(async () => {
      asked.open();
      await answer.promise;
      return new Response('whole');
    });
    const first = fetch(serving.url);
    await asked.promise;
    const stopped = serving.stop(60_000);
    await expect(fetch(serving.url)).rejects.toThrow('fetch failed');
    answer.open();
    expect(await (await first).text()).toBe('whole');
    await stopped;
  });

  test('ends what does not end by itself when its grace is over', async () => {
    const asked = gate();
    const serving = await start(async () => {
      asked.open();
      return new Promise<Response>(() => {});
    });
    const first = fetch(serving.url).catch(() => 'cut off');
    await asked.promise;
    await serving.stop(1);
    expect(await first).toBe('cut off');
  });
});

describe('a body', () => {
  test('that fails half-way cuts the answer off, and tells the operator alone', async () => {
    const faults: unknown[] = [];
    const lost = new Error('the store has failed');
    const serving = await start(() => {
      let sent = 0;
      const body = new ReadableStream({
        pull(controller) {
          if (sent++ < 3) controller.enqueue(new Uint8Array(100_000));
          else controller.error(lost);
        },
      });
      return new Response(body, { headers: { 'content-type': 'application/octet-stream' } });
    }, faults);
    const answer = await fetch(serving.url);
    await expect(answer.arrayBuffer()).rejects.toThrow('terminated');
    expect(faults).toEqual([lost]);
  });

  test('is made as fast as the client takes it', async () => {
    let made = 0;
    const cancelled = gate();
    const serving = await start(() => {
      const body = new ReadableStream({
        pull(controller) {
          made += 1;
          controller.enqueue(new Uint8Array(1024 * 1024));
        },
        cancel: () => cancelled.open(),
      });
      return new Response(body, { headers: { 'content-type': 'application/octet-stream' } });
    });
    const request = http.get(serving.url, { agent: false });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    response.pause();
    response.destroy();
    await cancelled.promise;
    expect(made).toBeLessThan(64);
  });

  test('that the client does not wait for is ended, and is no fault', async () => {
    const faults: unknown[] = [];
    const asked = gate();
    const cancelled = gate();
    const serving = await start(() => {
      const body = new ReadableStream({
        pull() {
          asked.open();
          return new Promise<void>(() => {});
        },
        cancel: () => cancelled.open(),
      });
      return new Response(body, { headers: { 'content-type': 'application/octet-stream' } });
    }, faults);
    const request = http.get(serving.url, { agent: false }).on('error', () => {});
    await asked.promise;
    request.destroy();
    await cancelled.promise;
    await serving.stop(0);
    expect(faults).toEqual([]);
  });

  test('that is there only after the client has gone is not read', async () => {
    const faults: unknown[] = [];
    const asked = gate();
    const gone = gate();
    const cancelled = gate();
    let read = 0;
    const serving = await start(async ({ signal }) => {
      signal.addEventListener('abort', () => gone.open());
      asked.open();
      await gone.promise;
      const body = new ReadableStream(
        { pull: () => void (read += 1), cancel: () => cancelled.open() },
        { highWaterMark: 0 },
      );
      return new Response(body, { headers: { 'content-type': 'application/octet-stream' } });
    }, faults);
    const request = http.get(serving.url, { agent: false }).on('error', () => {});
    await asked.promise;
    request.destroy();
    await cancelled.promise;
    await serving.stop(0);
    expect([read, faults]).toEqual([0, []]);
  });

  test('that the client gives up ends with an error for whoever reads it', async () => {
    const read = gate<unknown>();
    const first = gate();
    const serving = await start(async (request) => {
      try {
        const reader = request.body?.getReader();
        await reader?.read();
        first.open();
        for (;;) if ((await reader?.read())?.done !== false) break;
        read.open('ended as if it were whole');
      } catch (cause) {
        read.open(cause);
      }
      return new Response('');
    });
    const socket = net.connect(serving.port, '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 400000\r\n\r\n${'half'.repeat(50_000)}`);
    await first.promise;
    socket.destroy();
    expect(await read.promise).toBeInstanceOf(Error);
  });
});

describe('a sender of a body', () => {
  const pace = { grace: 20_000, bytesPerSecond: 1_024 };

  async function sendTo(
    bytes: number,
  ): Promise<{ check(now: number): number; socket: net.Socket; closed: Promise<unknown> }> {
    const received = gate();
    let total = 0;
    const server = http.createServer((incoming) => {
      incoming.on('data', (chunk: Buffer) => {
        total += chunk.length;
        if (total === bytes) received.open();
      });
    });
    const senders = watchSenders(server, pace, () => 0);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => {});
    const closed = once(socket, 'close');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10000000\r\n\r\n');
    socket.write(new Uint8Array(bytes));
    running.push({
      async stop() {
        socket.destroy();
        server.closeAllConnections();
        server.close();
      },
    });
    await received.promise;
    return { check: (now) => senders.check(now), socket, closed };
  }

  test('that trickles is cut off when its grace is over', async () => {
    const sender = await sendTo(10);
    expect(sender.check(19_000)).toBe(0);
    expect(sender.check(30_000)).toBe(1);
    await sender.closed;
  });

  test('that trickles is cut off also while somebody waits for it to come', async () => {
    const server = http.createServer((incoming) => void arrival(incoming));
    const senders = watchSenders(server, pace, () => 0);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = await stalledPost((server.address() as net.AddressInfo).port);
    socket.on('error', () => {});
    const closed = new Promise((resolve) => void socket.once('close', resolve));
    running.push({ stop: async () => server.close() });
    expect(senders.check(30_000)).toBe(1);
    await closed;
  });

  test('on a bad line may take as long as it needs', async () => {
    const sender = await sendTo(2_000_000);
    // 2 MB in ten minutes are 3.3 kB a second.
    expect(sender.check(600_000)).toBe(0);
    expect(sender.check(3_000_000)).toBe(1);
  });
});

describe('the address of a client', () => {
  const from = (remoteAddress: string, forwarded?: string): Parameters<typeof addressOf>[0] =>
    ({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }) as never;

  test('is that of its connection, whatever it says of itself', () => {
    expect(addressOf(from('203.0.113.9', '10.0.0.1'), new Set())).toBe('203.0.113.9');
    expect(addressOf(from('::ffff:203.0.113.9'), new Set())).toBe('203.0.113.9');
  });

  test('is what a trusted proxy says, and not what stands before that', () => {
    const trusted = new Set(['127.0.0.1', '10.0.0.2']);
    expect(addressOf(from('127.0.0.1', '6.6.6.6, 203.0.113.9'), trusted)).toBe('203.0.113.9');
    expect(addressOf(from('::ffff:127.0.0.1', '203.0.113.9, 10.0.0.2'), trusted)).toBe('203.0.113.9');
    expect(addressOf(from('127.0.0.1'), trusted)).toBe('127.0.0.1');
    expect(addressOf(from('127.0.0.1', 'unknown'), trusted)).toBe('127.0.0.1');
  });
});
