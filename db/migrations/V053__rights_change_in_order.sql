-- Whoever changes the rights of several users locks them in the order of their ids, so that two changes wait for each other and never block
-- each other.
CREATE FUNCTION users_access_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM app_user WHERE id IN (SELECT user_id FROM changed) ORDER BY id FOR NO KEY UPDATE;
    UPDATE app_user SET access_version = access_version + 1 WHERE id IN (SELECT user_id FROM changed);
    RETURN NULL;
END
$$;

DROP TRIGGER membership_changed ON membership;
CREATE TRIGGER membership_added AFTER INSERT ON membership
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION users_access_changed();
CREATE TRIGGER membership_changed AFTER UPDATE ON membership
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION users_access_changed();
CREATE TRIGGER membership_ended AFTER DELETE ON membership
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION users_access_changed();

DROP TRIGGER jail_grant_changed ON jail_grant;
CREATE TRIGGER jail_grant_added AFTER INSERT ON jail_grant
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION users_access_changed();
CREATE TRIGGER jail_grant_changed AFTER UPDATE ON jail_grant
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION users_access_changed();
CREATE TRIGGER jail_grant_ended AFTER DELETE ON jail_grant
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION users_access_changed();
DROP FUNCTION user_access_changed();

-- The owners of the former customer lose a jail that moves away, as its colleagues do.
CREATE OR REPLACE FUNCTION jail_grants_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM app_user WHERE id IN (
        SELECT user_id FROM jail_grant WHERE jail_id = NEW.id
        UNION SELECT user_id FROM membership WHERE customer_id = OLD.customer_id AND role = 'owner')
    ORDER BY id FOR NO KEY UPDATE;
    UPDATE app_user SET access_version = access_version + 1
    WHERE id IN (SELECT user_id FROM membership WHERE customer_id = OLD.customer_id AND role = 'owner');
    DELETE FROM jail_grant WHERE jail_id = NEW.id;
    RETURN NULL;
END
$$;
