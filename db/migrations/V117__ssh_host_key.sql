-- The key by which clients of SSH know this installation, the same at all replicas. It is sealed with the server's secret file.
CREATE TABLE ssh_host_key (
    only_one   boolean     PRIMARY KEY DEFAULT true CHECK (only_one),
    sealed_key bytea       NOT NULL,
    created_at timestamptz NOT NULL
);
