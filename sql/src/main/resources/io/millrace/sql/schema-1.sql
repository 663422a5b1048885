CREATE TABLE millrace.schema_version (
    version integer PRIMARY KEY,
    installed_at timestamptz NOT NULL DEFAULT now()
);

-- One row per projection; updated by every flush, so half of each page is left free for the next version of a row.
CREATE TABLE millrace.checkpoints (
    projection text PRIMARY KEY,
    epoch bigint NOT NULL DEFAULT 1 CHECK (epoch >= 1),
    position text CHECK (position ~ '^[0-9]+(/[0-9]+)?$'),
    handled_position text CHECK (handled_position ~ '^[0-9]+(/[0-9]+)?$'),
    handled_event_id uuid,
    flush_number bigint NOT NULL DEFAULT 0 CHECK (flush_number >= 0),
    writer_id uuid,
    writer_host text,
    writer_process_id bigint,
    moved_at timestamptz,
    source text NOT NULL,
    event_types text NOT NULL,
    read_models text NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE millrace.read_models (
    schema_name text NOT NULL,
    table_name text NOT NULL,
    projection text NOT NULL,
    PRIMARY KEY (schema_name, table_name)
);

-- Moves a checkpoint if it stands where the caller left it; else raises MR001, and with it undoes the caller's flush.
-- Returns the time, in microseconds since 1970.
CREATE FUNCTION millrace.move_checkpoint(
    its_projection text,
    its_epoch bigint,
    its_flush_number bigint,
    from_position text,
    to_position text,
    new_handled_position text,
    new_handled_event_id uuid,
    new_writer_id uuid,
    new_writer_host text,
    new_writer_process_id bigint
) RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    moment timestamptz := clock_timestamp();
BEGIN
    UPDATE millrace.checkpoints AS c
    SET position = to_position,
        handled_position = coalesce(new_handled_position, c.handled_position),
        handled_event_id = coalesce(new_handled_event_id, c.handled_event_id),
        flush_number = c.flush_number + 1,
        writer_id = new_writer_id,
        writer_host = new_writer_host,
        writer_process_id = new_writer_process_id,
        moved_at = moment
    WHERE c.projection = its_projection
      AND c.epoch = its_epoch
      AND c.flush_number = its_flush_number
      AND c.position IS NOT DISTINCT FROM from_position;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MR001',
            MESSAGE = format('the checkpoint of projection "%s" does not stand at %s in epoch %s, after flush %s',
                its_projection, coalesce(from_position, 'its start'), its_epoch, its_flush_number);
    END IF;
    RETURN (extract(epoch FROM moment) * 1000000)::bigint;
END
$$;

-- Applies a tree of merge patches: {"s": value} sets, {"d": 1} deletes, {"m": {key: tree, ...}} goes deeper, into {}
-- where there is no object (RFC 7386).
CREATE FUNCTION millrace.apply_patch(target jsonb, patch jsonb)
RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    base jsonb;
    gone text[];
    changed jsonb;
BEGIN
    IF patch -> 's' IS NOT NULL THEN
        RETURN patch -> 's';
    END IF;
    base := CASE WHEN jsonb_typeof(target) = 'object' THEN target ELSE '{}'::jsonb END;
    SELECT coalesce(array_agg(key) FILTER (WHERE value -> 'd' IS NOT NULL), '{}'),
           coalesce(
               jsonb_object_agg(key, millrace.apply_patch(base -> key, value)) FILTER (WHERE value -> 'd' IS NULL),
               '{}')
    INTO gone, changed
    FROM jsonb_each(patch -> 'm');
    RETURN (base - gone) || changed;
END
$$;

-- Refuses a change of a row that is not there, and that cannot make one.
CREATE FUNCTION millrace.require_row(row_exists boolean, its_table text)
RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT row_exists THEN
        RAISE EXCEPTION USING
            ERRCODE = 'not_null_violation',
            MESSAGE = format('a new row of table "%s" lacks a value for a not-null column', its_table);
    END IF;
    RETURN 1;
END
$$;
