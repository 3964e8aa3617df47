import * as z from 'zod/mini';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from './openapi.ts';
import type { Route } from './route.ts';
import { routes } from './routes/table.ts';

type Json = Record<string, unknown>;
const document = openApiDocument(routes, '1.2.3');
const operations = Object.entries(document['paths'] as Record<string, Record<string, Json>>).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
);

/** Every object in a value, with the path to it. */
function* objectsIn(value: unknown, at = ''): Generator<readonly [string, Json]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [at, value as Json];
  for (const [key, inner] of Object.entries(value)) yield* objectsIn(inner, `${at}/${key}`);
}

describe('the OpenAPI document', () => {
  test('has each route once, by a name of its own', () => {
    expect(operations.map(({ name }) => name).toSorted()).toEqual(
      routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)(\{.*\})?/g, '{$1}')}`).toSorted(),
    );
    expect(new Set(operations.map(({ operation }) => operation['operationId'])).size).toBe(routes.length);
  });

  test('declares every name that stands in a path', () => {
    for (const { name, operation } of operations) {
      const parameters = (operation['parameters'] ?? []) as { name: string; in: string }[];
      const declared = parameters
        .filter((parameter) => parameter.in === 'path')
        .map((parameter) => `{${parameter.name}}`);
      expect([name, ...declared]).toEqual([name, ...(name.match(/\{\w+\}/g) ?? [])]);
    }
  });

  test('refers to nothing that is not in it', () => {
    for (const [at, { $ref }] of objectsIn(document)) {
      if (typeof $ref !== 'string') continue;
      const target = $ref
        .slice(2)
        .split('/')
        .reduce((inner: unknown, key) => (inner as Json)[key], document);
      expect([at, typeof target]).toEqual([at, 'object']);
    }
  });

  test('says of every value what it is', () => {
    const { schemas } = document['components'] as { schemas: Json };
    const parameters = operations.map(({ operation }) => operation['parameters'] ?? []);
    const vague = [...objectsIn({ schemas, parameters })]
      .filter(([at]) => /\/(?:items|schema|properties\/[^/]+|schemas\/[^/]+)$/.test(at))
      .filter(([, schema]) => !['type', '$ref', 'anyOf', 'enum', 'const'].some((key) => key in schema));
    expect(vague).toEqual([]);
  });

  test('takes no field in a request that has no meaning, and any in an answer: a gateway may be newer than a client', () => {
    const isClosed = (schema: z.ZodMiniType): boolean[] =>
      [...objectsIn(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))]
        .filter(([, { properties }]) => properties !== undefined)
        .map(([, { additionalProperties }]) => additionalProperties === false);
    const bodies = routes.map(({ body }) => body).filter((body) => typeof body === 'object');
    const answers = routes.map(({ answer }) => answer).filter((answer) => typeof answer === 'object');
    expect(new Set(bodies.flatMap(isClosed))).toEqual(new Set([true]));
    expect(new Set(answers.flatMap(isClosed))).toEqual(new Set([false]));
  });

  test('says who may call what', () => {
    const of = (name: string): unknown => operations.find((each) => each.name === name)?.operation['security'];
    expect(of('GET /_status')).toEqual([{}, { masterKey: [] }]);
    expect(of('GET /_pull')).toEqual([{ masterKey: [] }]);
    expect(of('GET /tenants')).toEqual([{ masterKey: [] }]);
  });

  test('describes values by the schemas that they are validated with', () => {
    const route: Route = {
      method: 'POST',
      path: '/x/:id/:rest{.+}',
      summary: 'Try.',
      access: 'operator',
      params: { id: z.string().check(z.maxLength(3)), rest: z.string() },
      query: { page: z.optional(z.string()), size: z.string() },
      body: z.strictObject({ a: z.int().check(z.minimum(1)) }),
      answer: z.strictObject({ b: z.boolean() }),
      status: 201,
      handle: () => new Response(),
    };
    expect(openApiDocument([route], '1')['paths']).toMatchObject({
      '/x/{id}/{rest}': {
        post: {
          operationId: 'postXIdRest',
          parameters: [
            { name: 'id', in: 'path', required: true, schema: { type: 'string', maxLength: 3 } },
            { name: 'rest', in: 'path', required: true },
            { name: 'page', in: 'query', required: false },
            { name: 'size', in: 'query', required: true },
          ],
          requestBody: {
            content: { 'application/json': { schema: { required: ['a'], additionalProperties: false } } },
          },
          responses: {
            201: { content: { 'application/json': { schema: { properties: { b: { type: 'boolean' } } } } } },
            403: {},
          },
        },
      },
    });
  });
});
