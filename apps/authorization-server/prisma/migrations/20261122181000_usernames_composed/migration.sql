-- Names are composed after they have been made small, too: where a small letter is one with its mark and the capital letter is not ("T̈"),
-- they were kept in another form than the one that is looked for now. A name that somebody else has in the composed form stays as it is.
UPDATE "users" SET "username" = normalize("username", NFKC)
WHERE "username" IS NOT NFKC NORMALIZED
  AND NOT EXISTS (SELECT FROM "users" AS "other" WHERE "other"."username" = normalize("users"."username", NFKC));
