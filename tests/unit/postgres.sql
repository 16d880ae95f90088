-- What the unit tests look into a ledger with, said in SQLite's words, as
-- PostgreSQL must be taught them. Read once into a database of theirs.

-- Where it goes with the schema of no test.
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;

CREATE FUNCTION concat_step(text, anyelement, text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN $2 IS NULL THEN $1 ELSE COALESCE($1 || $3, '') || $2 END
$$;
CREATE FUNCTION concat_step(text, anyelement) RETURNS text
LANGUAGE sql IMMUTABLE AS 'SELECT concat_step($1, $2, '','')';
CREATE AGGREGATE group_concat(anyelement, text)
	(sfunc = concat_step, stype = text);
CREATE AGGREGATE group_concat(anyelement) (sfunc = concat_step, stype = text);

-- strftime('%s', 'now'): seconds, as a number at once.
CREATE FUNCTION strftime(text, text DEFAULT 'now') RETURNS bigint
LANGUAGE sql AS 'SELECT floor(extract(epoch FROM clock_timestamp()))::bigint';

CREATE FUNCTION randomblob(integer) RETURNS bytea LANGUAGE sql AS $$
	SELECT decode(string_agg(lpad(to_hex((random() * 255)::int), 2, '0'), ''),
		'hex') FROM generate_series(1, $1)
$$;
CREATE FUNCTION hex(bytea) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT upper(encode($1, 'hex')) $$;

-- A number that a test gave by hand counts as taken.
CREATE FUNCTION numbers_go_on() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	c record;
	last bigint;
BEGIN
	FOR c IN SELECT a.attrelid::regclass AS of, a.attname AS name
		FROM pg_attribute AS a JOIN pg_class AS t ON t.oid = a.attrelid
		WHERE t.relnamespace = current_schema()::regnamespace
		AND t.relkind = 'r' AND a.attidentity <> ''
	LOOP
		EXECUTE format('SELECT MAX(%I) FROM %s', c.name, c.of) INTO last;
		PERFORM setval(pg_get_serial_sequence(c.of::text, c.name),
			GREATEST(last, 1), last IS NOT NULL);
	END LOOP;
END
$$;

-- As one that was just made, much faster than making it.
CREATE FUNCTION make_fresh() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	t regclass;
BEGIN
	IF to_regclass('ledger_version') IS NULL THEN
		RETURN;
	END IF;
	FOR t IN SELECT oid::regclass FROM pg_class
		WHERE relnamespace = current_schema()::regnamespace
		AND relkind = 'r' AND relname <> 'ledger_version'
	LOOP
		EXECUTE format('DELETE FROM %s', t);
	END LOOP;
	INSERT INTO marks (key, value) VALUES ('accept_unmarked', 0);
	PERFORM numbers_go_on();
END
$$;

-- For a trigger by which nothing goes.
CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS
	$$ BEGIN RAISE EXCEPTION 'held'; END $$;

-- For one by which what is put off is due at once.
CREATE FUNCTION haste() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	new.due_ms := 1;
	new.attempts := GREATEST(new.attempts, 6);
	RETURN new;
END
$$;
