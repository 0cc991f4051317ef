-- What resolv.conf of a jail says, and the address of each additional name in its /etc/hosts. An empty list leaves that part to the pool
-- of the jail's address, then to its host, and then to the host's own resolv.conf.
ALTER TABLE jail
    ADD COLUMN name_servers     jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(name_servers) = 'array'),
    ADD COLUMN search_domains   jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(search_domains) = 'array'),
    ADD COLUMN resolver_options jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(resolver_options) = 'array'),
    ADD COLUMN extra_hosts      jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(extra_hosts) = 'object');
ALTER TABLE address_pool
    ADD COLUMN name_servers     jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(name_servers) = 'array'),
    ADD COLUMN search_domains   jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(search_domains) = 'array'),
    ADD COLUMN resolver_options jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(resolver_options) = 'array');
ALTER TABLE host
    ADD COLUMN name_servers     jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(name_servers) = 'array'),
    ADD COLUMN search_domains   jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(search_domains) = 'array'),
    ADD COLUMN resolver_options jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(resolver_options) = 'array');
