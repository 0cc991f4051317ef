-- A third profile: hosting, and what booting a full init needs.

ALTER TABLE jail DROP CONSTRAINT jail_profile_check;
ALTER TABLE jail ADD CONSTRAINT jail_profile_check CHECK (profile IN ('strict2002', 'hosting', 'system'));
