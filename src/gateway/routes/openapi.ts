import type { Home } from '../ports.ts';
import { openApiDocument } from '../openapi.ts';
import type { Route } from '../route.ts';

/** The description of all routes, which this one is among: hence a function. Made once for each home. */
export function openApiRoutes(all: () => readonly Route[]): readonly Route[] {
  const made = new WeakMap<Home, string>();
  return [
    {
      method: 'GET',
      path: '/openapi.json',
      summary: 'This document.',
      access: 'public',
      answer: 'application/json',
      handle({ home }) {
        const text = made.get(home) ?? JSON.stringify(openApiDocument(all(), home.config.version));
        made.set(home, text);
        return new Response(text, { headers: { 'content-type': 'application/json', 'cache-control': 'max-age=3600' } });
      },
    },
  ];
}
