import type { Route } from '../route.ts';

export const wellKnownRoutes: readonly Route[] = [];
