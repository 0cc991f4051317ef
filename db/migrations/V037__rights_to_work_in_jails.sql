-- A token that carried all that its user's role carries goes on doing so: with the rights to the console, the files and the logs of jails.
UPDATE api_token t SET scopes = t.scopes || r.new::text[] FROM app_user u
JOIN (VALUES
    ('owner', '{jails:console,jails:files,jails:logs}', '{jails:read,jails:write,hosts:read,hosts:write,pools:read,pools:write,templates:read,templates:write,customers:read,customers:write,members:read,members:write,users:read,users:write,tokens:read,tokens:write,events:read}'),
    ('operator', '{jails:console,jails:files,jails:logs}', '{jails:read,jails:write,hosts:read,hosts:write,pools:read,pools:write,templates:read,templates:write,customers:read,customers:write,members:read,members:write,users:read,tokens:read,tokens:write,events:read}'),
    ('support', '{jails:logs}', '{jails:read,hosts:read,pools:read,templates:read,customers:read,users:read,tokens:read,tokens:write,events:read}'),
    ('customer', '{jails:console,jails:files,jails:logs}', '{jails:read,jails:write,members:read,members:write,tokens:read,tokens:write,events:read}')
) AS r (role, new, had) ON r.role = u.role
WHERE u.id = t.user_id AND t.scopes @> r.had::text[];
