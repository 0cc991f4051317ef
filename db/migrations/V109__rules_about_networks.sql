-- The networks that rules of a jail name, as they name them.
ALTER TABLE jail_firewall ADD COLUMN networks jsonb NOT NULL
    GENERATED ALWAYS AS (jsonb_path_query_array(rules, '$[*].peer ? (@ starts with "network:")')) STORED;
CREATE INDEX jail_firewall_networks ON jail_firewall USING gin (networks jsonb_path_ops);

-- Notifies the hosts of all members of the networks, and those whose jails have rules about them.
CREATE OR REPLACE FUNCTION networks_changed(changed uuid[]) RETURNS void LANGUAGE sql AS $$
    SELECT notify_after_commit('host_changed', h.host_id::text) FROM (
        SELECT j.host_id FROM network_member m JOIN jail j ON j.id = m.jail_id WHERE m.network_id = ANY (changed)
        UNION
        SELECT j.host_id FROM unnest(changed) AS c(network)
        JOIN jail_firewall f ON f.networks @> jsonb_build_array('network:' || c.network) JOIN jail j ON j.id = f.jail_id) AS h
$$;
