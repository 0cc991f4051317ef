-- Who may do what: a role in the installation, memberships of customers, and rights on single jails.

-- Those who could do everything so far answer for the installation; operators run it.
ALTER TABLE app_user DROP CONSTRAINT app_user_role_check, DROP CONSTRAINT app_user_customer_follows_role;
UPDATE app_user SET role = 'owner' WHERE role = 'operator';
ALTER TABLE app_user ADD CONSTRAINT app_user_role_check CHECK (role IN ('owner', 'operator', 'support', 'billing', 'customer'));

CREATE TABLE membership (
    user_id     uuid        NOT NULL REFERENCES app_user,
    customer_id uuid        NOT NULL REFERENCES customer,
    role        text        NOT NULL CHECK (role IN ('owner', 'colleague')),
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (user_id, customer_id)
);
CREATE INDEX membership_customer ON membership (customer_id, user_id);
INSERT INTO membership SELECT id, customer_id, 'owner', created_at FROM app_user WHERE customer_id IS NOT NULL;

-- The rights of a colleague on one jail, beside seeing it. They end with the membership, the jail, and its move to another customer.
CREATE TABLE jail_grant (
    user_id     uuid   NOT NULL,
    customer_id uuid   NOT NULL,
    jail_id     uuid   NOT NULL REFERENCES jail ON DELETE CASCADE,
    rights      text[] NOT NULL CHECK (array_position(rights, NULL) IS NULL),
    PRIMARY KEY (user_id, jail_id),
    FOREIGN KEY (user_id, customer_id) REFERENCES membership ON DELETE CASCADE
);
CREATE INDEX jail_grant_jail ON jail_grant (jail_id);
CREATE INDEX jail_grant_member ON jail_grant (user_id, customer_id);

CREATE FUNCTION jail_grants_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM jail_grant WHERE jail_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER jail_grants_end AFTER UPDATE OF customer_id ON jail
    FOR EACH ROW WHEN (OLD.customer_id IS DISTINCT FROM NEW.customer_id) EXECUTE FUNCTION jail_grants_end();

-- Grows whenever the rights of the user change. What was opened with another version is closed.
ALTER TABLE app_user ADD COLUMN access_version bigint NOT NULL DEFAULT 0;
DROP TRIGGER app_user_withdrawn ON app_user;
DROP INDEX app_user_customer;
ALTER TABLE app_user DROP COLUMN customer_id;

CREATE FUNCTION app_user_access_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.access_version := OLD.access_version + 1;
    RETURN NEW;
END
$$;
CREATE TRIGGER app_user_access_changed BEFORE UPDATE ON app_user
    FOR EACH ROW WHEN ((OLD.role, OLD.disabled_at) IS DISTINCT FROM (NEW.role, NEW.disabled_at))
    EXECUTE FUNCTION app_user_access_changed();

CREATE FUNCTION user_access_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE app_user SET access_version = access_version + 1 WHERE id = coalesce(OLD.user_id, NEW.user_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER membership_changed AFTER INSERT OR UPDATE OR DELETE ON membership
    FOR EACH ROW EXECUTE FUNCTION user_access_changed();
CREATE TRIGGER jail_grant_changed AFTER INSERT OR UPDATE OR DELETE ON jail_grant
    FOR EACH ROW EXECUTE FUNCTION user_access_changed();

CREATE TRIGGER app_user_withdrawn AFTER UPDATE ON app_user
    FOR EACH ROW WHEN (OLD.access_version IS DISTINCT FROM NEW.access_version)
    EXECUTE FUNCTION access_withdrawn();

-- Whoever could change users could also decide who belongs to a customer.
UPDATE api_token SET scopes = scopes || '{members:read,members:write}' WHERE 'users:write' = ANY (scopes);
