import * as z from 'zod/mini';
import { limits } from '../../sync/wire/limits.ts';
import { blobsAnswer, blobsRequest, repoName, tierName } from '../../sync/wire/messages.ts';
import { sha256Pattern } from '../../sync/wire/names.ts';
import type { Repo, Tier } from '../../sync/wire/names.ts';
import { countAsked } from '../access/asked-blobs.ts';
import { auditStatement } from '../access/audit.ts';
import { stillMayWrite } from '../access/write-right.ts';
import { addressOfBlob, needsNoSending, receiveBlob } from '../content/blobs.ts';
import { readHead, readRevision } from '../content/heads.ts';
import { blobKey } from '../content/keys.ts';
import { readManifest } from '../content/manifests.ts';
import { mapFew } from '../content/map-few.ts';
import { reach } from '../content/reach.ts';
import { openFile } from '../content/read-file.ts';
import { readUploadToken } from '../content/upload-token.ts';
import { jsonRoute } from '../json-route.ts';
import { GatewayProblem } from '../problem.ts';
import { addressOf, bodyOf } from '../read-request.ts';
import type { Route } from '../route.ts';

const sha256 = z.string().check(z.regex(sha256Pattern));

const ask = jsonRoute({
  method: 'POST',
  path: '/_blobs',
  summary: 'Ask where to put large files of a push; those that are there already have no address.',
  access: 'member',
  body: blobsRequest,
  answer: blobsAnswer,
  async answerTo({ home, caller, body: { repo, tier, blobs }, request }) {
    const place = reach(caller, repo, tier, 'write');
    const { tenant } = caller;
    const isKept = await mapFew(blobs, (blob) => needsNoSending(home, place, blob));
    const missing = new Set(blobs.filter((_, index) => isKept[index] === false));
    await countAsked(
      home,
      tenant,
      Array.from(missing, (blob) => ({ key: blobKey(repo, place.tier, blob.sha256), size: blob.size })),
    );
    const answered = await mapFew(blobs, async (blob) =>
      missing.has(blob)
        ? {
            sha256: blob.sha256,
            put: await addressOfBlob(home, { place, blob, tenant }, addressOf({ home, request })),
          }
        : { sha256: blob.sha256 },
    );
    return { blobs: answered };
  },
});

const put: Route = {
  method: 'PUT',
  path: '/_blobs/up/:token',
  summary: 'Put a large file to the address that was given for it.',
  access: 'public',
  params: { token: z.string().check(z.maxLength(512)) },
  body: 'bytes',
  answer: z.object({ sha256 }),
  status: 201,
  async handle({ home, request, params }) {
    // An address holds for an hour, and a right to write may end before that.
    const upload = await readUploadToken(home, params['token'] ?? '');
    if (upload === undefined || !(await stillMayWrite(home, upload.tenant, upload.place.tier))) {
      throw new GatewayProblem('not_found', 'nothing can be put here, or no longer: ask again');
    }
    const { place, blob, tenant } = upload;
    const body = bodyOf(request, Math.min(blob.size, limits.file));
    await receiveBlob(home, place, blob, body);
    const done = { action: 'blob.put', subject: `${place.repo} ${place.tier}`, outcome: 'done' } as const;
    await home.ledger.batch([auditStatement({ ts: home.platform.now(), tenant, ...done, detail: { ...blob } })]);
    return Response.json({ sha256: blob.sha256 }, { status: 201 });
  },
};

const get: Route = {
  method: 'GET',
  path: '/_blobs/:repo/:tier/:sha256',
  summary: 'The content of a file of a tier, as it is or was at a revision.',
  access: 'member',
  params: { repo: repoName, tier: tierName, sha256 },
  query: { rev: z.optional(z.string().check(z.regex(/^\d{1,15}$/))) },
  answer: 'application/octet-stream',
  async handle({ home, caller, params, query }) {
    const place = reach(caller, params['repo'] as Repo, params['tier'] as Tier, 'read');
    const rev = query['rev'];
    const head = await (rev === undefined ? readHead(home, place) : readRevision(home, place, Number(rev)));
    const manifest = await readManifest(home, place, head.manifest);
    const file = manifest.files.find((entry) => entry.sha256 === params['sha256']);
    if (file === undefined) throw new GatewayProblem('not_found', 'no file of this tier has that content');
    const body = await openFile(home, place, manifest, file);
    return new Response(body instanceof Uint8Array ? new Uint8Array(body) : body, {
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(file.size),
        'content-disposition': 'attachment',
        // Whatever a tenant has put here, a browser shows none of it.
        'content-security-policy': "sandbox; default-src 'none'",
      },
    });
  },
};

export const blobsRoutes: readonly Route[] = [ask, put, get];
