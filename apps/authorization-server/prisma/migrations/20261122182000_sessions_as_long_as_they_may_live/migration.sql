-- A session is listed while it is alive, and may live longer than it was going to when it began: it is kept for the longest time that can be configured.
UPDATE "user_sessions" SET "expires_at" = "created_at" + interval '30 days';
