-- Settings of the kernel for the jail's own namespaces, by their names.
ALTER TABLE jail ADD COLUMN sysctls jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(sysctls) = 'object');
