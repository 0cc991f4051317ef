-- Who is signed in to the pages. The columns are Spring Session's; that a session belongs to a user, and how many a user has, is
-- decided here, so that nobody who is not signed in can make a row.

CREATE TABLE web_session (
    primary_id            char(36) PRIMARY KEY,
    -- Not what the browser holds: its cookie is signed as well, with a key that is not in this database.
    session_id            char(36)     NOT NULL UNIQUE,
    -- Milliseconds since 1970.
    creation_time         bigint       NOT NULL,
    last_access_time      bigint       NOT NULL,
    max_inactive_interval integer      NOT NULL,
    expiry_time           bigint       NOT NULL,
    -- The user's id.
    principal_name        varchar(100) NOT NULL,
    user_id               uuid GENERATED ALWAYS AS (principal_name::uuid) STORED REFERENCES app_user
);
CREATE INDEX web_session_expiry ON web_session (expiry_time);
CREATE INDEX web_session_principal ON web_session (principal_name, creation_time);

CREATE TABLE web_session_attributes (
    session_primary_id char(36)     NOT NULL REFERENCES web_session ON DELETE CASCADE,
    attribute_name     varchar(200) NOT NULL,
    attribute_bytes    bytea        NOT NULL CHECK (length(attribute_bytes) <= 4096),
    PRIMARY KEY (session_primary_id, attribute_name)
);

-- A user has 20 sessions: one more ends the oldest. The lock keeps two that begin at once from not seeing each other.
CREATE FUNCTION web_session_bound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('web_session ' || NEW.principal_name, 0));
    DELETE FROM web_session WHERE primary_id IN (
        SELECT primary_id FROM web_session WHERE principal_name = NEW.principal_name AND primary_id <> NEW.primary_id
        ORDER BY creation_time DESC, primary_id DESC OFFSET 19);
    RETURN NULL;
END
$$;
CREATE TRIGGER web_session_bound AFTER INSERT OR UPDATE OF principal_name ON web_session
    FOR EACH ROW EXECUTE FUNCTION web_session_bound();

-- The notification access_withdrawn says that somebody may do less than before; who, whoever keeps something open asks. It comes with
-- the rows that say so, whichever way they were changed.
CREATE FUNCTION access_withdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('access_withdrawn', '');
    RETURN NULL;
END
$$;
CREATE TRIGGER web_session_withdrawn AFTER DELETE OR UPDATE OF session_id, principal_name ON web_session
    FOR EACH ROW EXECUTE FUNCTION access_withdrawn();
CREATE TRIGGER api_token_withdrawn AFTER UPDATE ON api_token
    FOR EACH ROW WHEN ((OLD.revoked_at, OLD.expires_at, OLD.scopes) IS DISTINCT FROM (NEW.revoked_at, NEW.expires_at, NEW.scopes))
    EXECUTE FUNCTION access_withdrawn();
CREATE TRIGGER api_token_deleted AFTER DELETE ON api_token FOR EACH ROW EXECUTE FUNCTION access_withdrawn();
CREATE TRIGGER app_user_withdrawn AFTER UPDATE ON app_user
    FOR EACH ROW WHEN ((OLD.role, OLD.customer_id, OLD.disabled_at) IS DISTINCT FROM (NEW.role, NEW.customer_id, NEW.disabled_at))
    EXECUTE FUNCTION access_withdrawn();

-- With another password, or disabled, a user is signed in nowhere any more. A password that is only kept in another form counts as
-- another.
CREATE FUNCTION app_user_signed_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM web_session WHERE principal_name = NEW.id::text;
    RETURN NULL;
END
$$;
CREATE TRIGGER app_user_signed_out AFTER UPDATE ON app_user
    FOR EACH ROW WHEN (OLD.password_hash IS DISTINCT FROM NEW.password_hash OR NEW.disabled_at IS NOT NULL)
    EXECUTE FUNCTION app_user_signed_out();
