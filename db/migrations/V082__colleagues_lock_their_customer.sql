-- Whoever changes a jail locks its customer, which row-level security allows only to those who may change the customer's row. A colleague may
-- lock it, too, and still not change it: without this, a colleague's lock would find no row, lock nothing, and know no quota.
CREATE POLICY of_member_locking ON customer FOR UPDATE TO bailiwick_application
    USING (EXISTS (SELECT FROM membership m WHERE m.customer_id = customer.id AND m.user_id = (SELECT accessing_user())))
    WITH CHECK (false);
