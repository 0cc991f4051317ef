-- What the jails with addresses of a pool reach beyond their host, and whether they reach port 25 there. Pools that exist keep what they
-- have had; new ones begin closed.
ALTER TABLE address_pool
    ADD COLUMN egress        text    NOT NULL DEFAULT 'routed' CHECK (egress IN ('routed', 'masquerade', 'closed')),
    ADD COLUMN outgoing_mail boolean NOT NULL DEFAULT true;
ALTER TABLE address_pool
    ALTER COLUMN egress SET DEFAULT 'closed',
    ALTER COLUMN outgoing_mail SET DEFAULT false;
