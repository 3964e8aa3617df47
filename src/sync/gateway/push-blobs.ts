import fs from 'node:fs';
import path from 'node:path';
import type * as z from 'zod/mini';
import { SnappyError } from '../../core/errors.ts';
import { limits } from '../wire/limits.ts';
import { blobsAnswer } from '../wire/messages.ts';
import type { Gateway } from './connection.ts';
import type { PlannedFile } from './plan-push.ts';
import { isBlob } from './push-gather.ts';
import type { TierPush } from './push-document.ts';
import { askAddress, askJson, readAll } from './request.ts';

/** The bytes of a file, of which there must be as many as was said: else the line would wait for what never comes. */
async function* bytesOf(file: string, size: number): AsyncGenerator<Uint8Array> {
  let left = size;
  for await (const piece of fs.createReadStream(file, { end: Math.max(0, size - 1) })) {
    left -= (piece as Buffer).length;
    yield piece as Buffer;
  }
  if (left === 0) return;
  throw new SnappyError('failure', `${file} was changed while it was sent`, { hint: 'run this again' });
}

const blobsAtOnce = 100;

/** Where a large file goes, and the headers that it goes with. */
type Place = NonNullable<z.infer<typeof blobsAnswer>['blobs'][number]['put']>;

/** Puts the large files where the gateway wants them. What it has already is not sent. */
export async function sendBlobs({ gateway, root, repo, plan }: TierPush): Promise<void> {
  const bySha = new Map(plan.files.filter(isBlob).map((file) => [file.sha256, file]));
  const all = [...bySha.values()];
  for (let at = 0; at < all.length; at += blobsAtOnce) {
    const blobs = all.slice(at, at + blobsAtOnce).map(({ sha256, size }) => ({ sha256, size }));
    const { blobs: places } = await askJson(
      gateway,
      { method: 'POST', path: '/_blobs', json: { repo, tier: plan.tier, blobs }, idempotent: true },
      blobsAnswer,
      limits.json * 16,
    );
    for (const { sha256, put } of places) {
      const file = bySha.get(sha256);
      if (put !== undefined && file !== undefined) await sendBlob(gateway, path.join(root, file.path), file, put);
    }
  }
}

async function sendBlob(
  gateway: Gateway,
  absolute: string,
  { size }: PlannedFile,
  { url, headers }: Place,
): Promise<void> {
  const answer = await askAddress(gateway, url, {
    method: 'PUT',
    headers: { ...headers, 'content-length': String(size) },
    body: () => bytesOf(absolute, size),
  });
  await readAll(answer, limits.json);
}
