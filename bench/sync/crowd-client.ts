// Many tenants that pull at once, and within some seconds, from one process: reads `{"url","keys","seconds"}` on stdin, prints
// `{"alone","crowd","spread","errors"}` in milliseconds.
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { numbers } from '../corpus.ts';

interface Work {
  readonly url: string;
  readonly keys: readonly string[];
  readonly seconds: number;
}
const { url, keys, seconds } = JSON.parse(await text(process.stdin)) as Work;
let errors = 0;

/** One pull over a connection of its own, to its last byte. */
async function pull(key: string): Promise<number> {
  const start = performance.now();
  await new Promise<void>((resolve) => {
    const failed = (): void => {
      errors += 1;
      resolve();
    };
    const headers = { authorization: `Bearer ${key}` };
    const request = http.get(
      `${url}/_pull?repo=os&since=0&scope=state&accept=zstd`,
      { agent: false, headers },
      (response) => {
        if (response.statusCode !== 200) errors += 1;
        response.resume().once('end', resolve).once('error', failed);
      },
    );
    request.once('error', failed);
  });
  return performance.now() - start;
}

const alone: number[] = [];
for (const key of keys.slice(0, 200)) alone.push(await pull(key));
const crowd = await Promise.all(keys.map(pull));
const random = numbers(keys.length);
const spread = await Promise.all(
  keys.map(async (key) => {
    await sleep(random() * seconds * 1_000);
    return pull(key);
  }),
);
process.stdout.write(JSON.stringify({ alone, crowd, spread, errors }));
