import type { Route } from '../route.ts';

export const inviteRoutes: readonly Route[] = [];
