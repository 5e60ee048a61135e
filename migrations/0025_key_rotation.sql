-- A key that another one takes over from goes on for a while, so that nothing stands still in between: its end is moved
-- nearer, never away; the service sees to it.
GRANT UPDATE (expires_at) ON api_key TO :"app";
