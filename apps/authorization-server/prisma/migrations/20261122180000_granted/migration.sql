-- What a grant holds: `<resource> <scope>` for each scope at each resource, in the order in which they were granted.
ALTER TABLE "grants"
  ADD COLUMN "granted" TEXT[],
  -- Written only by instances of the version before.
  ALTER COLUMN "scopes" SET DEFAULT '{}',
  ALTER COLUMN "resources" SET DEFAULT '{}';

-- What a grant holds whose scopes are one list for all of its resources: each of them where it was consented to. One that no consent speaks of, because it
-- was left out later, counts where it means something.
CREATE FUNCTION "granted_of"("of_user" TEXT, "to_client" TEXT, "at_resources" TEXT[], "one_list" TEXT[]) RETURNS TEXT[] LANGUAGE sql STABLE AS $$
  SELECT ARRAY(
    SELECT resource || ' ' || scope
    FROM unnest(at_resources) WITH ORDINALITY AS r (resource, place)
      CROSS JOIN unnest(one_list) WITH ORDINALITY AS s (scope, rank)
      CROSS JOIN LATERAL (
        SELECT array_agg(resource_identifier) AS places FROM consents
        WHERE user_id = of_user AND client_id = to_client AND resource_identifier = ANY(at_resources) AND scope = ANY(consents.scopes)
      ) AS consented
    WHERE CASE WHEN places IS NULL
      THEN EXISTS (SELECT 1 FROM resource_scopes WHERE resource_identifier = resource AND name = scope)
      ELSE resource = ANY(places) END
    ORDER BY place, rank
  )
$$;

-- Instances of the version before go on recording grants until they are replaced.
CREATE FUNCTION "complete_grant"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.granted := granted_of(NEW.user_id, NEW.client_id, NEW.resources, NEW.scopes);
  RETURN NEW;
END $$;
CREATE TRIGGER "grants_of_the_version_before" BEFORE INSERT ON "grants" FOR EACH ROW WHEN (NEW.granted IS NULL) EXECUTE FUNCTION complete_grant();
