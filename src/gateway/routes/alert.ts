import { alertAnswer, alertRequest } from '../../sync/wire/messages.ts';
import { noteAlert } from '../access/alerts.ts';
import { jsonRoute } from '../json-route.ts';
import type { Route } from '../route.ts';

export const alertRoutes: readonly Route[] = [
  jsonRoute({
    method: 'POST',
    path: '/_alert',
    summary:
      'Note an alert: one of a tenant for each cause and hour. A new one is forwarded to the webhook of the operator.',
    access: 'member',
    body: alertRequest,
    answer: alertAnswer,
    answerTo: ({ home, caller, body }) => noteAlert(home, { ...body, tenant: caller.tenant }),
  }),
];
