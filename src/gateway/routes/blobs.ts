import type { Route } from '../route.ts';

export const blobsRoutes: readonly Route[] = [];
