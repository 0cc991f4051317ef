-- What customers and operators file jails under, to find them again.
ALTER TABLE jail ADD COLUMN labels jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(labels) = 'object');
-- For containment and for the existence of a key.
CREATE INDEX jail_labels ON jail USING gin (labels);
