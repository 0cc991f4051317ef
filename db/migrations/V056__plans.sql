-- What a hosting company sells: the terms of a jail. A version is never changed; a plan changes by its next one, and a jail stays on its own.
CREATE TABLE plan (
    id         uuid PRIMARY KEY,
    name       text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200 AND is_plain(name)),
    created_at timestamptz NOT NULL,
    retired_at timestamptz CHECK (retired_at >= created_at)
);
CREATE UNIQUE INDEX plan_name ON plan (lower(name)) WHERE retired_at IS NULL;

CREATE TABLE plan_version (
    id           uuid PRIMARY KEY,
    plan_id      uuid        NOT NULL REFERENCES plan,
    version      integer     NOT NULL CHECK (version >= 1),
    memory_bytes bigint CHECK (memory_bytes > 0),
    processes    integer CHECK (processes > 0),
    cpu_millis   integer CHECK (cpu_millis > 0),
    addresses    bigint CHECK (addresses >= 1),
    -- Kept for those who sell it: no jail is held to it.
    disk_bytes   bigint CHECK (disk_bytes >= 0),
    -- The allowed ones; none for all.
    profiles     text[]      NOT NULL,
    bases        text[]      NOT NULL,
    price_code   text CHECK (length(price_code) BETWEEN 1 AND 200 AND is_plain(price_code)),
    created_at   timestamptz NOT NULL,
    UNIQUE (plan_id, version)
);

ALTER TABLE jail ADD COLUMN plan_version_id uuid REFERENCES plan_version;
CREATE INDEX jail_plan_version ON jail (plan_version_id) WHERE plan_version_id IS NOT NULL;

-- Those who see customers see what is sold to them, and those who change customers sell it.
UPDATE api_token SET scopes = scopes || '{plans:read}' WHERE 'customers:read' = ANY (scopes);
UPDATE api_token SET scopes = scopes || '{plans:write}' WHERE 'customers:write' = ANY (scopes);
