/* Applying the migrations, and telling whether they are applied. */
#include "store/migrations.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/ident.h"
#include "base/text.h"

/* "leadscor" as a number: one lock for every database that leadscore lives in. */
#define LOCK_KEY "7810756345966063474"
#define LOCK_WAIT_US (INT64_C(65) * 1000 * 1000)
#define MIGRATION_US (INT64_C(3600) * 1000 * 1000)

static const char create_table[] =
    "CREATE TABLE schema_migrations ("
    "number integer PRIMARY KEY, name text COLLATE \"C\" NOT NULL, sha256 bytea NOT NULL, "
    "applied_at timestamptz NOT NULL)";

static void hash_of(const struct migration *m, uint8_t out[32])
{
	sha256(m->sql, strlen(m->sql), out);
}

/* Compares what the database says was applied with what this program knows. ret_applied: how many of ours are there;
 * -1: not even the table is. */
static enum status read_applied(struct db *db, int *ret_applied, struct err *e)
{
	struct err local;
	struct db_result *r;
	enum status s = db_run(db, STATEMENT_MIGRATION_LIST, &r, &local);
	if (s != ST_OK) {
		if (!strcmp(local.sqlstate, "42P01")) {
			*ret_applied = -1;
			return ST_OK;
		}
		if (e)
			*e = local;
		return s;
	}
	size_t rows = db_rows(r);
	for (size_t i = 0; i < rows; i++) {
		int number = db_i32(r, i, 0);
		const char *name = db_text(r, i, 1, NULL);
		if (i >= migration_count)
			return err_set(e, ST_CONFLICT, "schema_newer",
			    "the database has migration %04d (%s), which this program does not know: run a newer "
			    "leadscore",
			    number, name);
		if (number != migrations[i].number)
			return err_set(e, ST_CONFLICT, "migration_changed",
			    "the database has migration %04d where %04d is expected", number, migrations[i].number);
		uint8_t want[32];
		hash_of(&migrations[i], want);
		size_t n;
		const void *have = db_bytes(r, i, 2, &n);
		if (n != sizeof want || memcmp(have, want, n) != 0)
			return err_set(e, ST_CONFLICT, "migration_changed",
			    "migration %s is not what was applied to this database: migrations are never edited, add a "
			    "new one",
			    migrations[i].name);
	}
	*ret_applied = (int)rows;
	return ST_OK;
}

/* A role without the right to change the schema is told apart, because then somebody else must migrate. */
static enum status explain_refusal(enum status s, struct err *e)
{
	if (e && !strcmp(e->sqlstate, "42501"))
		return err_set(e, ST_DENIED, "schema_denied",
		    "this role may not change the schema: run `leadscore migrate --grant-to ROLE` with the "
		    "DATABASE_URL of the schema's owner");
	return s;
}

static enum status lock(struct db *db, struct err *e)
{
	db_deadline(db, monotonic_us() + LOCK_WAIT_US);
	enum status s = db_exec(db, "SET lock_timeout = '60s'; SELECT pg_advisory_lock(" LOCK_KEY ")", e);
	if (s == ST_BUSY)
		return err_set(
		    e, ST_BUSY, "migration_locked", "another migration has been running for more than a minute");
	return s;
}

static void unlock(struct db *db)
{
	db_deadline(db, 0);
	if (db_usable(db))
		(void)db_exec(db, "SELECT pg_advisory_unlock(" LOCK_KEY "); RESET lock_timeout", NULL);
}

static enum status apply(struct db *db, const struct migration *m, struct err *e)
{
	uint8_t hash[32];
	hash_of(m, hash);
	db_deadline(db, monotonic_us() + MIGRATION_US);
	enum status s = db_exec(db, "BEGIN", e);
	if (s == ST_OK)
		s = db_exec(db, m->sql, e);
	if (s == ST_OK) {
		db_bind_i32(db, m->number);
		db_bind_text(db, m->name);
		db_bind_bytes(db, hash, sizeof hash);
		s = db_send(db, STATEMENT_MIGRATION_ADD, e);
	}
	if (s == ST_OK)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s != ST_OK) {
		db_rollback(db);
		if (e) {
			struct err inner = *e;
			err_set(e, s, inner.code, "migration %s: %s", m->name, inner.detail);
			memcpy(e->sqlstate, inner.sqlstate, sizeof e->sqlstate);
		}
	}
	return s;
}

/* CREATE INDEX counts the rows of its table: migrations after the one that makes the first statistics undid it. It is run once more when all are
 * applied, and by itself leaves a database with tenants alone. */
static enum status statistics_again(struct db *db, struct err *e)
{
	for (size_t i = 0; i < migration_count; i++)
		if (!strcmp(migrations[i].name, "0002_first_statistics"))
			return db_exec(db, migrations[i].sql, e);
	return ST_OK;
}

/* A literal of SQL: quotes doubled. The caller has refused backslashes, dollars and control characters. */
static void put_literal(struct buf *b, const char *s)
{
	buf_putc(b, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			buf_putc(b, '\'');
		buf_putc(b, *s);
	}
	buf_putc(b, '\'');
}

static bool role_name_plain(const char *role)
{
	size_t n = strlen(role);
	if (n == 0 || n > 63 || !utf8_valid(role, n))
		return false;
	for (; *role; role++)
		if ((unsigned char)*role < 0x20 || *role == '\\' || *role == '$' || *role == 0x7f)
			return false;
	return true;
}

/* What running needs and nothing else: rows of our tables, not their shape; the list of migrations only to read. What
 * the role has already is not granted again, because granting needs rights that the owner of the tables may not have.
 */
static enum status grant(struct db *db, const char *role, struct err *e)
{
	if (!role_name_plain(role))
		return err_set(e, ST_INVALID, "role_invalid", "this is no name of a role");
	struct buf sql = BUF_INIT;
	buf_puts(&sql, "DO $do$ DECLARE who text := ");
	put_literal(&sql, role);
	buf_puts(&sql,
	    "; here text := current_schema(); t record;\n"
	    "BEGIN\n"
	    "IF NOT has_database_privilege(who, current_database(), 'CONNECT') THEN\n"
	    "  EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), who);\n"
	    "END IF;\n"
	    "IF NOT has_schema_privilege(who, here, 'USAGE') THEN\n"
	    "  EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', here, who);\n"
	    "END IF;\n"
	    "FOR t IN SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace\n"
	    "  WHERE n.nspname = here AND c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'USAGE') LOOP\n"
	    "  EXECUTE format('GRANT %s ON TABLE %I.%I TO %I',\n"
	    "    CASE t.relname WHEN 'schema_migrations' THEN 'SELECT' ELSE 'SELECT, INSERT, UPDATE, DELETE' END, "
	    "here, t.relname, who);\n"
	    "END LOOP;\n"
	    "EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "
	    "%I', here, who);\n"
	    "END $do$");
	enum status s = ST_NOMEM;
	struct err local = {0};
	if (!buf_ok(&sql)) {
		err_set(&local, s, NULL, "out of memory");
	} else {
		db_deadline(db, monotonic_us() + LOCK_WAIT_US);
		s = db_exec(db, sql.data, &local);
	}
	buf_free(&sql);
	if (s == ST_OK)
		return ST_OK;
	if (!strcmp(local.sqlstate, "42704"))
		return err_set(e, ST_NOT_FOUND, "role_not_found", "there is no role \"%s\" in this PostgreSQL", role);
	if (e)
		*e = local;
	return s;
}

enum status store_migrate(struct db *db, const char *grant_to, int *ret_applied, struct err *e)
{
	struct err local = {0};
	int before, have, done = 0;
	enum status s = read_applied(db, &before, &local);
	if (s != ST_OK || (before == (int)migration_count && !grant_to))
		goto out;
	s = lock(db, &local);
	if (s != ST_OK)
		goto out;
	/* Somebody else may have migrated while we waited. */
	s = read_applied(db, &have, &local);
	if (s == ST_OK && have < 0) {
		s = db_exec(db, create_table, &local);
		have = 0;
	}
	while (s == ST_OK && (size_t)have < migration_count) {
		s = apply(db, &migrations[have], &local);
		if (s == ST_OK) {
			have++;
			done++;
		}
	}
	if (s == ST_OK && done)
		s = statistics_again(db, &local);
	if (s == ST_OK && grant_to)
		s = grant(db, grant_to, &local);
	unlock(db);
out:
	db_deadline(db, 0);
	if (s == ST_OK) {
		if (ret_applied)
			*ret_applied = done;
		return ST_OK;
	}
	s = explain_refusal(s, &local);
	if (e)
		*e = local;
	return s;
}

enum status store_schema_check(struct db *db, struct err *e)
{
	int have;
	enum status s = read_applied(db, &have, e);
	if (s != ST_OK)
		return s;
	if (have < (int)migration_count)
		return err_set(e, ST_CONFLICT, "schema_outdated",
		    "the database has %d of %zu migrations: run `leadscore migrate`", have < 0 ? 0 : have,
		    migration_count);
	return ST_OK;
}
