-- Addresses that a jail has beside the primary ones, which are still at most one of each family.
ALTER TABLE jail_address ADD COLUMN additional boolean NOT NULL DEFAULT false;
DROP INDEX jail_address_one_of_family;
CREATE UNIQUE INDEX jail_address_one_of_family ON jail_address (jail_id, family(address)) WHERE leaves_with IS NULL AND NOT additional;

-- As before, with the primary addresses first.
CREATE OR REPLACE FUNCTION remember_removed_jail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO removed_jail (id, customer_id, host_id, host_name, name, hostname, external_id, labels, addresses, path, generation,
        files_fate, created_at, retired_at, removed_at)
    SELECT OLD.id, OLD.customer_id, OLD.host_id, h.name, OLD.name, OLD.hostname, OLD.external_id, OLD.labels,
        ARRAY(SELECT a.address FROM jail_address a WHERE a.jail_id = OLD.id AND a.leaves_with IS NULL
              ORDER BY a.additional, a.address),
        OLD.path, OLD.generation, OLD.files_fate, OLD.created_at, OLD.retired_at, greatest(now(), OLD.retired_at)
    FROM host h WHERE h.id = OLD.host_id
    ON CONFLICT (id) DO UPDATE SET host_id = excluded.host_id, host_name = excluded.host_name, name = excluded.name,
        hostname = excluded.hostname, external_id = excluded.external_id, labels = excluded.labels, addresses = excluded.addresses,
        path = excluded.path, generation = excluded.generation, files_fate = excluded.files_fate, created_at = excluded.created_at,
        retired_at = excluded.retired_at, removed_at = excluded.removed_at, customer_id = excluded.customer_id;
    RETURN OLD;
END
$$;
