-- Which notices a user does not want. Those about the ways to sign in cannot be turned off.
ALTER TABLE app_user ADD COLUMN notices_off text[] NOT NULL DEFAULT '{}'
    CHECK (notices_off <@ ARRAY['token', 'ssh-key', 'acted-for']);
CREATE INDEX mail_notice ON mail (subject_id, (facts ->> 'notice'), created_at) WHERE kind = 'notice';
