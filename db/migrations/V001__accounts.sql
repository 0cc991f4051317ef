-- Who may do what, and what was done.
--
-- Ids are UUIDv7, made by the server. Times are UTC. Rows that people refer to are retired, never deleted.

CREATE TABLE customer (
    id          uuid PRIMARY KEY,
    name        text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    external_id text        UNIQUE CHECK (length(external_id) BETWEEN 1 AND 200),
    created_at  timestamptz NOT NULL,
    retired_at  timestamptz CHECK (retired_at >= created_at)
);

CREATE TABLE app_user (
    id            uuid PRIMARY KEY,
    login         text        NOT NULL UNIQUE CHECK (login = lower(login) AND length(login) BETWEEN 1 AND 254),
    password_hash text        NOT NULL,
    role          text        NOT NULL CHECK (role IN ('operator', 'customer')),
    customer_id   uuid REFERENCES customer,
    created_at    timestamptz NOT NULL,
    disabled_at   timestamptz CHECK (disabled_at >= created_at),
    -- An operator belongs to no customer, and everybody else to exactly one.
    CONSTRAINT app_user_customer_follows_role CHECK ((role = 'customer') = (customer_id IS NOT NULL))
);
CREATE INDEX app_user_customer ON app_user (customer_id);

CREATE TABLE api_token (
    id           uuid PRIMARY KEY,
    user_id      uuid        NOT NULL REFERENCES app_user,
    name         text        NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    hash         bytea       NOT NULL UNIQUE CHECK (length(hash) = 32),
    -- The first characters of the secret, by which its owner recognises it.
    prefix       text        NOT NULL CHECK (length(prefix) BETWEEN 4 AND 12),
    scopes       text[]      NOT NULL CHECK (cardinality(scopes) > 0),
    expires_at   timestamptz,
    last_used_at timestamptz,
    created_at   timestamptz NOT NULL,
    revoked_at   timestamptz CHECK (revoked_at >= created_at)
);
CREATE INDEX api_token_user ON api_token (user_id);

CREATE TABLE sign_in_link (
    hash       bytea PRIMARY KEY CHECK (length(hash) = 32),
    user_id    uuid        NOT NULL REFERENCES app_user,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    used_at    timestamptz
);
CREATE INDEX sign_in_link_user ON sign_in_link (user_id);

-- What was done, by whom. Rows are only ever added; each carries the SHA-256 of itself and of its predecessor's hash.
CREATE TABLE audit_event (
    id            bigint PRIMARY KEY,
    at            timestamptz NOT NULL,
    actor         text        NOT NULL CHECK (length(actor) > 0),
    -- Whose event it is, so that a customer may see it. No foreign key: the record outlives what it speaks of.
    customer_id   uuid,
    subject_kind  text        NOT NULL CHECK (length(subject_kind) > 0),
    subject_id    text        NOT NULL CHECK (length(subject_id) > 0),
    action        text        NOT NULL CHECK (length(action) > 0),
    detail        jsonb       NOT NULL DEFAULT '{}',
    previous_hash bytea       NOT NULL CHECK (length(previous_hash) = 32),
    hash          bytea       NOT NULL CHECK (length(hash) = 32)
);
CREATE INDEX audit_event_customer ON audit_event (customer_id, id);
CREATE INDEX audit_event_subject ON audit_event (subject_kind, subject_id, id);

-- jsonb prints one way only, whatever the session's settings, and a time is taken as its number of seconds since 1970.
CREATE FUNCTION audit_event_hash(event audit_event) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(event.previous_hash || convert_to(jsonb_build_array(event.id, extract(epoch FROM event.at), event.actor,
        event.customer_id, event.subject_kind, event.subject_id, event.action, event.detail)::text, 'UTF8'))
$$;

-- The number is given out under the lock, so numbers have no gaps and become visible in their order: a reader that has seen
-- number n misses nothing before it, and a row that vanished leaves a hole.
CREATE FUNCTION audit_event_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit_event'));
    SELECT id, hash INTO last FROM audit_event ORDER BY id DESC LIMIT 1;
    NEW.id := coalesce(last.id, 0) + 1;
    NEW.previous_hash := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
    NEW.hash := audit_event_hash(NEW);
    RETURN NEW;
END
$$;
CREATE TRIGGER audit_event_chain BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_event_chain();

CREATE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are only ever added' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_event_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse();

-- Answers to requests that carried an Idempotency-Key. A claim fences: only its holder may commit an effect or an answer.
CREATE TABLE idempotency_key (
    user_id      uuid        NOT NULL REFERENCES app_user,
    key          text        NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request_hash bytea       NOT NULL CHECK (length(request_hash) = 32),
    claim        uuid        NOT NULL,
    claimed_at   timestamptz NOT NULL,
    -- Set in the same transaction as the first effect of the request.
    effected     boolean     NOT NULL DEFAULT false,
    -- The answer, once there is one.
    status       integer CHECK (status BETWEEN 100 AND 599),
    headers      jsonb,
    body         bytea,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (user_id, key),
    CONSTRAINT idempotency_key_answer_whole CHECK ((status IS NULL) = (headers IS NULL) AND (status IS NULL) = (body IS NULL))
);
CREATE INDEX idempotency_key_age ON idempotency_key (created_at);

-- ShedLock: one replica at a time runs a schedule.
CREATE TABLE shedlock (
    name       varchar(64)  PRIMARY KEY,
    lock_until timestamp    NOT NULL,
    locked_at  timestamp    NOT NULL,
    locked_by  varchar(255) NOT NULL
);
