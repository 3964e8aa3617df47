// A proxy before `target` that counts requests and the bytes of bodies; `GET /-/traffic` tells, and begins anew. With `signed`
// it counts only what has its signature in the address, as a client's requests to a store do.
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

const [target = '', which] = process.argv.slice(2);
let traffic = { requests: 0, bytes: 0 };

const server = http.createServer((request, response) => {
  const { method, url = '/', headers } = request;
  if (url === '/-/traffic') {
    response.end(JSON.stringify(traffic));
    traffic = { requests: 0, bytes: 0 };
    return;
  }
  const counted = which !== 'signed' || url.includes('X-Amz-Signature=');
  if (counted) traffic.requests += 1;
  const count = (chunk: Buffer): void => {
    if (counted) traffic.bytes += chunk.length;
  };
  const { hostname, port } = new URL(target);
  // With the host that the client has asked for: the store's signatures are made for it.
  const onward = http.request({ hostname, port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on('data', count).pipe(response);
  });
  onward.once('error', () => response.destroy());
  request.on('data', count).pipe(onward);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
