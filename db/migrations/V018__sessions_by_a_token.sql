-- A token that signs its holder in by a link: the session holds no longer than the token.
ALTER TABLE sign_in_link ADD COLUMN token_id uuid REFERENCES api_token;
