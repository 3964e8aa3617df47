import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import type { Duplex } from 'node:stream';

/** For gateway.example, store.example, proxy.example and 203.0.113.5, until 2126; signed by itself. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIB1DCCAXmgAwIBAgIUasf1Y8woGPtPNcCWs3QghaH3MW0wCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPZ2F0ZXdheS5leGFtcGxlMCAXDTI2MTEyMjAzMjMwNloYDzIx
MjYxMDI5MDMyMzA2WjAaMRgwFgYDVQQDDA9nYXRld2F5LmV4YW1wbGUwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAARb+cJ9a3TWPCtJ/shb0W6lWLEpr9CFUj9WZewA
2L5vP48y+AoxItSuQ25hz0NnRsqFshaz6ex8RSqCSJlC58SRo4GaMIGXMB0GA1Ud
DgQWBBSEtZanAgW7hA+agE1mM5Yd6RwVGzAfBgNVHSMEGDAWgBSEtZanAgW7hA+a
gE1mM5Yd6RwVGzAPBgNVHRMBAf8EBTADAQH/MEQGA1UdEQQ9MDuCD2dhdGV3YXku
ZXhhbXBsZYINc3RvcmUuZXhhbXBsZYINcHJveHkuZXhhbXBsZYcEfwAAAYcEywBx
BTAKBggqhkjOPQQDAgNJADBGAiEA9HG1OJKyDHRRJQpJpjs5m1fIonCR6+S/oMP+
hd5DOt8CIQCGYoIFerijmLYemMleguNG+NSa5MjCaUmovd9f6n0EYw==
-----END CERTIFICATE-----
`;
const privateKey = createPrivateKey({
  key: Buffer.from(
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+TtiDsdxmziICj04zj/n9qisi311QRJQ/f1PTl9wsuWhRANCAARb+cJ9a3TWPCtJ/shb0W6lWLEpr9CFUj9WZewA2L5vP48y+AoxItSuQ25hz0NnRsqFshaz6ex8RSqCSJlC58SR',
    'base64',
  ),
  format: 'der',
  type: 'pkcs8',
}).export({ format: 'pem', type: 'pkcs8' });

const servers: http.Server[] = [];
const lines = new Set<Duplex>();

/** Listens on loopback until `closeServers`; gives the port. */
export async function listen(handle: http.RequestListener, protocol: 'http:' | 'https:'): Promise<number> {
  const server =
    protocol === 'http:'
      ? http.createServer(handle)
      : https.createServer({ key: privateKey, cert: certificate }, handle);
  return start(server);
}

async function start(server: http.Server): Promise<number> {
  servers.push(server);
  server.on('connection', (line: Duplex) => {
    lines.add(line);
    line.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export async function closeServers(): Promise<void> {
  for (const line of lines) line.destroy();
  lines.clear();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => void server.close(resolve))));
}

/** A proxy on loopback. */
export interface TestProxy {
  readonly port: number;
  /** The first line of each request, and who it said asks. */
  readonly asked: (readonly [request: string, authorization: string | undefined])[];
  /** What it answers in the place of leading on; nothing more is sent. */
  refuse: ((line: Duplex) => void) | undefined;
}

/** A proxy that leads every name and port to one port of loopback. */
export async function serveProxy(to: number, protocol: 'http:' | 'https:' = 'http:'): Promise<TestProxy> {
  const asked: TestProxy['asked'] = [];
  const note = ({ method, url, headers }: http.IncomingMessage): void =>
    void asked.push([`${method} ${url}`, headers['proxy-authorization']]);
  const forward: http.RequestListener = (request, response) => {
    note(request);
    if (proxy.refuse !== undefined) return proxy.refuse(request.socket);
    const { pathname, search } = new URL(request.url ?? '');
    const { 'proxy-authorization': _, ...headers } = request.headers;
    const { method } = request;
    const onward = http.request({ host: '127.0.0.1', port: to, method, path: `${pathname}${search}`, headers });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  };
  const server =
    protocol === 'http:'
      ? http.createServer(forward)
      : https.createServer({ key: privateKey, cert: certificate }, forward);
  server.on('connect', (request: http.IncomingMessage, line: Duplex) => {
    note(request);
    if (proxy.refuse !== undefined) return proxy.refuse(line);
    const onward = net.connect(to, '127.0.0.1', () => line.write('HTTP/1.1 200 Connection established\r\n\r\n'));
    onward.on('error', () => {});
    lines.add(onward);
    line.pipe(onward).pipe(line);
  });
  const proxy: TestProxy = { port: await start(server), asked, refuse: undefined };
  return proxy;
}
