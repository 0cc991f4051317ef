-- Addresses that jails have released rest before other jails get them: what still reaches an address, or trusts it, was meant for the
-- jail before. Pools that exist begin with it, too.
ALTER TABLE address_pool
    ADD COLUMN quarantine_hours integer NOT NULL DEFAULT 24 CHECK (quarantine_hours BETWEEN 0 AND 8760);

-- The last jail that had each address, and when its host released it; without a customer if only the host knew the jail. An address rests
-- while this is less than the pool's quarantine ago and no jail has it. The server deletes rows that count no more.
CREATE TABLE resting_address (
    address     inet PRIMARY KEY CHECK (masklen(address) = CASE family(address) WHEN 4 THEN 32 ELSE 128 END),
    pool_id     uuid        NOT NULL REFERENCES address_pool ON DELETE CASCADE,
    jail_id     uuid        NOT NULL,
    jail_name   text        NOT NULL,
    customer_id uuid,
    released_at timestamptz NOT NULL
);
CREATE INDEX resting_address_pool ON resting_address (pool_id, address);

CREATE POLICY of_customer ON resting_address TO bailiwick_application
    USING (customer_id = ANY ((SELECT accessible_customers())::uuid[]));
CREATE POLICY everything ON resting_address TO bailiwick_everything USING (true) WITH CHECK (true);
ALTER TABLE resting_address ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- One writer, so that no way of releasing an address forgets it. A jail that is neither defined nor removed was never stored.
CREATE FUNCTION address_released() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO resting_address (address, pool_id, jail_id, jail_name, customer_id, released_at)
    SELECT OLD.address, OLD.pool_id, j.id, j.name, j.customer_id, now() FROM (
        SELECT id, name, customer_id FROM jail WHERE id = OLD.jail_id
        UNION ALL SELECT id, name, customer_id FROM removed_jail WHERE id = OLD.jail_id
        UNION ALL SELECT OLD.held_jail, '', NULL WHERE OLD.held_jail IS NOT NULL
        LIMIT 1) AS j
    ON CONFLICT (address) DO UPDATE SET pool_id = excluded.pool_id, jail_id = excluded.jail_id, jail_name = excluded.jail_name,
        customer_id = excluded.customer_id, released_at = excluded.released_at;
    RETURN NULL;
END
$$;
CREATE TRIGGER address_released AFTER DELETE ON jail_address FOR EACH ROW EXECUTE FUNCTION address_released();
