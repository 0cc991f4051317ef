-- The most that the plans of a customer's jails may promise of disk together; null is no bound. The files of jails are not bounded by it.
ALTER TABLE customer ADD COLUMN max_disk_bytes bigint CHECK (max_disk_bytes >= 0);
