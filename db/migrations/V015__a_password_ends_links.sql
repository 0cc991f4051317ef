-- With another password, or disabled, a user is signed in nowhere any more, and no link that was made for them signs anybody in.
CREATE OR REPLACE FUNCTION app_user_signed_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM web_session WHERE principal_name = NEW.id::text;
    DELETE FROM sign_in_link WHERE user_id = NEW.id;
    RETURN NULL;
END
$$;
