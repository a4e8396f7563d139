-- When a grant was recorded, by the clock that says when a resource was added: what was granted at a resource before it was removed and added again is gone.
-- Of those that are there all counts that did.
ALTER TABLE "grants" ADD COLUMN "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
