-- The networks of a customer: jails that reach each other, on one host and across hosts.
CREATE TABLE network (
    id          uuid        PRIMARY KEY,
    customer_id uuid        NOT NULL REFERENCES customer,
    name        text        NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND is_plain(name)),
    created_at  timestamptz NOT NULL,
    CONSTRAINT network_name UNIQUE (customer_id, name)
);

CREATE TABLE network_member (
    network_id uuid NOT NULL REFERENCES network ON DELETE CASCADE,
    jail_id    uuid NOT NULL REFERENCES jail ON DELETE CASCADE,
    PRIMARY KEY (network_id, jail_id)
);
CREATE INDEX network_member_jail ON network_member (jail_id);

CREATE POLICY of_customer ON network TO bailiwick_application
    USING (customer_id = ANY ((SELECT accessible_customers())::uuid[]));
CREATE POLICY of_network ON network_member TO bailiwick_application
    USING (EXISTS (SELECT FROM network n WHERE n.id = network_member.network_id));
CREATE POLICY everything ON network TO bailiwick_everything USING (true) WITH CHECK (true);
CREATE POLICY everything ON network_member TO bailiwick_everything USING (true) WITH CHECK (true);
ALTER TABLE network ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE network_member ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Only jails of the network's customer. The lock keeps such a jail from moving to another customer until this transaction has ended.
CREATE FUNCTION network_member_of_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM jail j JOIN network n ON n.customer_id = j.customer_id
    WHERE j.id = NEW.jail_id AND n.id = NEW.network_id AND j.retired_at IS NULL
    FOR SHARE OF j;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the jail is not one of the customer of the network' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER network_member_of_customer BEFORE INSERT OR UPDATE ON network_member
    FOR EACH ROW EXECUTE FUNCTION network_member_of_customer();

-- Notifies the hosts of all members of the networks.
CREATE FUNCTION networks_changed(changed uuid[]) RETURNS void LANGUAGE sql AS $$
    SELECT notify_after_commit('host_changed', h.host_id::text) FROM (
        SELECT DISTINCT j.host_id FROM network_member m JOIN jail j ON j.id = m.jail_id WHERE m.network_id = ANY (changed)) AS h
$$;

CREATE FUNCTION network_members_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM networks_changed(ARRAY(SELECT DISTINCT network_id FROM changed));
    -- Also the host of a jail that has left; if it was the only member there, the network has none on that host.
    PERFORM notify_after_commit('host_changed', h.host_id::text) FROM (
        SELECT DISTINCT j.host_id FROM changed c JOIN jail j ON j.id = c.jail_id) AS h;
    RETURN NULL;
END
$$;
CREATE TRIGGER network_members_added AFTER INSERT ON network_member
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION network_members_changed();
CREATE TRIGGER network_members_removed AFTER DELETE ON network_member
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION network_members_changed();

-- A jail that moves to another customer leaves its networks. One that is being removed stays until its host has removed it, so that it reaches
-- nothing more meanwhile, but other hosts forget its addresses at once.
CREATE FUNCTION jail_leaves_networks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.customer_id IS DISTINCT FROM OLD.customer_id THEN
        DELETE FROM network_member WHERE jail_id = NEW.id;
    ELSE
        PERFORM networks_changed(ARRAY(SELECT network_id FROM network_member WHERE jail_id = NEW.id));
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER jail_leaves_networks AFTER UPDATE OF customer_id, retired_at ON jail FOR EACH ROW
    WHEN (NEW.customer_id IS DISTINCT FROM OLD.customer_id OR NEW.retired_at IS DISTINCT FROM OLD.retired_at)
    EXECUTE FUNCTION jail_leaves_networks();
