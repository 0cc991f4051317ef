-- A login has one form: no spaces around it, the compatible form of its characters, lower case, and nothing but what a login may have.
-- What is not in that form is brought into it, unless it would then be the login of another user: which of them is meant is for an
-- operator to say. Such a user is left as they are and cannot sign in; the server's log and the audit name them.

DO $$
DECLARE
    odd record;
BEGIN
    FOR odd IN
        SELECT id, login, normal, count(*) OVER (PARTITION BY normal) > 1 AS shared, normal ~ '^[a-z0-9._@+-]{1,254}$' AS possible
        FROM (SELECT id, login, lower(btrim(normalize(login, NFKC), E' \t\n\r\f\v')) AS normal FROM app_user) AS logins
        ORDER BY normal, id
    LOOP
        IF odd.login = odd.normal AND odd.possible THEN
            CONTINUE;
        ELSIF odd.possible AND NOT odd.shared THEN
            UPDATE app_user SET login = odd.normal WHERE id = odd.id;
        ELSE
            RAISE WARNING 'User % cannot sign in as %: %. Rename them: UPDATE app_user SET login = ... WHERE id = ''%''',
                odd.id, quote_literal(odd.login),
                CASE WHEN odd.possible THEN 'in its one form it is the login of another user, ' || quote_literal(odd.normal)
                    ELSE 'it has characters that no login has' END,
                odd.id;
            INSERT INTO audit_event (at, actor, subject_kind, subject_id, action, detail)
            VALUES (now(), 'bailiwick', 'user', odd.id::text, 'user.login-unusable',
                jsonb_build_object('login', odd.login, 'form', odd.normal));
        END IF;
    END LOOP;
END
$$;

-- Not validated: it holds for every row that is written from now on, and not for those that were left.
ALTER TABLE app_user ADD CONSTRAINT app_user_login_form CHECK (login ~ '^[a-z0-9._@+-]{1,254}$') NOT VALID;
