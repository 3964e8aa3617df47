import type { Home } from '../ports.ts';
import { auditStatement, auditWhen } from './audit.ts';
import { limitsOf, secondsLeft, tooMany } from './limits.ts';

export interface Alert {
  readonly tenant: string;
  readonly cause: string;
  readonly message?: string | undefined;
}

const hourLong = 60 * 60 * 1_000;
const webhookTimeout = 10_000;

/**
 * Notes an alert: one for a cause, an hour (UTC) and a tenant; `noted` is false for a repeated one. A new one goes to the
 * configured webhook after the answer. Throws 429 for one beyond the limit of an hour: nobody is to think that it was taken.
 */
export async function noteAlert(home: Home, alert: Alert): Promise<{ noted: boolean; forwarded: boolean }> {
  const { tenant, cause, message } = alert;
  const now = home.platform.now();
  const hour = now.toISOString().slice(0, 13);
  const isNew = {
    sql: `NOT EXISTS (SELECT 1 FROM alerts WHERE cause = ? AND hour = ? AND tenant = ?)
      AND (SELECT COUNT(*) FROM alerts WHERE hour = ? AND tenant = ?) < ?`,
    values: [cause, hour, tenant, hour, tenant, limitsOf(home).tenantAlerts],
  };
  const results = await home.ledger.batch([
    auditWhen({ ts: now, tenant, action: 'alert', subject: cause, outcome: 'done' }, isNew),
    {
      sql: `INSERT INTO alerts (cause, hour, tenant, message) SELECT ?, ?, ?, ? WHERE ${isNew.sql}`,
      values: [cause, hour, tenant, message ?? null, ...isNew.values],
    },
    { sql: 'SELECT 1 FROM alerts WHERE cause = ? AND hour = ? AND tenant = ?', values: [cause, hour, tenant] },
  ]);
  const noted = results[1]?.changed === 1;
  if (results[2]?.rows.length !== 1)
    throw tooMany('this tenant has sent all alerts that it may in an hour', secondsLeft(hourLong, now));
  const { alertWebhook } = home.config;
  if (!noted || alertWebhook === undefined) return { noted, forwarded: false };
  home.platform.later(() => forward(home, alertWebhook, alert, now));
  return { noted, forwarded: true };
}

/** Best effort, once: the alert is in the ledger, and a webhook that fails leaves a row in the audit log. */
async function forward(home: Home, webhook: string, { tenant, cause, message }: Alert, now: Date): Promise<void> {
  let fault: string;
  try {
    const response = await fetch(webhook, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ts: now.toISOString(), tenant, cause, message }),
      redirect: 'manual',
      signal: AbortSignal.timeout(webhookTimeout),
    });
    await response.body?.cancel();
    if (response.ok) return;
    fault = `it answered ${response.status}`;
  } catch (error) {
    fault = error instanceof Error ? error.name : 'it cannot be reached';
  }
  const row = {
    ts: now,
    tenant,
    action: 'alert.forward',
    subject: cause,
    outcome: 'failed',
    detail: { fault },
  } as const;
  await home.ledger.batch([auditStatement(row)]);
}
