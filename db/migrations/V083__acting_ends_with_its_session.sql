-- Somebody of the staff acts as a user of a customer until their session ends, however it does: they say so, sign out, or let it expire. So the
-- database records the end.
--
-- Spring Session stores an attribute as Java serializes it. A text is seven bytes and the text itself: here the id of the user, a space, and the
-- id of the customer.
CREATE FUNCTION acting_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO unsealed_event (at, actor, customer_id, subject_kind, subject_id, action, version, detail)
    SELECT clock_timestamp(), 'user:' || staff.login || ' for user:' || acted.login, ids[2]::uuid, 'user', ids[1],
        'user.acting-ended', 1, '{}'
    FROM web_session_attributes a,
        string_to_array(convert_from(substring(a.attribute_bytes FROM 8), 'UTF8'), ' ') AS ids,
        app_user acted, app_user staff
    WHERE a.session_primary_id = OLD.primary_id AND a.attribute_name = 'acting-as'
        AND acted.id = ids[1]::uuid AND staff.id = OLD.user_id;
    RETURN OLD;
END
$$;
CREATE TRIGGER acting_ended BEFORE DELETE ON web_session FOR EACH ROW EXECUTE FUNCTION acting_ended();
