-- A search of the jails of all customers, by parts of texts. The owner of a database may create this extension.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- A change of a jail adds to a list, which is merged into the index when it has this size, in kB: the list is read by each search.
CREATE INDEX jail_search ON jail
    USING gin ((name || chr(10) || lower(hostname) || chr(10) || lower(coalesce(external_id, ''))) gin_trgm_ops)
    WITH (gin_pending_list_limit = 256);
CREATE INDEX jail_address_search ON jail_address USING gin (host(address) gin_trgm_ops) WITH (gin_pending_list_limit = 256);
CREATE INDEX customer_search ON customer USING gin (lower(name) gin_trgm_ops) WITH (gin_pending_list_limit = 256);
