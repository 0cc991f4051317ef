-- The name to which the address of a jail leads in DNS, for the export of reverse zones. It goes when the jail releases the address.
ALTER TABLE jail_address
    ADD COLUMN reverse_name text CHECK (reverse_name ~ '^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$'
        AND length(reverse_name) <= 253);
CREATE INDEX jail_address_reverse_name ON jail_address (pool_id, address) WHERE reverse_name IS NOT NULL;
