-- The rules of customers that have some. They apply to all jails of the customer, before those of each: whoever writes them gives each of the
-- jails its next generation.
CREATE TABLE customer_firewall (
    customer_id uuid   PRIMARY KEY REFERENCES customer ON DELETE CASCADE,
    version     bigint NOT NULL CHECK (version > 0),
    rules       jsonb  NOT NULL CHECK (jsonb_typeof(rules) = 'array'),
    networks    jsonb  NOT NULL
        GENERATED ALWAYS AS (jsonb_path_query_array(rules, '$[*].peer ? (@ starts with "network:")')) STORED
);

CREATE POLICY of_customer ON customer_firewall TO bailiwick_application
    USING (customer_id = ANY ((SELECT accessible_customers())::uuid[]));
CREATE POLICY everything ON customer_firewall TO bailiwick_everything USING (true) WITH CHECK (true);
ALTER TABLE customer_firewall ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Notifies the hosts of all members of the networks, and those with jails to which rules about them apply.
CREATE OR REPLACE FUNCTION networks_changed(changed uuid[]) RETURNS void LANGUAGE sql AS $$
    SELECT notify_after_commit('host_changed', h.host_id::text) FROM (
        SELECT j.host_id FROM network_member m JOIN jail j ON j.id = m.jail_id WHERE m.network_id = ANY (changed)
        UNION
        SELECT j.host_id FROM unnest(changed) AS c(network)
        JOIN jail_firewall f ON f.networks @> jsonb_build_array('network:' || c.network) JOIN jail j ON j.id = f.jail_id
        UNION
        SELECT j.host_id FROM network n
        JOIN customer_firewall f ON f.customer_id = n.customer_id AND f.networks @> jsonb_build_array('network:' || n.id)
        JOIN jail j ON j.customer_id = n.customer_id WHERE n.id = ANY (changed)) AS h
$$;
