-- The token by which a link was requested: without it the link is void.
ALTER TABLE password_reset ADD COLUMN token_id uuid REFERENCES api_token ON DELETE CASCADE;
CREATE INDEX password_reset_token ON password_reset (token_id) WHERE token_id IS NOT NULL;
