import type { Route } from '../route.ts';

export const pullRoutes: readonly Route[] = [];
