/* What db.c, bind.c and result.c share about one connection. Not for other rooms. */
#ifndef STORE_DB_PRIV_H
#define STORE_DB_PRIV_H

#include <libpq-fe.h>

#include "base/buf.h"
#include "store/db.h"

#define DB_PARAMS_MAX 40
#define DB_RESULTS_MAX 48

struct db_result {
	PGresult *pg;
};

/* What the server will answer to, in order of sending. */
enum db_sent { SENT_STATEMENT, SENT_PREPARE, SENT_BEGIN, SENT_COMMIT };

struct db {
	PGconn *pg;
	bool usable;
	int64_t deadline_us; /* as the owner set it; 0: the default for each call */
	int64_t until_us;    /* of the call under way */
	bool replans;        /* DB_BATCH: plans are made again as the tables grow */
	unsigned begun;      /* transactions */
	bool prepared[STATEMENT_COUNT];
	bool preparing[STATEMENT_COUNT]; /* sent in the pipeline under way, not yet answered */

	/* Parameters being bound: offsets into `bytes`, because it may move while it grows. */
	struct buf bytes;
	struct {
		size_t at, len;
		bool null;
	} param[DB_PARAMS_MAX];
	int n_params;
	bool bind_failed;
	size_t array_at;     /* start of the array being built */
	size_t array_left;   /* elements still to come */

	bool pipeline;       /* in pipeline mode with something sent */
	struct {
		enum db_sent what;
		enum statement statement;
	} sent[2 * DB_RESULTS_MAX];
	size_t n_sent;

	struct db_result results[DB_RESULTS_MAX];
	size_t n_results;
};

/* Puts back the empty parameter list. */
void db_bind_reset(struct db *db);

/* The error of an answer that is one, as db.h has them; e->sqlstate is set. */
enum status db_classify(const PGresult *res, struct err *e);

#endif
