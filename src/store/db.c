#include "db_priv.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* Sends, waits and classifies. Everything goes through libpq's pipeline mode, also a single statement, so that there is one path: queue, sync, then read
 * one answer for each thing sent. Waiting is poll(2) with what is left until the deadline; when it passes, the socket is closed: the server may be frozen,
 * and a cancel request would hang on it as well. */

#define DEFAULT_DEADLINE_US (INT64_C(5) * 1000 * 1000)

static int64_t time_left_ms(const struct db *db)
{
	int64_t left = db->until_us - monotonic_us();
	return left <= 0 ? 0 : left / 1000 + 1;
}

static enum status drop(struct db *db, enum status s, const char *code, struct err *e, const char *detail)
{
	db->usable = false;
	if (db->pg)
		PQfinish(db->pg);
	db->pg = NULL;
	db->pipeline = false;
	db->n_sent = 0;
	return err_set(e, s, code, "%s", detail);
}

static enum status lost(struct db *db, struct err *e)
{
	return drop(db, ST_UNAVAILABLE, "database_unavailable", e, "the connection to the database was lost");
}

/* Waits until the socket is readable (or writable too, when asked). */
static enum status wait_socket(struct db *db, bool write_too, struct err *e)
{
	struct pollfd p = {.fd = PQsocket(db->pg), .events = (short)(POLLIN | (write_too ? POLLOUT : 0))};
	for (;;) {
		int64_t left = time_left_ms(db);
		if (left <= 0)
			return drop(db, ST_DEADLINE, "database_deadline", e, "the database did not answer in time");
		int n = poll(&p, 1, left > 1000 ? 1000 : (int)left);
		if (n > 0)
			return ST_OK;
		if (n < 0 && errno != EINTR)
			return lost(db, e);
	}
}

static void ignore_notice(void *ctx, const PGresult *res)
{
	(void)ctx;
	(void)res;
}

enum status db_open(const char *url, enum db_use use, int timeout_ms, struct db **ret, struct err *e)
{
	struct db *db = calloc(1, sizeof *db);
	if (!db)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	db->until_us = monotonic_us() + (int64_t)timeout_ms * 1000;
	/* UTC and ISO dates make text output independent of the server. The batch lanes must not keep a plan made for empty tables, and look each row up by its
	 * index: to the planner a look-up costs nothing and a row costs all, else it reads a tenant that it takes for a few hundred rows again for each row. */
	const char *options = use == DB_BATCH
		? "-c TimeZone=UTC -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off -c plan_cache_mode=force_generic_plan "
		  "-c random_page_cost=0 -c cpu_operator_cost=0 -c cpu_index_tuple_cost=0.001 -c idle_in_transaction_session_timeout=60000"
	    : use == DB_PLANNED
		? "-c TimeZone=UTC -c jit=off -c plan_cache_mode=force_custom_plan -c idle_in_transaction_session_timeout=60000"
		: "-c TimeZone=UTC -c jit=off -c idle_in_transaction_session_timeout=60000";
	const char *const names[] = {"dbname", "options", "client_encoding", "application_name", "connect_timeout", NULL};
	const char *const values[] = {url, options, "UTF8", "leadscore", "10", NULL};
	db->pg = PQconnectStartParams(names, values, 1);
	enum status s = ST_OK;
	if (!db->pg || PQstatus(db->pg) == CONNECTION_BAD)
		s = err_set(e, ST_UNAVAILABLE, "database_unavailable", "Cannot connect to the database: %s", db->pg ? PQerrorMessage(db->pg) : "out of memory");
	PostgresPollingStatusType poll_for = PGRES_POLLING_WRITING;
	while (s == ST_OK) {
		struct pollfd p = {.fd = PQsocket(db->pg), .events = poll_for == PGRES_POLLING_READING ? POLLIN : POLLOUT};
		int64_t left = time_left_ms(db);
		if (left <= 0) {
			s = err_set(e, ST_UNAVAILABLE, "database_unavailable", "The database did not accept a connection in time.");
			break;
		}
		int n = poll(&p, 1, (int)left);
		if (n <= 0)
			continue;
		poll_for = PQconnectPoll(db->pg);
		if (poll_for == PGRES_POLLING_OK)
			break;
		if (poll_for == PGRES_POLLING_FAILED)
			s = err_set(e, ST_UNAVAILABLE, "database_unavailable", "Cannot connect to the database: %s", PQerrorMessage(db->pg));
	}
	if (s == ST_OK && (PQsetnonblocking(db->pg, 1) != 0 || !PQenterPipelineMode(db->pg)))
		s = err_set(e, ST_INTERNAL, NULL, "Cannot enter pipeline mode.");
	if (s != ST_OK) {
		PQfinish(db->pg);
		free(db);
		return s;
	}
	PQsetNoticeReceiver(db->pg, ignore_notice, NULL);
	db->replans = use == DB_BATCH;
	db->usable = true;
	*ret = db;
	return ST_OK;
}

void db_close(struct db **dbp)
{
	if (!dbp || !*dbp)
		return;
	struct db *db = *dbp;
	db_results_clear(db);
	if (db->pg)
		PQfinish(db->pg);
	buf_free(&db->bytes);
	free(db);
	*dbp = NULL;
}

bool db_usable(const struct db *db)
{
	return db && db->usable;
}

void db_deadline(struct db *db, int64_t deadline_us)
{
	db->deadline_us = deadline_us;
}

static void start_waiting(struct db *db)
{
	db->until_us = db->deadline_us ? db->deadline_us : monotonic_us() + DEFAULT_DEADLINE_US;
}

static enum status note_sent(struct db *db, enum db_sent what, enum statement s, struct err *e)
{
	if (db->n_sent >= sizeof db->sent / sizeof db->sent[0])
		return err_set(e, ST_INTERNAL, NULL, "Too many statements in one round trip.");
	db->sent[db->n_sent].what = what;
	db->sent[db->n_sent].statement = s;
	db->n_sent++;
	db->pipeline = true;
	return ST_OK;
}

static enum status unusable(struct err *e)
{
	return err_set(e, ST_UNAVAILABLE, "database_unavailable", "The connection to the database is closed.");
}

enum status db_send(struct db *db, enum statement st, struct err *e)
{
	if (!db_usable(db)) {
		db_bind_reset(db);
		return unusable(e);
	}
	const struct statement_text *t = &statement_texts[st];
	if (db->bind_failed || db->array_left || !buf_ok(&db->bytes) || db->n_params != t->params) {
		int n = db->n_params;
		bool nomem = !buf_ok(&db->bytes);
		db_bind_reset(db);
		return nomem ? err_set(e, ST_NOMEM, NULL, "Out of memory.") : err_set(e, ST_INTERNAL, NULL, "Statement %s: %d parameters bound wrongly, %d wanted.", t->name, n, t->params);
	}
	if (!db->prepared[st] && !db->preparing[st]) {
		if (!PQsendPrepare(db->pg, t->name, t->sql, 0, NULL)) {
			db_bind_reset(db);
			return lost(db, e);
		}
		db->preparing[st] = true;
		enum status s = note_sent(db, SENT_PREPARE, st, e);
		if (s != ST_OK)
			return s;
	}
	const char *values[DB_PARAMS_MAX];
	int lengths[DB_PARAMS_MAX], formats[DB_PARAMS_MAX];
	for (int i = 0; i < db->n_params; i++) {
		values[i] = db->param[i].null ? NULL : db->bytes.data + db->param[i].at;
		lengths[i] = (int)db->param[i].len;
		formats[i] = 1;
	}
	int sent = PQsendQueryPrepared(db->pg, t->name, db->n_params, values, lengths, formats, 1);
	db_bind_reset(db);
	if (!sent)
		return lost(db, e);
	return note_sent(db, SENT_STATEMENT, st, e);
}

static enum status send_plain(struct db *db, const char *sql, enum db_sent what, struct err *e)
{
	if (!db_usable(db))
		return unusable(e);
	if (!PQsendQueryParams(db->pg, sql, 0, NULL, NULL, NULL, NULL, 1))
		return lost(db, e);
	return note_sent(db, what, STATEMENT_COUNT, e);
}

/* A generic plan lives until autovacuum next looks at its tables. One that was made on empty tables may read a whole tenant for each row of a
 * batch, so plans are forgotten after 1, 2, 4, 8, ... transactions: none lives on while what it was made for doubles many times. */
enum status db_send_begin(struct db *db, struct err *e)
{
	if (db->replans && db->begun < 1u << 20 && (db->begun & (db->begun - 1)) == 0) {
		enum status s = send_plain(db, "DISCARD PLANS", SENT_BEGIN, e);
		if (s != ST_OK)
			return s;
	}
	db->begun++;
	return send_plain(db, "BEGIN", SENT_BEGIN, e);
}

enum status db_send_commit(struct db *db, struct err *e)
{
	return send_plain(db, "COMMIT", SENT_COMMIT, e);
}

static enum status push(struct db *db, struct err *e)
{
	for (;;) {
		int f = PQflush(db->pg);
		if (f == 0)
			return ST_OK;
		if (f < 0)
			return lost(db, e);
		enum status s = wait_socket(db, true, e);
		if (s != ST_OK)
			return s;
		if (!PQconsumeInput(db->pg))
			return lost(db, e);
	}
}

static enum status next_result(struct db *db, PGresult **ret, struct err *e)
{
	while (PQisBusy(db->pg)) {
		enum status s = wait_socket(db, false, e);
		if (s != ST_OK)
			return s;
		if (!PQconsumeInput(db->pg))
			return lost(db, e);
	}
	*ret = PQgetResult(db->pg);
	return ST_OK;
}

/* One answer for each thing sent, each followed by a NULL; then the sync's. */
static enum status read_answers(struct db *db, bool *commit_unanswered, struct err *e)
{
	enum status first = ST_OK;
	for (size_t i = 0; i < db->n_sent; i++) {
		PGresult *res = NULL;
		enum status s = next_result(db, &res, e);
		if (s != ST_OK)
			return s;
		if (!res)
			return lost(db, e);
		enum db_sent what = db->sent[i].what;
		enum statement st = db->sent[i].statement;
		ExecStatusType t = PQresultStatus(res);
		bool ok = t == PGRES_TUPLES_OK || t == PGRES_COMMAND_OK;
		if (what == SENT_COMMIT) {
			/* COMMIT of a failed transaction answers ROLLBACK; in a pipeline it is skipped instead. */
			if (ok && strcmp(PQcmdStatus(res), "COMMIT") != 0)
				ok = false;
			*commit_unanswered = false;
		}
		if (what == SENT_PREPARE) {
			db->preparing[st] = false;
			db->prepared[st] = ok;
		}
		if (!ok && first == ST_OK && t != PGRES_PIPELINE_ABORTED)
			first = db_classify(res, e);
		if (PQstatus(db->pg) == CONNECTION_BAD) {
			PQclear(res);
			enum status gone = lost(db, first == ST_OK ? e : NULL);
			return first == ST_OK ? gone : first;
		}
		if (what == SENT_STATEMENT && db->n_results < DB_RESULTS_MAX)
			db->results[db->n_results++].pg = res;
		else
			PQclear(res);
		PGresult *end = NULL;
		s = next_result(db, &end, e);
		if (s != ST_OK)
			return s;
		PQclear(end);
	}
	PGresult *sync = NULL;
	enum status s = next_result(db, &sync, e);
	if (s != ST_OK)
		return s;
	bool synced = PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
	PQclear(sync);
	if (!synced)
		return lost(db, e);
	return first;
}

enum status db_flush(struct db *db, struct err *e)
{
	if (!db_usable(db))
		return unusable(e);
	start_waiting(db);
	bool commit_unanswered = false;
	for (size_t i = 0; i < db->n_sent; i++)
		commit_unanswered |= db->sent[i].what == SENT_COMMIT;
	db_results_clear(db);
	enum status s = ST_OK;
	if (!PQpipelineSync(db->pg)) {
		commit_unanswered = false; /* the sync was never queued: the server has not been told to execute */
		s = lost(db, e);
	}
	if (s == ST_OK)
		s = push(db, e);
	if (s == ST_OK)
		s = read_answers(db, &commit_unanswered, e);
	db->n_sent = 0;
	db->pipeline = false;
	memset(db->preparing, 0, sizeof db->preparing);
	if (!db_usable(db) && commit_unanswered)
		return err_set(e, ST_UNCERTAIN, "outcome_unknown", "The connection was lost during COMMIT; a retry with the same ids is safe.");
	return s;
}

enum status db_run(struct db *db, enum statement st, struct db_result **ret, struct err *e)
{
	enum status s = db_send(db, st, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s == ST_OK && ret)
		*ret = db_result_at(db, 0);
	return s;
}

enum status db_exec(struct db *db, const char *sql, struct err *e)
{
	/* Several statements in one text need the simple protocol, which pipeline mode does not speak. */
	if (!db_usable(db))
		return unusable(e);
	start_waiting(db);
	db_results_clear(db);
	if (!PQexitPipelineMode(db->pg) || !PQsendQuery(db->pg, sql))
		return lost(db, e);
	enum status s = push(db, e), first = ST_OK;
	while (s == ST_OK) {
		PGresult *res = NULL;
		s = next_result(db, &res, e);
		if (s != ST_OK || !res)
			break;
		ExecStatusType t = PQresultStatus(res);
		if (t != PGRES_COMMAND_OK && t != PGRES_TUPLES_OK && t != PGRES_EMPTY_QUERY && first == ST_OK)
			first = db_classify(res, e);
		PQclear(res);
		if (PQstatus(db->pg) == CONNECTION_BAD)
			s = lost(db, first == ST_OK ? e : NULL);
	}
	if (s == ST_OK && !PQenterPipelineMode(db->pg))
		s = lost(db, e);
	return first != ST_OK ? first : s;
}

void db_rollback(struct db *db)
{
	if (!db_usable(db))
		return;
	struct err ignored;
	PGTransactionStatusType t = PQtransactionStatus(db->pg);
	if (t == PQTRANS_IDLE)
		return;
	/* The owner's deadline may have passed; a rollback gets a second of its own before the connection is given up. */
	int64_t deadline_us = db->deadline_us;
	db->deadline_us = monotonic_us() + 1000 * 1000;
	if (db_exec(db, "ROLLBACK", &ignored) != ST_OK && db_usable(db))
		(void)lost(db, &ignored);
	db->deadline_us = deadline_us;
}
