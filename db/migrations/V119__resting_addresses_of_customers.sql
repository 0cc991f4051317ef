-- Whoever gets a chosen address gets one of those first that rest after they were their own.
CREATE INDEX resting_address_customer ON resting_address (customer_id, pool_id, released_at);
