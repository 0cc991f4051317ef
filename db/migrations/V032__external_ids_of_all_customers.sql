-- Billing systems look jails up by their external id alone; the unique index has the customer first.
CREATE INDEX jail_external_id_alone ON jail (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX removed_jail_external_id ON removed_jail (external_id) WHERE external_id IS NOT NULL;
