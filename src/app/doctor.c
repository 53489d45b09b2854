/* leadscore doctor: is this a database to work with? One line a question; exit code 1 if any answer is bad. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entries.h"
#include "store/migrations.h"
#include "store/server.h"

#define SKEW_WARN_MS 1000
#define SKEW_BAD_MS (MS_MINUTE)

enum verdict { GOOD, NOTE, BAD };
struct doctor {
	int notes, bad;
};

static void say(struct doctor *d, enum verdict v, const char *question, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void say(struct doctor *d, enum verdict v, const char *question, const char *fmt, ...)
{
	static const char *const words[] = {"ok", "note", "BAD"};
	char text[ERR_DETAIL_MAX];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	/* libpq's sentences end in a newline and may hold several. */
	for (char *c = text; *c; c++)
		if (*c == '\n')
			*c = c[1] ? ' ' : '\0';
	printf("%-5s %-12s %s\n", words[v], question, text);
	d->notes += v == NOTE;
	d->bad += v == BAD;
}

static void look_at_settings(struct doctor *d, const struct server_facts *f)
{
	int major = f->version / 10000;
	say(d,
	    major < 13   ? BAD
	    : major > 17 ? NOTE
			 : GOOD,
	    "version", "PostgreSQL %s%s", f->version_text,
	    major < 13   ? ": 13 is the oldest that works"
	    : major > 17 ? ": newer than what leadscore is tested with (13 to 17)"
			 : "");
	say(d, strcmp(f->encoding, "UTF8") ? BAD : GOOD, "encoding", "%s%s", f->encoding,
	    strcmp(f->encoding, "UTF8") ? ": make the database with ENCODING 'UTF8'" : "");
	if (f->recovery)
		say(d, BAD, "writing",
		    "this is a standby: DATABASE_URL must name the primary (a standby can be DATABASE_READ_URL)");
	say(d, f->fsync && f->full_page_writes ? GOOD : BAD, "durability", "fsync %s, full_page_writes %s%s",
	    f->fsync ? "on" : "off", f->full_page_writes ? "on" : "off",
	    f->fsync && f->full_page_writes ? "" : ": a crash of the machine may lose or spoil everything");
	bool commits = strcmp(f->synchronous_commit, "off") != 0;
	say(d, commits ? GOOD : BAD, "commit", "synchronous_commit %s%s", f->synchronous_commit,
	    commits ? "" : ": what was acknowledged may be lost in a crash");
	if (f->max_connections < 20)
		say(d, NOTE, "connections", "max_connections %d: each instance uses about ten", f->max_connections);
}

static void look_at_clock(struct doctor *d, const struct server_facts *f, int64_t before, int64_t after)
{
	/* The server answered somewhere between the two. */
	int64_t skew = f->clock < before ? before - f->clock : f->clock > after ? f->clock - after : 0;
	say(d,
	    skew > SKEW_BAD_MS    ? BAD
	    : skew > SKEW_WARN_MS ? NOTE
				  : GOOD,
	    "clock", "this machine and the server differ by %s%lld ms", skew ? "" : "less than ",
	    (long long)(skew ? skew : after - before + 1));
}

static void look_at_role(
    struct doctor *d, struct db *db, const struct server_facts *f, bool has_schema, struct arena *arena)
{
	struct err e = {0};
	const char *const *denials = NULL;
	size_t n = 0;
	if (!*f->schema)
		say(d, BAD, "role", "%s sees no schema of its search path", f->role);
	else if (f->superuser)
		say(d, NOTE, "role",
		    "%s is a superuser; running needs no more than `leadscore migrate --grant-to ROLE` grants",
		    f->role);
	else if (f->may_change_schema)
		say(d, NOTE, "role", "%s may change the schema %s; running does not need that right", f->role,
		    f->schema);
	else
		say(d, GOOD, "role", "%s, which may not change the schema %s", f->role, f->schema);
	if (!has_schema)
		return;
	if (store_server_denials(db, arena, &denials, &n, &e) != ST_OK) {
		say(d, BAD, "privileges", "%s", e.detail);
		return;
	}
	for (size_t i = 0; i < n; i++)
		say(d, BAD, "privileges", "missing on %s", denials[i]);
	if (!n)
		say(d, GOOD, "privileges", "the rows of all tables may be read and written");
}

static void look_at_webhooks(struct doctor *d, struct db *db)
{
	struct server_webhooks w;
	struct err e = {0};
	if (store_server_webhooks(db, &w, &e) != ST_OK) {
		say(d, BAD, "webhooks", "%s", e.detail);
		return;
	}
	say(d, w.disabled || w.failing || w.waiting ? NOTE : GOOD, "webhooks",
	    "%lld enabled, %lld of them failing for more than an hour; %lld disabled by themselves%s", (long long)w.enabled,
	    (long long)w.failing, (long long)w.disabled,
	    w.waiting ? "; some wait for an instance to deliver: is one running?" : "");
}

int doctor_run(const struct invocation *in)
{
	struct doctor d = {0};
	struct db *db = NULL;
	struct err e = {0};
	struct server_facts f;
	struct arena *arena = arena_new(0);
	int64_t began = monotonic_us();
	if (db_open(in->settings.database_url, DB_GENERAL, 10000, &db, &e) != ST_OK) {
		say(&d, BAD, "connection", "%s", e.detail);
		goto out;
	}
	say(&d, GOOD, "connection", "made in %lld ms", (long long)((monotonic_us() - began) / 1000));
	int64_t before = clock_now(&clock_system);
	enum status s = store_server_facts(db, &f, &e);
	int64_t after = clock_now(&clock_system);
	if (s != ST_OK) {
		say(&d, BAD, "server", "%s", e.detail);
		goto out;
	}
	look_at_settings(&d, &f);
	look_at_clock(&d, &f, before, after);
	s = store_schema_check(db, &e);
	if (s == ST_OK)
		say(&d, GOOD, "schema", "up to date, %zu migrations", migration_count);
	else
		say(&d, BAD, "schema", "%s",
		    strcmp(e.sqlstate, "42501")
			? e.detail
			: "this role may not read schema_migrations: run `leadscore migrate --grant-to ROLE`");
	look_at_role(&d, db, &f, s == ST_OK, arena);
	if (s == ST_OK)
		look_at_webhooks(&d, db);
out:
	printf(d.bad     ? "\n%d problem%s\n"
	       : d.notes ? "\nfit to serve; %d note%s\n"
			 : "\nfit to serve\n",
	    d.bad ? d.bad : d.notes, (d.bad ? d.bad : d.notes) == 1 ? "" : "s");
	db_close(&db);
	arena_free(&arena);
	return d.bad ? EXIT_FAILED : EXIT_OK;
}
