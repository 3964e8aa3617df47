import { inject } from 'vitest';
import { makeS3Store } from '../../src/gateway/adapters/s3/store.ts';
import { describeStore } from '../../src/gateway/adapters/test-store-contract.ts';
import { makeBucket } from './s3-server.ts';

const s3 = inject('s3');
const bucket = makeBucket(s3, 'contract');
describeStore('S3', async () => makeS3Store(await bucket));
