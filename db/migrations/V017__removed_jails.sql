-- A jail of which nothing is left on its host, as whoever looks for it later needs it: its history is in the audit, under its id. One
-- writer: the trigger below, so that no way of removing a jail forgets it. The server deletes rows after RemovedJails.KEPT.
CREATE TABLE removed_jail (
    id          uuid PRIMARY KEY,
    customer_id uuid        NOT NULL REFERENCES customer,
    host_id     uuid        NOT NULL,
    host_name   text        NOT NULL,
    name        text        NOT NULL,
    hostname    text        NOT NULL,
    external_id text,
    addresses   inet[]      NOT NULL,
    path        text        NOT NULL,
    generation  bigint      NOT NULL CHECK (generation > 0),
    files_fate  text        NOT NULL CHECK (files_fate IN ('kept', 'deleted')),
    created_at  timestamptz NOT NULL,
    retired_at  timestamptz NOT NULL CHECK (retired_at >= created_at),
    removed_at  timestamptz NOT NULL
);
CREATE INDEX removed_jail_latest ON removed_jail (removed_at, id);
CREATE INDEX removed_jail_of_customer ON removed_jail (customer_id, removed_at, id);

-- Before the row goes, and with it its addresses. One that was taken back and is removed again is the same jail.
CREATE FUNCTION remember_removed_jail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO removed_jail (id, customer_id, host_id, host_name, name, hostname, external_id, addresses, path, generation,
        files_fate, created_at, retired_at, removed_at)
    SELECT OLD.id, OLD.customer_id, OLD.host_id, h.name, OLD.name, OLD.hostname, OLD.external_id,
        ARRAY(SELECT a.address FROM jail_address a WHERE a.jail_id = OLD.id AND a.leaves_with IS NULL ORDER BY family(a.address)),
        OLD.path, OLD.generation, OLD.files_fate, OLD.created_at, OLD.retired_at, greatest(now(), OLD.retired_at)
    FROM host h WHERE h.id = OLD.host_id
    ON CONFLICT (id) DO UPDATE SET host_id = excluded.host_id, host_name = excluded.host_name, name = excluded.name,
        hostname = excluded.hostname, external_id = excluded.external_id, addresses = excluded.addresses, path = excluded.path,
        generation = excluded.generation, files_fate = excluded.files_fate, created_at = excluded.created_at,
        retired_at = excluded.retired_at, removed_at = excluded.removed_at, customer_id = excluded.customer_id;
    RETURN OLD;
END
$$;
CREATE TRIGGER jail_removed BEFORE DELETE ON jail
    FOR EACH ROW WHEN (OLD.retired_at IS NOT NULL AND NOT OLD.files_only) EXECUTE FUNCTION remember_removed_jail();

-- The first half of the restart whose second half the row is about: the generation of that, and the steps and the road of the stop.
ALTER TABLE jail_status ADD COLUMN stop jsonb;
