-- Counts the changes of what operators say of a host, such as its name: who changes it says which version they have seen. The revision
-- is another matter, it counts what is wanted of the host's jails.
ALTER TABLE host ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version >= 1);
