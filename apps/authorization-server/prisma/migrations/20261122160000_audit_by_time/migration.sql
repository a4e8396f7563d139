-- Events come in the order of their time: a summary of each range of pages finds them as well as an entry for each event, and costs next to nothing to keep.
DROP INDEX "audit_events_at_idx";
CREATE INDEX "audit_events_at_idx" ON "audit_events" USING BRIN ("at");
