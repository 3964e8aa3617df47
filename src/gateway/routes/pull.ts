import * as z from 'zod/mini';
import { contentType } from '../../sync/wire/frames.ts';
import { pullDocument, repoName, sinceText } from '../../sync/wire/messages.ts';
import type { Repo } from '../../sync/wire/names.ts';
import { answerBody } from '../content/answer.ts';
import { makePull } from '../content/pull.ts';
import { parseSince } from '../content/since.ts';
import { GatewayProblem } from '../problem.ts';
import type { Route } from '../route.ts';

const pull: Route = {
  method: 'GET',
  path: '/_pull',
  summary: 'What has changed since a revision, in all tiers that the key may read.',
  access: 'member',
  query: {
    repo: repoName,
    since: sinceText,
    /** Of which files the contents come along; all are listed. */
    scope: z.optional(z.enum(['state', 'all'])),
    /** `zstd` where the client reads it; gzip it always does. */
    accept: z.optional(z.enum(['gzip', 'zstd'])),
    /** `none`: the document alone; `list`: that as JSON, for a person to read. */
    contents: z.optional(z.enum(['all', 'none', 'list'])),
  },
  answer: contentType,
  json: pullDocument,
  async handle({ home, caller, query }) {
    if (caller === undefined) throw new GatewayProblem('unknown_key', 'a pull needs a key');
    const takesZstd = query['accept'] === 'zstd';
    const pulled = await makePull(home, caller, {
      repo: query['repo'] as Repo,
      since: parseSince(query['since'] ?? '0'),
      scope: query['scope'] === 'all' ? 'all' : 'state',
      takesZstd,
      contents: query['contents'] === undefined || query['contents'] === 'all',
    });
    if (query['contents'] === 'list') return Response.json(pulled.document);
    const body = await answerBody(home, pulled, takesZstd);
    const length = body instanceof Uint8Array ? { 'content-length': String(body.length) } : {};
    return new Response(body, { headers: { 'content-type': contentType, ...length } });
  },
};

export const pullRoutes: readonly Route[] = [pull];
