-- What operators want of their hosts (host, address_pool, jail and what hangs on it), and what the hosts say is true
-- (host_connection, jail_status). Intent and truth are separate tables, each with one writer.
--
-- Three notifications are doorbells and carry no state: host_changed (the desired state of this host moved), host_seen (it came,
-- went, or accepted a revision) and jail_changed (its definition or its status).

CREATE TABLE host (
    id              uuid PRIMARY KEY,
    name            text        NOT NULL CHECK (name ~ '^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$'),
    -- Counts the changes of this host's desired state. Bumped under the row's lock, so revisions commit in their order.
    revision        bigint      NOT NULL DEFAULT 0 CHECK (revision >= 0),
    -- Removals up to this revision may have been forgotten: who accepted less than this needs a snapshot, not deltas.
    pruned_revision bigint      NOT NULL DEFAULT 0 CHECK (pruned_revision >= 0),
    created_at      timestamptz NOT NULL,
    retired_at      timestamptz CHECK (retired_at >= created_at),
    CONSTRAINT host_pruned_within_revision CHECK (pruned_revision <= revision)
);
CREATE UNIQUE INDEX host_name ON host (name) WHERE retired_at IS NULL;

-- The link's view of a host that has ever been there. Connected is who has a session whose time is not up.
CREATE TABLE host_connection (
    host_id           uuid PRIMARY KEY REFERENCES host ON DELETE CASCADE,
    -- A session that was replaced by another must not end that one.
    session           uuid,
    connected_until   timestamptz,
    last_seen_at      timestamptz NOT NULL,
    -- The desired state that is durable on the host's disk.
    accepted_revision bigint      NOT NULL CHECK (accepted_revision >= 0),
    agent_version     text        NOT NULL,
    -- Where its jails' root paths must lie.
    root_base         text        NOT NULL CHECK (root_base LIKE '/%'),
    facts             jsonb       NOT NULL,
    CONSTRAINT host_connection_session_has_end CHECK ((session IS NULL) = (connected_until IS NULL))
) WITH (fillfactor = 70);

CREATE TABLE address_pool (
    id            uuid PRIMARY KEY,
    range         cidr        NOT NULL,
    -- Null where the range is routed to whichever host has the jail.
    host_id       uuid REFERENCES host,
    description   text        NOT NULL DEFAULT '' CHECK (length(description) <= 200),
    -- Where the search for a free address goes on, so that one just freed is not the next to be given out.
    last_assigned inet        NOT NULL,
    created_at    timestamptz NOT NULL,
    CONSTRAINT address_pool_overlap EXCLUDE USING gist (range inet_ops WITH &&),
    UNIQUE (id, range)
);
CREATE INDEX address_pool_host ON address_pool (host_id);

CREATE TABLE jail (
    id           uuid PRIMARY KEY,
    customer_id  uuid        NOT NULL CONSTRAINT jail_customer REFERENCES customer,
    host_id      uuid        NOT NULL CONSTRAINT jail_host REFERENCES host,
    name         text        NOT NULL CHECK (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    external_id  text CHECK (length(external_id) BETWEEN 1 AND 200),
    -- Counts the definitions of this jail.
    generation   bigint      NOT NULL CHECK (generation >= 1),
    -- The host's revision that brought this definition.
    revision     bigint      NOT NULL CHECK (revision >= 1),
    hostname     text        NOT NULL CHECK (length(hostname) BETWEEN 1 AND 64),
    path         text        COLLATE "C" NOT NULL CHECK (path LIKE '/_%' AND length(path) <= 1024),
    base         text        NOT NULL CHECK (base IN ('directory', 'thin') OR base LIKE 'template:_%'),
    profile      text        NOT NULL CHECK (profile IN ('strict2002', 'hosting')),
    command      jsonb       NOT NULL CHECK (jsonb_typeof(command) = 'array' AND jsonb_array_length(command) > 0),
    environment  jsonb       NOT NULL CHECK (jsonb_typeof(environment) = 'object'),
    memory_bytes bigint CHECK (memory_bytes > 0),
    processes    integer CHECK (processes > 0),
    cpu_millis   integer CHECK (cpu_millis > 0),
    wanted       text        NOT NULL CHECK (wanted IN ('running', 'stopped')),
    -- Wanted running again as soon as its host reports it stopped.
    restarting   boolean     NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL CHECK (updated_at >= created_at),
    -- A retired jail is a tombstone: it stays until its host reports that nothing of it is left.
    retired_at   timestamptz CHECK (retired_at >= created_at),
    files_fate   text CHECK (files_fate IN ('kept', 'deleted')),
    CONSTRAINT jail_fate_when_retired CHECK ((retired_at IS NULL) = (files_fate IS NULL)),
    CONSTRAINT jail_stops_to_restart CHECK (NOT restarting OR wanted = 'stopped')
);
CREATE UNIQUE INDEX jail_name ON jail (customer_id, name) WHERE retired_at IS NULL;
CREATE UNIQUE INDEX jail_external_id ON jail (customer_id, external_id) WHERE retired_at IS NULL;
-- Tombstones included: until a jail is gone its files may be in use, or about to be deleted.
CREATE UNIQUE INDEX jail_path ON jail (host_id, path);
CREATE INDEX jail_revision ON jail (host_id, revision);

CREATE TABLE policy_override (
    jail_id  uuid     NOT NULL REFERENCES jail ON DELETE CASCADE,
    position smallint NOT NULL CHECK (position >= 0),
    call     text     NOT NULL CHECK (length(call) > 0),
    decision text     NOT NULL CHECK (decision IN ('allow', 'log', 'kill') OR decision LIKE 'deny:E_%'),
    reason   text     NOT NULL CHECK (length(reason) > 0),
    set_by   text     NOT NULL CHECK (length(set_by) > 0),
    until    timestamptz,
    PRIMARY KEY (jail_id, position)
);
CREATE INDEX policy_override_call ON policy_override (call);

-- Who has which address. The key makes a double assignment impossible; the pool's range comes along so that a row outside it is too.
CREATE TABLE jail_address (
    address     inet PRIMARY KEY CHECK (masklen(address) = CASE family(address) WHEN 4 THEN 32 ELSE 128 END),
    jail_id     uuid NOT NULL REFERENCES jail ON DELETE CASCADE,
    pool_id     uuid NOT NULL,
    pool_range  cidr NOT NULL,
    -- The first generation that has this address no more. It stays taken until the host reports that one applied.
    leaves_with bigint CHECK (leaves_with > 1),
    CONSTRAINT jail_address_in_pool CHECK (address <<= pool_range),
    CONSTRAINT jail_address_pool FOREIGN KEY (pool_id, pool_range) REFERENCES address_pool (id, range)
);
CREATE UNIQUE INDEX jail_address_one_of_family ON jail_address (jail_id, family(address)) WHERE leaves_with IS NULL;
CREATE INDEX jail_address_jail ON jail_address (jail_id);
CREATE INDEX jail_address_pool ON jail_address (pool_id, address);

CREATE TABLE jail_status (
    jail_id     uuid PRIMARY KEY REFERENCES jail ON DELETE CASCADE,
    generation  bigint      NOT NULL CHECK (generation >= 0),
    phase       text        NOT NULL CHECK (phase IN
        ('pending', 'starting', 'running', 'stopping', 'stopped', 'backing-off', 'refused', 'removed')),
    init_pid    integer CHECK (init_pid > 0),
    restarts    integer     NOT NULL CHECK (restarts >= 0),
    conditions  jsonb       NOT NULL CHECK (jsonb_typeof(conditions) = 'array'),
    steps       jsonb       NOT NULL CHECK (jsonb_typeof(steps) = 'array'),
    reported_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL
) WITH (fillfactor = 70);
