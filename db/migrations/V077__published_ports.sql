-- The ports of a host that can lead to its jails, as an operator names them. The server sees to it that ranges of an address do not overlap.
CREATE TABLE host_port_range (
    host_id    uuid    NOT NULL REFERENCES host ON DELETE CASCADE,
    address    inet    NOT NULL CHECK (masklen(address) = CASE family(address) WHEN 4 THEN 32 ELSE 128 END),
    first_port integer NOT NULL CHECK (first_port BETWEEN 1 AND 65535),
    last_port  integer NOT NULL CHECK (last_port BETWEEN first_port AND 65535),
    PRIMARY KEY (host_id, address, first_port)
);

-- The ports of hosts that lead to jails: to the jail's address of the same family, whichever it is.
CREATE TABLE published_port (
    host_id      uuid        NOT NULL REFERENCES host,
    address      inet        NOT NULL CHECK (masklen(address) = CASE family(address) WHEN 4 THEN 32 ELSE 128 END),
    protocol     text        NOT NULL CHECK (protocol IN ('tcp', 'udp')),
    port         integer     NOT NULL CHECK (port BETWEEN 1 AND 65535),
    jail_id      uuid        NOT NULL REFERENCES jail ON DELETE CASCADE,
    target       integer     NOT NULL CHECK (target BETWEEN 1 AND 65535),
    published_at timestamptz NOT NULL,
    PRIMARY KEY (host_id, address, protocol, port)
);
CREATE INDEX published_port_jail ON published_port (jail_id);

CREATE POLICY of_jail ON published_port TO bailiwick_application USING (EXISTS (SELECT FROM jail j WHERE j.id = published_port.jail_id));
CREATE POLICY everything ON published_port TO bailiwick_everything USING (true) WITH CHECK (true);
ALTER TABLE published_port ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Also when a jail is removed, so that its ports do not lead to the next jail with its address.
CREATE FUNCTION published_ports_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM notify_after_commit('pools_changed', 'all');
    RETURN NULL;
END
$$;
CREATE TRIGGER published_ports_changed AFTER INSERT OR DELETE ON published_port
    FOR EACH ROW EXECUTE FUNCTION published_ports_changed();
