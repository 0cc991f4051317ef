-- Also notifies the hosts that know a network only from rules of a customer when the network is gone: by then nothing says whose it was.
CREATE INDEX customer_firewall_networks ON customer_firewall USING gin (networks jsonb_path_ops);

CREATE OR REPLACE FUNCTION networks_changed(changed uuid[]) RETURNS void LANGUAGE sql AS $$
    SELECT notify_after_commit('host_changed', h.host_id::text) FROM (
        SELECT j.host_id FROM network_member m JOIN jail j ON j.id = m.jail_id WHERE m.network_id = ANY (changed)
        UNION
        SELECT j.host_id FROM unnest(changed) AS c(network)
        JOIN jail_firewall f ON f.networks @> jsonb_build_array('network:' || c.network) JOIN jail j ON j.id = f.jail_id
        UNION
        SELECT j.host_id FROM unnest(changed) AS c(network)
        JOIN customer_firewall f ON f.networks @> jsonb_build_array('network:' || c.network)
        JOIN jail j ON j.customer_id = f.customer_id) AS h
$$;
