-- The second factor of a user: a key that their authenticator shares with the server, and codes in case it is lost.

CREATE TABLE second_factor (
    user_id      uuid PRIMARY KEY REFERENCES app_user ON DELETE CASCADE,
    -- Sealed with the key of the installation, which is not in this database.
    sealed_key   bytea       NOT NULL CHECK (length(sealed_key) BETWEEN 30 AND 200),
    created_at   timestamptz NOT NULL,
    -- Until a code has been given, the key is only shown and does not count.
    confirmed_at timestamptz CHECK (confirmed_at >= created_at),
    -- The latest period whose code was accepted. No code of it, or of an earlier one, is accepted again.
    last_step    bigint CHECK (last_step >= 0),
    CONSTRAINT second_factor_confirmed_by_a_code CHECK ((confirmed_at IS NULL) = (last_step IS NULL))
);

CREATE FUNCTION second_factor_steps_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the code of a period is accepted once' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER second_factor_steps_forward BEFORE UPDATE OF last_step ON second_factor
    FOR EACH ROW WHEN (OLD.sealed_key = NEW.sealed_key AND OLD.last_step IS NOT NULL
        AND (NEW.last_step IS NULL OR NEW.last_step <= OLD.last_step))
    EXECUTE FUNCTION second_factor_steps_forward();

CREATE TABLE recovery_code (
    user_id uuid     NOT NULL REFERENCES second_factor ON DELETE CASCADE,
    number  smallint NOT NULL CHECK (number BETWEEN 1 AND 10),
    -- As a password is.
    hash    text     NOT NULL CHECK (hash LIKE '{argon2%'),
    used_at timestamptz,
    PRIMARY KEY (user_id, number)
);
