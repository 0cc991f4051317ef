-- Resellers: see docs/adr/0059-resellers.md. The customer whose owners have the rights of an owner for this one too.
ALTER TABLE customer ADD COLUMN reseller_id uuid REFERENCES customer CHECK (reseller_id <> id);
CREATE INDEX customer_of_reseller ON customer (reseller_id, id) WHERE reseller_id IS NOT NULL;

-- There is one level: a customer of a reseller has no customers. Each statement below sees what was committed while it waited for a lock.
CREATE FUNCTION customer_has_one_level() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.reseller_id IS NOT NULL THEN
        PERFORM FROM customer WHERE id = NEW.reseller_id FOR SHARE;
        IF EXISTS (SELECT FROM customer WHERE id = NEW.reseller_id AND reseller_id IS NOT NULL)
                OR EXISTS (SELECT FROM customer WHERE reseller_id = NEW.id) THEN
            RAISE EXCEPTION 'a customer of a reseller has no customers' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NULL;
END
$$;
-- Not before: with such a trigger each update of a customer locks its row against what refers to it, for example against removals of its jails.
CREATE TRIGGER customer_has_one_level AFTER INSERT OR UPDATE OF reseller_id ON customer
    FOR EACH ROW EXECUTE FUNCTION customer_has_one_level();

-- The owners of the former and of the new reseller have other rights from the commit on.
CREATE FUNCTION reseller_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM app_user WHERE id IN (
        SELECT user_id FROM membership WHERE customer_id IN (OLD.reseller_id, NEW.reseller_id) AND role = 'owner')
    ORDER BY id FOR NO KEY UPDATE;
    UPDATE app_user SET access_version = access_version + 1 WHERE id IN (
        SELECT user_id FROM membership WHERE customer_id IN (OLD.reseller_id, NEW.reseller_id) AND role = 'owner');
    RETURN NULL;
END
$$;
CREATE TRIGGER reseller_changed AFTER UPDATE OF reseller_id ON customer
    FOR EACH ROW WHEN (OLD.reseller_id IS DISTINCT FROM NEW.reseller_id) EXECUTE FUNCTION reseller_changed();

-- Whoever sees everything of a reseller sees everything of its customers. The function is executed as the owner of the tables: the
-- policies of customer ask it themselves. It is evaluated once for a statement, like the one that it replaces.
CREATE OR REPLACE FUNCTION accessible_customers() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path FROM CURRENT AS $$
    SELECT own.ids || ARRAY(SELECT c.id FROM customer c WHERE c.reseller_id = ANY (own.ids))
    FROM (SELECT string_to_array(nullif(current_setting('bailiwick.customers', true), ''), ',')::uuid[] AS ids) AS own
$$;
