-- Row-level security: see docs/adr/0052-rows-of-customers.md.
--
-- Two roles without a login, which the server creates if it may, and otherwise an administrator: docs/operating.md.
--   bailiwick_application   has the privileges on the tables. The server's login inherits them, and sees only the rows of a customer.
--   bailiwick_everything    sees all rows. The server's login does not inherit it, but becomes it for a transaction (SET LOCAL ROLE).
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['bailiwick_application', 'bailiwick_everything'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
    -- FORCE applies to the owner of the tables too; without this, later migrations would change no rows.
    IF NOT pg_has_role('bailiwick_everything', 'USAGE') THEN
        GRANT bailiwick_everything TO CURRENT_USER WITH INHERIT TRUE;
    END IF;
END
$$;

DO $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO bailiwick_application, bailiwick_everything', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO bailiwick_application, bailiwick_everything',
        current_schema());
    -- Tables of later migrations.
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES '
        'TO bailiwick_application, bailiwick_everything', current_schema());
    IF to_regclass('flyway_schema_history') IS NOT NULL THEN
        REVOKE INSERT, UPDATE, DELETE ON flyway_schema_history FROM bailiwick_application, bailiwick_everything;
    END IF;
END
$$;

-- Whose rows the current transaction may see: the user of the request, and the customers of which they see everything. The server sets
-- both for one transaction. After it, PostgreSQL leaves an empty text.
CREATE FUNCTION accessing_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('bailiwick.user', true), '')::uuid
$$;
CREATE FUNCTION accessible_customers() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT string_to_array(nullif(current_setting('bailiwick.customers', true), ''), ',')::uuid[]
$$;

-- Each function is called in a subquery without a column of the row, so that it is evaluated once for a statement.

-- Owners of a customer see all of it.
DO $$
DECLARE
    protected text;
BEGIN
    FOREACH protected IN ARRAY ARRAY['membership', 'jail_grant', 'jail', 'removed_jail', 'kept_files', 'invitation', 'mail'] LOOP
        EXECUTE format('CREATE POLICY of_customer ON %I TO bailiwick_application '
            'USING (customer_id = ANY ((SELECT accessible_customers())::uuid[]))', protected);
    END LOOP;
END
$$;
CREATE POLICY of_customer ON customer TO bailiwick_application USING (id = ANY ((SELECT accessible_customers())::uuid[]));

-- Colleagues see their own memberships, their customers, and the jails that were chosen for them.
CREATE POLICY of_user ON membership FOR SELECT TO bailiwick_application USING (user_id = (SELECT accessing_user()));
CREATE POLICY of_user ON jail_grant FOR SELECT TO bailiwick_application USING (user_id = (SELECT accessing_user()));
CREATE POLICY of_member ON customer FOR SELECT TO bailiwick_application
    USING (EXISTS (SELECT FROM membership m WHERE m.customer_id = customer.id AND m.user_id = (SELECT accessing_user())));
CREATE POLICY of_colleague ON jail TO bailiwick_application
    USING (EXISTS (SELECT FROM jail_grant g
        WHERE g.user_id = (SELECT accessing_user()) AND g.jail_id = jail.id AND g.customer_id = jail.customer_id));

-- What belongs to a jail is seen with the jail.
DO $$
DECLARE
    protected text;
BEGIN
    FOREACH protected IN ARRAY ARRAY['policy_override', 'jail_address', 'jail_status', 'jail_change_timing', 'denial', 'host_difference'] LOOP
        EXECUTE format('CREATE POLICY of_jail ON %I TO bailiwick_application '
            'USING (EXISTS (SELECT FROM jail j WHERE j.id = %I.jail_id))', protected, protected);
    END LOOP;
END
$$;
CREATE POLICY of_invitation ON invitation_jail TO bailiwick_application
    USING (EXISTS (SELECT FROM invitation i WHERE i.id = invitation_jail.invitation_id));

-- Everybody may request a mail, also somebody who is not known.
CREATE POLICY requested ON mail FOR INSERT TO bailiwick_application WITH CHECK (true);

-- Events: everybody records them, also while signing in; only the sealer reads and removes unsealed ones.
CREATE POLICY recorded ON unsealed_event FOR INSERT TO bailiwick_application WITH CHECK (true);
CREATE POLICY of_customer ON audit_event FOR SELECT TO bailiwick_application
    USING (customer_id = ANY ((SELECT accessible_customers())::uuid[]));
CREATE POLICY of_colleague ON audit_event FOR SELECT TO bailiwick_application
    USING (subject_kind = 'jail' AND EXISTS (SELECT FROM jail_grant g
        WHERE g.user_id = (SELECT accessing_user()) AND g.jail_id::text = audit_event.subject_id
            AND g.customer_id = audit_event.customer_id));

-- What belongs to a user.
CREATE POLICY of_user ON api_token TO bailiwick_application USING (user_id = (SELECT accessing_user()));
CREATE POLICY of_user ON ssh_key TO bailiwick_application USING (user_id = (SELECT accessing_user()));
CREATE POLICY of_user ON idempotency_key TO bailiwick_application USING (user_id = (SELECT accessing_user()));

DO $$
DECLARE
    protected text;
BEGIN
    FOREACH protected IN ARRAY ARRAY['customer', 'membership', 'jail_grant', 'invitation', 'invitation_jail', 'api_token', 'ssh_key', 'idempotency_key',
        'jail', 'policy_override', 'jail_address', 'jail_status', 'jail_change_timing', 'denial', 'host_difference', 'removed_jail',
        'kept_files', 'mail', 'audit_event', 'unsealed_event'] LOOP
        EXECUTE format('CREATE POLICY everything ON %I TO bailiwick_everything USING (true) WITH CHECK (true)', protected);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', protected);
    END LOOP;
END
$$;
