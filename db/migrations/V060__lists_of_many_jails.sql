-- The newest jails of a customer, and of a host, among those of all: without these, a page of a customer with twenty jails reads the
-- jails of everybody until it has found them.
CREATE INDEX jail_newest_of_customer ON jail (customer_id, id);
CREATE INDEX jail_newest_of_host ON jail (host_id, id) WHERE NOT files_only;
