// Makes a folder and a bucket the same with the AWS SDK, 16 requests at a time: `s3-copy.mjs <from> <to>`, one of them `s3:<bucket>`.
// What has the same size and MD5 on both sides is left alone.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';

const [from, to] = process.argv.slice(2);
const client = new S3Client({
  endpoint: process.env.S3_ENDPOINT,
  region: 'us-east-1',
  forcePathStyle: true,
  requestHandler: new NodeHttpHandler({ httpAgent: new http.Agent({ keepAlive: true, maxSockets: 16 }) }),
});
const upload = to.startsWith('s3:');
const Bucket = (upload ? to : from).slice('s3:'.length);
const folder = upload ? from : to;

const md5 = (file) => createHash('md5').update(readFileSync(file)).digest('hex');
const local = new Set(
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))),
);
if (upload) await client.send(new CreateBucketCommand({ Bucket }));
const remote = new Map();
for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket }))
  for (const { Key, ETag } of Contents) remote.set(Key, ETag.replaceAll('"', ''));

const same = (name) => local.has(name) && remote.get(name) === md5(path.join(folder, name));
const wanted = [...(upload ? local : remote.keys())].filter((name) => !same(name));

async function worker() {
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const file = path.join(folder, name);
    if (upload) {
      await client.send(new PutObjectCommand({ Bucket, Key: name, Body: readFileSync(file) }));
    } else {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: name }));
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, await Body.transformToByteArray());
    }
  }
}
await Promise.all(Array.from({ length: 16 }, worker));
