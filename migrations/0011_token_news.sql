-- Tells every instance at once of a token that was revoked, or changed in any other way that counts.
--
-- An instance that hears this may believe for long what it has looked up; one that does not hear,
-- because its connection is cut, looks every token up again after less than a second. A notification
-- is sent when its transaction commits and never otherwise, and by whoever makes the change, psql
-- too. A token that is new needs none: nobody remembers that it was not there.
CREATE FUNCTION tell_of_token() RETURNS trigger
LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM pg_notify('waybill_tokens', NEW.number::text);
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION tell_of_token() IS 'Notifies the channel waybill_tokens of a token that has changed, by its number';

-- When it was last used is no such change.
CREATE TRIGGER tokens_are_told_of
    AFTER UPDATE OF hash, role, customer_id, expires_at, revoked_at ON tokens FOR EACH ROW
    EXECUTE FUNCTION tell_of_token();
