CREATE TABLE millrace.schema_version (
    version integer PRIMARY KEY,
    installed_at timestamptz NOT NULL DEFAULT now()
);

-- One row per projection; updated by every flush, so half of each page is left free for the next version of a row. No
-- CHECK constraints: PostgreSQL reads and prepares them anew for each statement, which is two fifths of this update. What
-- most flushes leave as it is comes first: an update is logged from the first byte that changes to the last one that does.
CREATE TABLE millrace.checkpoints (
    projection text PRIMARY KEY,
    epoch bigint NOT NULL DEFAULT 1,
    source text NOT NULL,
    event_types text NOT NULL,
    read_models text NOT NULL,
    writer_id uuid,
    writer_host text,
    writer_process_id bigint,
    -- What flushes took in the five minutes that began then, for that reason: what flush_counts has no row of yet.
    counted_reason text,
    counted_since timestamptz,
    counted_flushes bigint NOT NULL DEFAULT 0,
    counted_events bigint NOT NULL DEFAULT 0,
    counted_changes bigint NOT NULL DEFAULT 0,
    counted_rows bigint NOT NULL DEFAULT 0,
    counted_statements bigint NOT NULL DEFAULT 0,
    counted_round_trips bigint NOT NULL DEFAULT 0,
    counted_shares double precision NOT NULL DEFAULT 0,
    position text,
    handled_position text,
    handled_event_id uuid,
    flush_number bigint NOT NULL DEFAULT 0,
    moved_at timestamptz
) WITH (fillfactor = 50);

CREATE TABLE millrace.read_models (
    schema_name text NOT NULL,
    table_name text NOT NULL,
    projection text NOT NULL,
    PRIMARY KEY (schema_name, table_name)
);

-- The programs that share the projections out among them. One lives from renewed_at until valid_until: not before, so
-- that a clock that is set back makes nobody live for ever.
CREATE TABLE millrace.instances (
    instance_id uuid PRIMARY KEY,
    host text NOT NULL,
    process_id bigint NOT NULL,
    given_up text[] NOT NULL,
    renewed_at timestamptz NOT NULL,
    valid_until timestamptz NOT NULL
) WITH (fillfactor = 50);

-- Who may write a projection, and who asks for it. Apart from the checkpoints, whose rows flushes lock.
CREATE TABLE millrace.leases (
    projection text PRIMARY KEY,
    epoch bigint NOT NULL CHECK (epoch >= 0),
    instance_id uuid,
    host text,
    process_id bigint,
    renewed_at timestamptz,
    valid_until timestamptz,
    claimant_id uuid,
    claimant_host text,
    claimant_process_id bigint,
    claimed_at timestamptz,
    claimed_until timestamptz
) WITH (fillfactor = 50);

-- Whether something that was renewed then, and is valid until then, lives. Null does not.
CREATE FUNCTION millrace.is_live(renewed timestamptz, until timestamptz)
RETURNS boolean LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(renewed <= clock_timestamp() AND clock_timestamp() < until, false)
$$;

-- All live instances, and all leases; those that are not live have no microseconds left.
CREATE FUNCTION millrace.lease_board()
RETURNS TABLE (
    projection text, id uuid, host text, process_id bigint, given_up text[], epoch bigint, microseconds_left bigint,
    claimant_id uuid, claimant_host text, claimant_process_id bigint
) LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT NULL::text, i.instance_id, i.host, i.process_id, i.given_up, NULL::bigint, NULL::bigint,
        NULL::uuid, NULL::text, NULL::bigint
    FROM millrace.instances AS i WHERE millrace.is_live(i.renewed_at, i.valid_until)
    UNION ALL
    SELECT l.projection, l.instance_id, l.host, l.process_id, NULL::text[], l.epoch,
        CASE WHEN millrace.is_live(l.renewed_at, l.valid_until)
            THEN greatest((extract(epoch FROM l.valid_until - clock_timestamp()) * 1000000)::bigint, 0) ELSE 0 END,
        CASE WHEN millrace.is_live(l.claimed_at, l.claimed_until) THEN l.claimant_id END,
        l.claimant_host, l.claimant_process_id
    FROM millrace.leases AS l
$$;

-- "I live": renews an instance (if it shares), its leases (those that are still its own) and its claims.
CREATE FUNCTION millrace.renew_leases(
    its_id uuid, its_host text, its_process_id bigint, valid_for interval, shares boolean, its_given_up text[],
    held text[], held_epochs bigint[], claimed text[]
) RETURNS SETOF record LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF shares THEN
        INSERT INTO millrace.instances AS i (instance_id, host, process_id, given_up, renewed_at, valid_until)
        VALUES (its_id, its_host, its_process_id, its_given_up, clock_timestamp(), clock_timestamp() + valid_for)
        ON CONFLICT (instance_id) DO UPDATE SET given_up = excluded.given_up,
            renewed_at = clock_timestamp(), valid_until = clock_timestamp() + valid_for;
        DELETE FROM millrace.instances AS i
        WHERE i.renewed_at NOT BETWEEN clock_timestamp() - interval '1 hour' AND clock_timestamp() + interval '1 hour';
    END IF;
    UPDATE millrace.leases AS l SET renewed_at = clock_timestamp(), valid_until = clock_timestamp() + valid_for
    FROM unnest(held, held_epochs) AS h (projection, epoch)
    WHERE l.projection = h.projection AND l.epoch = h.epoch AND l.instance_id = its_id;
    INSERT INTO millrace.leases AS l (projection, epoch, claimant_id, claimant_host, claimant_process_id, claimed_at,
        claimed_until)
    SELECT c, 0, its_id, its_host, its_process_id, clock_timestamp(), clock_timestamp() + valid_for
    FROM unnest(claimed) AS c
    ON CONFLICT (projection) DO UPDATE SET claimant_id = its_id, claimant_host = its_host,
        claimant_process_id = its_process_id, claimed_at = clock_timestamp(),
        claimed_until = clock_timestamp() + valid_for
    WHERE l.claimant_id = its_id OR NOT millrace.is_live(l.claimed_at, l.claimed_until);
    RETURN QUERY SELECT * FROM millrace.lease_board();
END
$$;

-- Takes a lease that is not live (or the taker's own), unless somebody else asks for it. Returns its new epoch, above
-- any that the checkpoint has seen; null if it is not to be had. The clock is looked at once the row is locked.
CREATE FUNCTION millrace.take_lease(
    its_id uuid, its_host text, its_process_id bigint, valid_for interval, its_projection text
) RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    next_epoch bigint := 1 + coalesce((SELECT c.epoch FROM millrace.checkpoints AS c
        WHERE c.projection = its_projection), 0);
    taken bigint;
BEGIN
    INSERT INTO millrace.leases AS l (projection, epoch, instance_id, host, process_id, renewed_at, valid_until)
    VALUES (its_projection, next_epoch, its_id, its_host, its_process_id, clock_timestamp(),
        clock_timestamp() + valid_for)
    ON CONFLICT (projection) DO UPDATE SET epoch = greatest(l.epoch + 1, next_epoch), instance_id = its_id,
        host = its_host, process_id = its_process_id, renewed_at = clock_timestamp(),
        valid_until = clock_timestamp() + valid_for, claimant_id = NULL, claimed_until = NULL
    WHERE (l.instance_id = its_id OR NOT millrace.is_live(l.renewed_at, l.valid_until))
      AND (l.claimant_id = its_id OR NOT millrace.is_live(l.claimed_at, l.claimed_until))
    RETURNING l.epoch INTO taken;
    RETURN taken;
END
$$;

-- Gives a lease back, if it is still the giver's own.
CREATE FUNCTION millrace.release_lease(its_id uuid, its_projection text, its_epoch bigint)
RETURNS void LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    UPDATE millrace.leases SET instance_id = NULL, host = NULL, process_id = NULL, valid_until = NULL
    WHERE projection = its_projection AND epoch = its_epoch AND instance_id = its_id
$$;

-- Forgets an instance, and what it asks for.
CREATE FUNCTION millrace.forget_instance(its_id uuid)
RETURNS void LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    UPDATE millrace.leases SET claimant_id = NULL, claimed_until = NULL WHERE claimant_id = its_id;
    DELETE FROM millrace.instances WHERE instance_id = its_id
$$;

-- Events that a projection has moved past without handling them; those of a stream in the order of their sequences. No
-- error: not tried, as it follows an earlier one. In stream, event_type and error a NUL is written as \0.
CREATE TABLE millrace.parked_events (
    projection text NOT NULL,
    sequence bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    stream text NOT NULL,
    revision bigint NOT NULL,
    position text NOT NULL CHECK (position ~ '^[0-9]+(/[0-9]+)?$'),
    event_id uuid NOT NULL,
    event_type text NOT NULL,
    data bytea NOT NULL,
    metadata bytea NOT NULL,
    created timestamptz NOT NULL,
    created_nanos smallint NOT NULL, -- what a timestamptz cannot hold
    error text,
    alone boolean NOT NULL, -- parked for itself: later events of its stream need not follow it
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    retries integer NOT NULL DEFAULT 0,
    PRIMARY KEY (projection, sequence)
);

-- What flushes took, by five minutes and reason; those older than 48 hours are summed up at -infinity. What a flush took
-- is counted in its checkpoint's row, which it writes anyway, and put here when another five minutes begin, or another
-- reason: in the flush's own transaction, so that what is counted is in the read model, once.
CREATE TABLE millrace.flush_counts (
    projection text NOT NULL,
    began_at timestamptz NOT NULL,
    reason text NOT NULL,
    flushes bigint NOT NULL,
    events bigint NOT NULL,
    changes bigint NOT NULL,
    changed_rows bigint NOT NULL,
    statements bigint NOT NULL,
    round_trips bigint NOT NULL,
    shares double precision NOT NULL, -- of the flushes: 1 for each of its own, 1/n for one that n projections shared
    PRIMARY KEY (projection, began_at, reason)
) WITH (fillfactor = 50);

-- Adds what is older than 48 hours to the sums at -infinity.
CREATE FUNCTION millrace.sum_up_old_flush_counts(its_projection text, moment timestamptz)
RETURNS void LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    WITH old AS (
        DELETE FROM millrace.flush_counts
        WHERE projection = its_projection AND began_at > '-infinity' AND began_at < moment - interval '48 hours'
        RETURNING reason, flushes, events, changes, changed_rows, statements, round_trips, shares
    )
    INSERT INTO millrace.flush_counts AS f
    SELECT its_projection, '-infinity', reason, sum(flushes), sum(events), sum(changes), sum(changed_rows),
        sum(statements), sum(round_trips), sum(shares)
    FROM old GROUP BY reason
    ON CONFLICT (projection, began_at, reason) DO UPDATE
    SET flushes = f.flushes + excluded.flushes,
        events = f.events + excluded.events,
        changes = f.changes + excluded.changes,
        changed_rows = f.changed_rows + excluded.changed_rows,
        statements = f.statements + excluded.statements,
        round_trips = f.round_trips + excluded.round_trips,
        shares = f.shares + excluded.shares
$$;

-- Puts what a checkpoint's row has counted to the rest, before it counts for another reason or another five minutes.
-- Returns what it counts from then: 0.
CREATE FUNCTION millrace.put_counts_away(its millrace.checkpoints)
RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO millrace.flush_counts AS f
    SELECT its.projection, its.counted_since, its.counted_reason, its.counted_flushes, its.counted_events,
        its.counted_changes, its.counted_rows, its.counted_statements, its.counted_round_trips, its.counted_shares
    WHERE its.counted_flushes > 0
    ON CONFLICT (projection, began_at, reason) DO UPDATE
    SET flushes = f.flushes + excluded.flushes,
        events = f.events + excluded.events,
        changes = f.changes + excluded.changes,
        changed_rows = f.changed_rows + excluded.changed_rows,
        statements = f.statements + excluded.statements,
        round_trips = f.round_trips + excluded.round_trips,
        shares = f.shares + excluded.shares;
    PERFORM millrace.sum_up_old_flush_counts(its.projection, statement_timestamp());
    RETURN 0;
END
$$;

-- Undoes a flush whose checkpoint does not stand where it was left.
CREATE FUNCTION millrace.refuse_move(its_projection text, its_epoch bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'MR001',
        MESSAGE = format('the checkpoint of projection "%s" does not stand where it was left in epoch %s',
            its_projection, its_epoch);
END
$$;

-- Moves the checkpoints of a group, all or none, and counts the flush, if they stand where the caller left them; else
-- raises MR001, and with it undoes the caller's flush. Arrays have an element for each of them. Returns the time, in
-- microseconds since 1970.
CREATE FUNCTION millrace.move_checkpoints(
    its_projections text[],
    its_epochs bigint[],
    its_flush_numbers bigint[],
    from_positions text[],
    to_position text,
    new_handled_positions text[],
    new_handled_event_ids text[],
    new_writer_id uuid,
    new_writer_host text,
    new_writer_process_id bigint,
    its_reason text,
    its_events bigint[],
    its_changes bigint[],
    its_rows bigint[],
    its_statements bigint[],
    its_round_trips bigint
) RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    moment timestamptz := statement_timestamp();
    since timestamptz := date_bin('5 minutes', moment, '2000-01-01 00:00+00');
    moved bigint;
BEGIN
    UPDATE millrace.checkpoints AS c
    SET position = to_position,
        handled_position = coalesce(m.new_handled_position, c.handled_position),
        handled_event_id = coalesce(m.new_handled_event_id::uuid, c.handled_event_id),
        flush_number = c.flush_number + 1,
        writer_id = new_writer_id,
        writer_host = new_writer_host,
        writer_process_id = new_writer_process_id,
        moved_at = moment,
        counted_reason = its_reason,
        counted_since = since,
        counted_flushes = CASE WHEN (c.counted_reason, c.counted_since) = (its_reason, since)
            THEN c.counted_flushes ELSE millrace.put_counts_away(c) END + 1,
        counted_events = CASE WHEN (c.counted_reason, c.counted_since) = (its_reason, since)
            THEN c.counted_events ELSE 0 END + m.events,
        counted_changes = CASE WHEN (c.counted_reason, c.counted_since) = (its_reason, since)
            THEN c.counted_changes ELSE 0 END + m.changes,
        counted_rows = CASE WHEN (c.counted_reason, c.counted_since) = (its_reason, since)
            THEN c.counted_rows ELSE 0 END + m.changed_rows,
        counted_statements = CASE WHEN (c.counted_reason, c.counted_since) = (its_reason, since)
            THEN c.counted_statements ELSE 0 END + m.statements,
        counted_round_trips = CASE WHEN (c.counted_reason, c.counted_since) = (its_reason, since)
            THEN c.counted_round_trips ELSE 0 END + its_round_trips,
        counted_shares = CASE WHEN (c.counted_reason, c.counted_since) = (its_reason, since)
            THEN c.counted_shares ELSE 0 END + 1 / cardinality(its_projections)::double precision
    FROM unnest(its_projections, its_epochs, its_flush_numbers, from_positions, new_handled_positions,
        new_handled_event_ids, its_events, its_changes, its_rows, its_statements) AS m (projection, epoch, flush_number,
        from_position, new_handled_position, new_handled_event_id, events, changes, changed_rows, statements)
    WHERE c.projection = m.projection
      AND c.epoch = m.epoch
      AND c.flush_number = m.flush_number
      AND c.position IS NOT DISTINCT FROM m.from_position;
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> cardinality(its_projections) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MR001',
            MESSAGE = format('%s of %s checkpoints do not stand where they were left',
                cardinality(its_projections) - moved, cardinality(its_projections));
    END IF;
    RETURN (extract(epoch FROM moment) * 1000000)::bigint;
END
$$;

-- Applies a tree of merge patches, into {} where there is no object (RFC 7386): {"d": [key, ...]} deletes, {"m": {key:
-- tree, ...}} goes deeper, {"o": {key: {key: value, ...}, ...}} goes one level deeper and sets there, {"s": {key: value,
-- ...}} sets. No key is in two of them. Only what goes deeper than that costs a call of its own, for each level.
CREATE FUNCTION millrace.patched(target jsonb, patch jsonb)
RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    -- An object as it is, but decompressed, once and not by each expression that reads it; else no object.
    patched jsonb := target || '{}';
BEGIN
    IF jsonb_typeof(patched) IS DISTINCT FROM 'object' THEN
        patched := '{}';
    END IF;
    IF patch -> 'd' IS NOT NULL THEN
        patched := patched - ARRAY(SELECT jsonb_array_elements_text(patch -> 'd'));
    END IF;
    IF patch -> 'm' IS NOT NULL THEN
        patched := patched || (
            SELECT jsonb_object_agg(key, millrace.patched(patched -> key, value))
            FROM jsonb_each(patch -> 'm'));
    END IF;
    IF patch -> 'o' IS NOT NULL THEN
        patched := patched || (
            SELECT jsonb_object_agg(
                key, CASE jsonb_typeof(patched -> key) WHEN 'object' THEN (patched -> key) || value ELSE value END)
            FROM jsonb_each(patch -> 'o'));
    END IF;
    RETURN CASE WHEN patch -> 's' IS NOT NULL THEN patched || (patch -> 's') ELSE patched END;
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

-- Refuses a flush that added increments as one, where one of them alone could have left the range: it is to be sent
-- again in the way that looks at each.
CREATE FUNCTION millrace.plan_exactly()
RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'MR002',
        MESSAGE = 'a number is so near to the end of its type''s range that increments are to be added exactly';
END
$$;
