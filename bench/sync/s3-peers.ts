// Two clients that put each file into a bucket of an S3 server as it is.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { startRadosgw } from '../../test/gateway/radosgw.ts';
import type { S3Access } from '../../test/gateway/s3-server.ts';
import type { Command } from '../timing.ts';

import { changeSome } from './files.ts';
import type { Place, Round, Way } from './way.ts';

export type S3 = S3Access;

/** The S3 server of the tests, and a user of it; ended by `stop`. */
export const startS3 = startRadosgw;

/** How two folders are made the same by one program; either may be `bucket/<name>`. */
type Carry = (title: string, from: string, to: string) => Command;

const inBucket = (name: string): string => `bucket/${name}`;

function rclone({ endpoint, accessKeyId, secretAccessKey }: S3): Carry {
  const remote = `:s3,provider=Ceph,endpoint="${endpoint}",access_key_id=${accessKeyId},secret_access_key=${secretAccessKey}:`;
  const place = (name: string): string => (name.startsWith('bucket/') ? `${remote}rclone-${name.slice(7)}` : name);
  // Without these it opens four files at a time and looks at each of them twice.
  const tuned = [
    '--transfers=32',
    '--checkers=32',
    '--fast-list',
    '--s3-no-head',
    '--s3-no-check-bucket=false',
    '--use-mmap',
  ];
  return (title, from, to) => ({
    name: `rclone, ${title}`,
    command: 'rclone',
    args: ['sync', '--config=/dev/null', '-q', ...tuned, place(from), place(to)],
    // A bundle of certificates that is set for other programs keeps rclone from starting.
    env: { AWS_CA_BUNDLE: '' },
  });
}

function awsSdk({ endpoint, accessKeyId, secretAccessKey }: S3): Carry {
  const program = path.join(import.meta.dirname, '../peers/s3-copy.mjs');
  return (title, from, to) => ({
    name: `aws-sdk, ${title}`,
    command: process.execPath,
    args: [program, from.replace('bucket/', 's3:aws-'), to.replace('bucket/', 's3:aws-')],
    env: { S3_ENDPOINT: endpoint, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
  });
}

function wayOf(name: string, carry: Carry, { dir, files, count }: Place): Way {
  return {
    name,
    async begin(round): Promise<Round> {
      const [source, target] = [path.join(dir, `${name}-source-${round}`), path.join(dir, `${name}-target-${round}`)];
      const bucket = inBucket(`bench-${round}`);
      fs.cpSync(files, source, { recursive: true, preserveTimestamps: true });
      fs.mkdirSync(target, { recursive: true });
      const again = carry('1 % more', source, bucket);
      return {
        firstPush: carry('first push', source, bucket),
        noChange: carry('no change', source, bucket),
        pushSome: { ...again, before: () => changeSome(source, count, 2 * round) },
        fullPull: carry('full pull', bucket, target),
        pullSome: {
          ...carry('pull of 1 %', bucket, target),
          before() {
            changeSome(source, count, 2 * round + 1);
            execFileSync(again.command, again.args, { env: { ...process.env, ...again.env }, stdio: 'ignore' });
          },
        },
      };
    },
  };
}

export function s3Peers(s3: S3, place: Place): Way[] {
  return [wayOf('rclone', rclone(s3), place), wayOf('aws-sdk', awsSdk(s3), place)];
}
