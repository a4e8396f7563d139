-- When a refresh token was last used: one that is not rotated leaves no other trace of it.
ALTER TABLE "refresh_tokens" ADD COLUMN "last_used_at" TIMESTAMPTZ(3);
