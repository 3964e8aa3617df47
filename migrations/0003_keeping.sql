-- Generated from src/gateway/schema.ts by `npm run generate`.
CREATE INDEX audit_by_ts ON audit (ts);
CREATE INDEX alerts_by_hour ON alerts (hour, tenant);
