-- Text that people choose is one line that shows as it is written: no control characters, no ends of lines (U+2028, U+2029), none of
-- Unicode's Bidi_Control characters. dev.bailiwick.jail.PlainText says the same.
CREATE FUNCTION is_plain(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT value !~ '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
$$;

-- What was stored before is for people to read, so it is put right. A path is not: where files are can not be changed here.
CREATE FUNCTION plain_of(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(regexp_replace(value, '[\r\n\t]', ' ', 'g'),
        '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]', E'\uFFFD', 'g')
$$;
UPDATE customer SET name = plain_of(name) WHERE NOT is_plain(name);
UPDATE api_token SET name = plain_of(name) WHERE NOT is_plain(name);
UPDATE address_pool SET description = plain_of(description) WHERE NOT is_plain(description);
UPDATE policy_override SET reason = plain_of(reason) WHERE NOT is_plain(reason);

-- Programs look these up, so nothing is changed behind their backs.
DO $$
DECLARE
    found text;
BEGIN
    SELECT string_agg('customer ' || id, ', ') INTO found FROM customer WHERE NOT is_plain(external_id);
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'control characters, ends of lines or marks of direction in the external id of: %', found
            USING HINT = 'Change them in the database, and in the system that they come from; then start again.';
    END IF;
    SELECT string_agg('jail ' || id, ', ') INTO found FROM jail WHERE NOT is_plain(path) OR NOT is_plain(external_id);
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'control characters, ends of lines or marks of direction in the path or external id of: %', found
            USING HINT = 'Retire these jails with the version before, or change their external ids; then start again.';
    END IF;
END
$$;

DROP FUNCTION plain_of;
ALTER TABLE customer ADD CONSTRAINT customer_name_plain CHECK (is_plain(name));
ALTER TABLE customer ADD CONSTRAINT customer_external_id_plain CHECK (is_plain(external_id));
ALTER TABLE api_token ADD CONSTRAINT api_token_name_plain CHECK (is_plain(name));
ALTER TABLE address_pool ADD CONSTRAINT address_pool_description_plain CHECK (is_plain(description));
ALTER TABLE policy_override ADD CONSTRAINT policy_override_reason_plain CHECK (is_plain(reason));
ALTER TABLE jail ADD CONSTRAINT jail_path_plain CHECK (is_plain(path));
ALTER TABLE jail ADD CONSTRAINT jail_external_id_plain CHECK (is_plain(external_id));

-- What a host says is wrong with itself now, as of jails in jail_status.
ALTER TABLE host_connection ADD COLUMN conditions jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(conditions) = 'array');
