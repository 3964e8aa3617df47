import * as z from 'zod/mini';
import { contentType } from '../sync/wire/frames.ts';
import { signedHead } from '../sync/wire/head-schema.ts';
import * as messages from '../sync/wire/messages.ts';
import { tierPattern } from '../sync/wire/names.ts';
import { problems } from './problem.ts';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;

const problemType = 'application/problem+json';
const refTo = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

/** The schemas that have a name of their own in the document: all that a client and a gateway say to each other. */
function namedSchemas(): ReadonlyMap<z.ZodMiniType, string> {
  const names = new Map<z.ZodMiniType, string>();
  // In an order of our own: bundlers disagree on that of the exports of a module.
  const all = Object.entries({ signedHead, ...messages }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, schema] of all) {
    if (schema instanceof z.ZodMiniType) names.set(schema, capital(name));
  }
  return names;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** What JSON Schema has no word for. */
function override({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodType; jsonSchema: Json }): void {
  if (zodSchema === messages.tierName) Object.assign(jsonSchema, { type: 'string', pattern: tierPattern.source });
  if (zodSchema === messages.problem) {
    const { properties } = jsonSchema as { properties: Json };
    properties['code'] = { type: 'string', enum: Object.keys(problems) };
  }
}

const options = {
  io: 'input',
  // Said by hand above; what is not is a mistake, and the test of the document finds an empty schema.
  unrepresentable: 'any',
  override,
} as const;

function components(named: ReadonlyMap<z.ZodMiniType, string>): Json {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of named) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { ...options, uri: (id) => `#/components/schemas/${id}` });
  const sorted = Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, schema]) => [name, plain(schema as Json)]));
}

/** Without what says where a schema stands by itself. */
function plain({ $schema: _schema, $id: _id, id: _name, ...schema }: Json): Json {
  return schema;
}

/**
 * The OpenAPI 3.1 document of a gateway: made of the rows that it answers by, so that it cannot say anything else. The same
 * rows give the same document, with its parts in the same order.
 */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const named = namedSchemas();
  const schemaOf = (schema: z.ZodMiniType): Json => {
    const name = named.get(schema);
    return name === undefined ? plain(z.toJSONSchema(schema, options) as Json) : refTo(name);
  };
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)(?:\{[^}]*\})?/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, schemaOf) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'snappy-os gateway',
      version,
      description: 'Carries skills between machines, people and teams. Written by `npm run generate` from the routes.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    components: {
      securitySchemes: {
        masterKey: { type: 'http', scheme: 'bearer', description: "A tenant's master key." },
      },
      responses: {
        Problem: {
          description: 'A refusal or a failure (RFC 9457). What a key may not see is answered as what is not there.',
          content: { [problemType]: { schema: refTo('Problem') } },
        },
      },
      schemas: components(named),
    },
  };
}

type SchemaOf = (schema: z.ZodMiniType) => Json;

const callers: Readonly<Record<Route['access'], string>> = {
  public: 'For everybody; a key that is sent must be right.',
  member: 'For whoever has a key.',
  operator: "For the operator's key alone.",
};

function operation(route: Route, schemaOf: SchemaOf): Json {
  const { access, answer, body, json = answer, others = {} } = route;
  const parameters = [
    ...parametersOf('path', route.params ?? {}, schemaOf),
    ...parametersOf('query', route.query ?? {}, schemaOf),
  ];
  const content = {
    ...(typeof answer === 'string' ? { [answer]: {} } : {}),
    ...(typeof json === 'string' ? {} : { 'application/json': { schema: schemaOf(json) } }),
  };
  const refused = access === 'public' ? [] : access === 'member' ? ['401'] : ['401', '403'];
  const problemOf = { $ref: '#/components/responses/Problem' };
  return {
    operationId: operationId(route),
    summary: route.summary,
    description: callers[access],
    security: access === 'public' ? [{}, { masterKey: [] }] : [{ masterKey: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: bodyOf(body, schemaOf) }),
    responses: {
      [String(route.status ?? 200)]: { description: 'Done.', content },
      ...Object.fromEntries(Object.entries(others).map(([status, mediaType]) => [status, otherAnswer(mediaType)])),
      ...Object.fromEntries([...refused, '429', 'default'].map((status) => [status, problemOf])),
    },
  };
}

function otherAnswer(mediaType: string | undefined): Json {
  if (mediaType === undefined) return { description: 'It is as the client has it.' };
  return { description: 'It is not there, or no longer.', content: { [mediaType]: {} } };
}

/** `GET /teams/:slug` is `getTeamsSlug`. */
function operationId({ method, path }: Route): string {
  const words = path.replace(/\{[^}]*\}/g, '').split(/[^A-Za-z0-9]+/);
  return method.toLowerCase() + words.map(capital).join('');
}

function parametersOf(
  where: 'path' | 'query',
  schemas: Readonly<Record<string, z.ZodMiniType>>,
  schemaOf: SchemaOf,
): Json[] {
  return Object.entries(schemas).map(([name, schema]) => ({
    name,
    in: where,
    required: where === 'path' || !schema.safeParse(undefined).success,
    schema: schemaOf(schema),
  }));
}

const packBody = `Frames, then the document (\`PushDocument\`; a part has none), as src/sync/wire/frames.ts lays them out.`;

function bodyOf(body: NonNullable<Route['body']>, schemaOf: SchemaOf): Json {
  if (body === 'pack') return { required: true, description: packBody, content: { [contentType]: {} } };
  if (body === 'bytes') return { required: true, content: { 'application/octet-stream': {} } };
  return { required: true, content: { 'application/json': { schema: schemaOf(body) } } };
}
