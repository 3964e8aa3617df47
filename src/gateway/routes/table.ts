import type { Route } from '../route.ts';
import { alertRoutes } from './alert.ts';
import { blobsRoutes } from './blobs.ts';
import { inviteRoutes } from './invites.ts';
import { keyRoutes } from './keys.ts';
import { openApiRoutes } from './openapi.ts';
import { pullRoutes } from './pull.ts';
import { pushRoutes } from './push.ts';
import { statusRoutes } from './status.ts';
import { teamRoutes } from './teams.ts';
import { tenantRoutes } from './tenants.ts';
import { wellKnownRoutes } from './well-known.ts';

/** Every route of the gateway, in the order of the OpenAPI document. */
export const routes: readonly Route[] = [
  ...pushRoutes,
  ...pullRoutes,
  ...blobsRoutes,
  ...wellKnownRoutes,
  ...statusRoutes,
  ...alertRoutes,
  ...inviteRoutes,
  ...tenantRoutes,
  ...keyRoutes,
  ...teamRoutes,
  ...openApiRoutes(() => routes),
];
