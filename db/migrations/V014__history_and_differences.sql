-- A database that is restored goes on from an older revision, and what it writes then has the numbers of what was lost. So each
-- revision has a hash over all changes up to it: who has been there before shows it, and is recognised, or not.
ALTER TABLE host ADD COLUMN history bytea NOT NULL DEFAULT ''::bytea;

-- The hashes of the last revisions of each host. Written by the trigger below alone; hosts are never deleted, so no key to them.
CREATE TABLE host_revision (
    host_id  uuid   NOT NULL,
    revision bigint NOT NULL,
    hash     bytea  NOT NULL,
    PRIMARY KEY (host_id, revision)
);

-- In the statement that counts the revision, whichever that is, so that it costs no round trip and none can forget it. The random
-- part is what makes two changes differ that say the same.
CREATE FUNCTION chain_host_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.history := sha256(OLD.history || int8send(NEW.revision) || uuid_send(gen_random_uuid()));
    INSERT INTO host_revision (host_id, revision, hash) VALUES (NEW.id, NEW.revision, NEW.history);
    IF NEW.revision % 256 = 0 THEN
        DELETE FROM host_revision WHERE host_id = NEW.id AND revision <= NEW.revision - 4096;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER host_revision_chain BEFORE UPDATE OF revision ON host
    FOR EACH ROW WHEN (NEW.revision <> OLD.revision) EXECUTE FUNCTION chain_host_revision();

-- That a host has shown revisions which this database has lost. Stays until an operator closes it.
CREATE TABLE host_branch (
    host_id         uuid PRIMARY KEY REFERENCES host ON DELETE CASCADE,
    seen_at         timestamptz NOT NULL,
    -- What the host had, what the database had, and the latest that is the same in both; 0 where none is known to be.
    host_revision   bigint      NOT NULL CHECK (host_revision >= 0),
    server_revision bigint      NOT NULL CHECK (server_revision >= 0),
    common_revision bigint      NOT NULL CHECK (common_revision >= 0)
);

-- A jail about which its host does not follow this database until an operator decides; one writer: what the host lists.
CREATE TABLE host_difference (
    host_id    uuid        NOT NULL REFERENCES host ON DELETE CASCADE,
    jail_id    uuid        NOT NULL,
    kind       text        NOT NULL CHECK (kind IN ('unknown', 'changed', 'removed')),
    -- Of what the host has; it follows again with a generation above the other.
    generation bigint      NOT NULL CHECK (generation >= 0),
    above      bigint      NOT NULL CHECK (above >= generation),
    -- The host's Intent, or its Removal where it has removed the jail; null where all it knows is that the jail runs.
    has        bytea,
    -- The last of the host's listings that it was in; null where it is none, but a report.
    listing    uuid,
    -- What an operator has said and the host is yet to do, or that it is to stay so. All else that can be said ends the difference.
    choice     text CHECK (choice = 'keep' OR (choice = 'remove' AND kind = 'unknown')),
    seen_at    timestamptz NOT NULL,
    PRIMARY KEY (host_id, jail_id),
    CONSTRAINT host_difference_known CHECK (has IS NOT NULL OR (kind = 'unknown' AND listing IS NULL))
);

-- Addresses that a host uses for a jail in such a definition are not given out.
ALTER TABLE jail_address
    ALTER COLUMN jail_id DROP NOT NULL,
    ADD COLUMN held_host uuid,
    ADD COLUMN held_jail uuid,
    ADD CONSTRAINT jail_address_held FOREIGN KEY (held_host, held_jail) REFERENCES host_difference ON DELETE CASCADE,
    ADD CONSTRAINT jail_address_of_one CHECK ((jail_id IS NULL) = (held_jail IS NOT NULL) AND (held_host IS NULL) = (held_jail IS NULL));
CREATE INDEX jail_address_held ON jail_address (held_host, held_jail) WHERE held_jail IS NOT NULL;
