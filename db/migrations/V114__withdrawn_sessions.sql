-- Who of the staff acted as the user when the session was opened, and with which version of access; null if the user did it.
ALTER TABLE exec_session
    ADD COLUMN staff_id uuid REFERENCES app_user ON DELETE CASCADE,
    ADD COLUMN staff_access_version bigint,
    ADD CONSTRAINT exec_session_staff CHECK ((staff_id IS NULL) = (staff_access_version IS NULL));

-- The owners of the former customer, and those of its reseller, lose a jail that moves away, as its colleagues do.
CREATE OR REPLACE FUNCTION jail_grants_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM app_user WHERE id IN (
        SELECT user_id FROM jail_grant WHERE jail_id = NEW.id
        UNION SELECT user_id FROM membership WHERE role = 'owner'
            AND customer_id IN (OLD.customer_id, (SELECT reseller_id FROM customer WHERE id = OLD.customer_id)))
    ORDER BY id FOR NO KEY UPDATE;
    UPDATE app_user SET access_version = access_version + 1
    WHERE id IN (SELECT user_id FROM membership WHERE role = 'owner'
        AND customer_id IN (OLD.customer_id, (SELECT reseller_id FROM customer WHERE id = OLD.customer_id)));
    DELETE FROM jail_grant WHERE jail_id = NEW.id;
    RETURN NULL;
END
$$;
