-- Files that removed jails left on their hosts: each belongs to the customer of the jail that left them, and stands in the way of every
-- path at, above or below its own but that of another jail of the same customer. A row whose path a jail has is that jail's already, or
-- is about to be; it goes when the host says so.
CREATE TABLE kept_files (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    host_id       uuid        NOT NULL REFERENCES host,
    path          text        COLLATE "C" NOT NULL CHECK (path LIKE '/_%' AND length(path) <= 1024),
    -- Null where neither this server nor the host knows whose they are.
    customer_id   uuid REFERENCES customer,
    jail_id       uuid        NOT NULL,
    jail_name     text        NOT NULL DEFAULT '',
    base          text        NOT NULL DEFAULT 'thin',
    -- Of the jail when it was removed.
    generation    bigint      NOT NULL DEFAULT 0 CHECK (generation >= 0),
    -- The first of the user ids that they bear, as the host says.
    first_host_id bigint CHECK (first_host_id BETWEEN 1 AND 4294967295),
    kept_at       timestamptz NOT NULL,
    CONSTRAINT kept_files_path UNIQUE (host_id, path)
);
CREATE INDEX kept_files_customer ON kept_files (customer_id);

-- What happens to files that a jail still has at the path of an earlier definition.
ALTER TABLE jail ADD COLUMN previous_files text NOT NULL DEFAULT 'move' CHECK (previous_files IN ('move', 'delete'));

-- A jail that is gone, and is there again as a tombstone so that its host deletes the files that it left: nobody is shown it.
ALTER TABLE jail ADD COLUMN files_only boolean NOT NULL DEFAULT false;
ALTER TABLE jail ADD CONSTRAINT jail_of_files_only_is_deleted CHECK (NOT files_only OR files_fate = 'deleted');

-- The first of the user ids that the jail's files bear, as the host says: the host may lose its own record.
ALTER TABLE jail_status ADD COLUMN first_host_id bigint CHECK (first_host_id BETWEEN 1 AND 4294967295);

-- How many ranges of user ids the host has, and how many are taken; null where it did not say.
ALTER TABLE host_connection
    ADD COLUMN id_ranges integer CHECK (id_ranges >= 0),
    ADD COLUMN id_ranges_taken integer CHECK (id_ranges_taken >= 0);
