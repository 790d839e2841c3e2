/// Commits as on a disk that takes its time.
enum SlowCommits {
  /// Has each transaction that inserts into a table take 200 ms to commit.
  static func trigger(on table: String) -> String {
    """
    CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS
    $$
    BEGIN
        IF current_setting('test.slept', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
            PERFORM set_config('test.slept', pg_current_xact_id()::text, true), pg_sleep(0.2);
        END IF;
        RETURN NULL;
    END
    $$;
    CREATE CONSTRAINT TRIGGER sleeping AFTER INSERT ON \(table)
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sleep()
    """
  }
}
