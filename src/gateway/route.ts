import type * as z from 'zod/mini';
import type { Grants, Role } from '../sync/wire/messages.ts';
import type { Home } from './ports.ts';

/** Who asks, once the key was proved. */
export interface Caller {
  readonly tenant: string;
  readonly role: Role;
  readonly grants: Grants;
  /** The id of the key that it has asked with. */
  readonly keyId: string;
}

/** What a handler is given: validated words of the request, and the world. */
export interface Call<Body = unknown> {
  readonly request: Request;
  readonly home: Home;
  /** Absent on routes that anybody may call without a key, and did. */
  readonly caller: Caller | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Body;
  /** Where the request came from, as the home knows it; for limits. */
  readonly address: string;
}

/** Who may call a route: everybody; whoever has a key; the operator. */
export type Access = 'public' | 'member' | 'operator';

/** One row of the gateway's routes: the app and the OpenAPI document are made from these alone. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** In Hono's form: `/teams/:slug/members`. A last `:path{.+}` takes slashes too. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly params?: Readonly<Record<string, z.ZodMiniType>>;
  readonly query?: Readonly<Record<string, z.ZodMiniType>>;
  /** Of a JSON body; `pack` is a body of `src/sync/wire/frames.ts`, `bytes` any: the handler reads and bounds these itself. */
  readonly body?: z.ZodMiniType | 'pack' | 'bytes';
  /** Of a JSON answer; others name their media type. */
  readonly answer: z.ZodMiniType | string;
  /** The schema of the same as JSON, of a route that has another media type and can be asked for this. */
  readonly json?: z.ZodMiniType;
  readonly status?: number;
  /** Answers of other statuses that are no problem documents, each with its media type, if it has a body. */
  readonly others?: Readonly<Record<number, string | undefined>>;
  handle(call: Call): Promise<Response> | Response;
}
