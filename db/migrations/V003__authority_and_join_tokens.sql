-- The certificate authority of this installation. Its key is sealed with the server's secret file.

CREATE TABLE authority (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    certificate bytea NOT NULL,
    sealed_key bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
