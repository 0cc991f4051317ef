-- The most that the jails of a customer may have together; null is no bound. The sums are computed from the jails, under the lock of the
-- customer's row.
ALTER TABLE customer
    ADD COLUMN max_jails        bigint CHECK (max_jails >= 0),
    ADD COLUMN max_memory_bytes bigint CHECK (max_memory_bytes >= 0),
    ADD COLUMN max_cpu_millis   bigint CHECK (max_cpu_millis >= 0),
    ADD COLUMN max_addresses    bigint CHECK (max_addresses >= 0);

-- How much of its memory and CPUs a host promises to jails, as a factor: 1 is what it has, 2 is twice that. Null is no bound.
ALTER TABLE host
    ADD COLUMN memory_overcommit numeric(6, 2) CHECK (memory_overcommit > 0),
    ADD COLUMN cpu_overcommit    numeric(6, 2) CHECK (cpu_overcommit > 0);

-- Whoever reads jails could sum what they have.
UPDATE api_token SET scopes = scopes || '{usage:read}' WHERE 'jails:read' = ANY (scopes);
