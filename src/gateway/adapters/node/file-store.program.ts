import { writeSync } from 'node:fs';
import { openFileStore } from './file-store.ts';

// A program for tests. `put <root> <bytes>` puts one object, and prints what is said where the disk takes no more;
// `hang <root>` has put one and is in the midst of another when it prints `half`, and never comes to its end.
const [what, root = '', size = '0'] = process.argv.slice(2);
const store = await openFileStore(root);
if (what === 'put') {
  const said = await store.put('packs/large', new Uint8Array(Number(size))).then(
    () => 'kept',
    (cause: unknown) => String(cause),
  );
  writeSync(1, `${said}\n`);
} else {
  await store.put('packs/kept', new Uint8Array(100_000));
  const pieces = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        controller.enqueue(new Uint8Array(10_000));
      },
    },
    { highWaterMark: 0 },
  );
  let given = 0;
  const slow = new TransformStream<Uint8Array, Uint8Array>({
    async transform(chunk, controller) {
      controller.enqueue(chunk);
      given += chunk.length;
      if (given < 50_000) return;
      writeSync(1, 'half\n');
      await new Promise(() => setInterval(() => {}, 60_000));
    },
  });
  await store.putStream('packs/half', pieces.pipeThrough(slow), 100_000);
}
