import type * as z from 'zod/mini';
import type { Call, Caller, Route } from './route.ts';

interface JsonRoute<Body extends z.ZodMiniType, Answer extends z.ZodMiniType> extends Omit<
  Route,
  'access' | 'body' | 'answer' | 'handle'
> {
  /** The door lets nobody in without a key: the handler has a caller. */
  readonly access: 'member' | 'operator';
  readonly body?: Body;
  readonly answer: Answer;
  readonly answerTo: (call: Call<z.infer<Body>> & { readonly caller: Caller }) => Promise<z.infer<Answer>>;
}

/** A row whose body and answer are JSON, typed by its schemas. */
export function jsonRoute<Body extends z.ZodMiniType, Answer extends z.ZodMiniType>({
  answerTo,
  ...row
}: JsonRoute<Body, Answer>): Route {
  return {
    ...row,
    async handle(call) {
      const { caller } = call;
      if (caller === undefined) throw new Error(`${row.path} was called without a caller`);
      // The body was validated by the schema it is typed by.
      return Response.json(await answerTo({ ...call, body: call.body as z.infer<Body>, caller }));
    },
  };
}
