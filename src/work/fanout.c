#include "fanout.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/metrics.h"
#include "halt_priv.h"
#include "ingest/hint.h"
#include "store/outbox.h"
#include "work/webhook.h"

#define POLL_MS 500
#define DATABASE_US (INT64_C(10) * 1000 * 1000)
#define ROWS_MIN 20 /* about so many at a time, */
#define ROWS_MAX 500
#define DELIVERIES 20000 /* depending on how many deliveries that makes */
#define STEPS_A_TURN 8   /* then the next workspace has its turn */
#define HINTS 64

struct fanout {
	pthread_t thread;
	bool running;
	struct work_config config;
	struct deliver *deliver;
	struct hint_listener listener;
	bool listening;

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t news;
	bool stopping, all; /* all: somebody's hint found no room */
	struct uuid hints[HINTS];
	size_t n_hints;

	struct halt halt;
	struct db_pool *pool;
	struct db *db;
	size_t rows;
	struct arena *arena;
	struct metric *made, *told;
};

/* Listens: on the thread that committed. */
static void hinted(void *ctx, const struct uuid *workspace)
{
	struct fanout *f = ctx;
	pthread_mutex_lock(&f->lock);
	size_t i = 0;
	while (i < f->n_hints && uuid_cmp(&f->hints[i], workspace) != 0)
		i++;
	if (i == HINTS)
		f->all = true;
	else if (i == f->n_hints)
		f->hints[f->n_hints++] = *workspace;
	pthread_cond_signal(&f->news);
	pthread_mutex_unlock(&f->lock);
}

static int by_place(const void *pa, const void *pb)
{
	const struct outbox_news *a = pa, *b = pb;
	return (a->place > b->place) - (a->place < b->place);
}

/* By lead; of one lead what was written under its lock, in the order of writing. */
static int by_version(const void *pa, const void *pb)
{
	const struct outbox_news *a = *(const struct outbox_news *const *)pa,
				 *b = *(const struct outbox_news *const *)pb;
	int c = uuid_cmp(&a->lead_id, &b->lead_id);
	if (c)
		return c;
	if (a->lead_version != b->lead_version)
		return a->lead_version < b->lead_version ? -1 : 1;
	return (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

static int by_lead(const void *pa, const void *pb)
{
	const struct outbox_news *a = *(const struct outbox_news *const *)pa,
				 *b = *(const struct outbox_news *const *)pb;
	int c = uuid_cmp(&a->lead_id, &b->lead_id);
	return c ? c : (a > b) - (a < b);
}

/* By place. What tells of a version of the lead later than that was written (scores) changes places with what was
 * written meanwhile. */
bool fanout_order(struct outbox_news *rows, size_t n)
{
	qsort(rows, n, sizeof *rows, by_place);
	struct outbox_news **places = calloc(n + 1, sizeof(*places)), **order = calloc(n + 1, sizeof(*order));
	struct outbox_news *copy = calloc(n + 1, sizeof *copy);
	size_t m = 0;
	for (size_t i = 0; places && i < n; i++)
		if (rows[i].lead_version)
			places[m++] = &rows[i];
	bool good = places && order && copy;
	if (good) {
		memcpy(order, places, m * sizeof(*order));
		qsort(places, m, sizeof(*places), by_lead);
		qsort(order, m, sizeof(*order), by_version);
		for (size_t i = 0; i < m; i++)
			copy[i] = *order[i];
		for (size_t i = 0; i < m; i++)
			*places[i] = copy[i];
	}
	free(places);
	free(order);
	free(copy);
	return good;
}

static bool wanted(const struct outbox_endpoint *p, const char *type)
{
	for (size_t i = 0; i < p->n_types; i++)
		if (webhook_type_fits(p->types[i], type))
			return true;
	return false;
}

/* Deliveries of the rows for one endpoint after the other. `follows` is told by the rows' leads: their order among
 * themselves is by place. */
static size_t match(struct outbox_endpoint *endpoints, size_t n_endpoints, const struct outbox_news *rows, size_t n,
    const size_t *before, struct delivery_new *out)
{
	size_t k = 0;
	bool *taken = calloc(n + 1, sizeof *taken);
	for (size_t i = 0; taken && i < n_endpoints; i++) {
		struct outbox_endpoint *p = &endpoints[i];
		memset(taken, 0, n * sizeof *taken);
		for (size_t j = 0; j < n; j++) {
			if (!wanted(p, rows[j].topic))
				continue;
			taken[j] = true;
			bool follows = false;
			for (size_t b = before[j]; b != SIZE_MAX && !follows; b = before[b])
				follows = taken[b];
			out[k++] = (struct delivery_new){.webhook_id = p->id,
			    .outbox_id = rows[j].id,
			    .lead_id = rows[j].lead_id,
			    .seq = ++p->last_seq,
			    .type = rows[j].topic,
			    .follows = follows};
			p->fed = true;
		}
	}
	free(taken);
	return k;
}

/* before[j]: the row before row j about the same lead, or SIZE_MAX. */
static bool link_leads(struct arena *arena, struct outbox_news *rows, size_t n, size_t **ret)
{
	struct outbox_news **order = arena_array(arena, n + 1, sizeof(*order));
	size_t *before = arena_array(arena, n + 1, sizeof *before);
	if (!order || !before)
		return false;
	for (size_t i = 0; i < n; i++)
		order[i] = &rows[i];
	qsort(order, n, sizeof(*order), by_lead);
	for (size_t i = 0; i < n; i++) {
		bool same = i && !uuid_cmp(&order[i]->lead_id, &order[i - 1]->lead_id);
		before[order[i] - rows] = same ? (size_t)(order[i - 1] - rows) : SIZE_MAX;
	}
	*ret = before;
	return true;
}

/* One step of one workspace. ret_more: there is more. */
static enum status fan_out(struct fanout *f, const struct uuid *workspace, bool *ret_more, struct err *e)
{
	struct outbox_endpoint *endpoints;
	struct outbox_news *rows;
	size_t n_endpoints, n, *before, limit = f->rows;
	int64_t now = clock_now(f->config.clock);
	arena_reset(f->arena);
	db_deadline(f->db, monotonic_us() + DATABASE_US);
	enum status s =
	    store_outbox_begin(f->db, workspace, limit, now, f->arena, &endpoints, &n_endpoints, &rows, &n, e);
	if (s != ST_OK)
		return s;
	size_t rows_then = n_endpoints ? DELIVERIES / n_endpoints : ROWS_MAX;
	f->rows = rows_then < ROWS_MIN ? ROWS_MIN : rows_then > ROWS_MAX ? ROWS_MAX : rows_then;
	struct delivery_new *deliveries = arena_array(f->arena, n * n_endpoints + 1, sizeof *deliveries);
	if (!deliveries || !fanout_order(rows, n) || !link_leads(f->arena, rows, n, &before)) {
		store_outbox_give_up(f->db);
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	}
	size_t made = match(endpoints, n_endpoints, rows, n, before, deliveries);
	s = store_outbox_finish(f->db, workspace, endpoints, n_endpoints, deliveries, made, now, e);
	if (s != ST_OK)
		return s;
	metric_add(f->told, (int64_t)n);
	metric_add(f->made, (int64_t)made);
	if (made)
		deliver_poke(f->deliver, workspace);
	*ret_more = n >= limit;
	return ST_OK;
}

static enum status turn(struct fanout *f, const struct uuid *workspace, bool *ret_more, struct err *e)
{
	bool more = true;
	enum status s = ST_OK;
	for (int i = 0; s == ST_OK && more && i < STEPS_A_TURN && !halt_asked(&f->halt); i++) {
		more = false;
		s = fan_out(f, workspace, &more, e);
	}
	*ret_more |= more;
	return s;
}

/* Everybody with something untold. */
static enum status sweep(struct fanout *f, bool *ret_more, struct err *e)
{
	struct uuid after = {{0}};
	bool found = true;
	enum status s = ST_OK;
	while (s == ST_OK && found && !halt_asked(&f->halt)) {
		db_deadline(f->db, monotonic_us() + DATABASE_US);
		s = store_outbox_workspace(f->db, &after, &found, &after, e);
		if (s == ST_OK && found)
			s = turn(f, &after, ret_more, e);
	}
	return s;
}

/* Waits for hints, at most `ms`. Returns how many there are; all: everybody is to be looked at. */
static size_t wait_for_hints(struct fanout *f, int64_t ms, struct uuid *hints, bool *ret_all)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	int64_t ns = until.tv_nsec + ms * 1000000;
	until.tv_sec += ns / 1000000000;
	until.tv_nsec = ns % 1000000000;
	pthread_mutex_lock(&f->lock);
	int late = 0;
	while (ms > 0 && !late && !f->stopping && !f->n_hints && !f->all)
		late = pthread_cond_timedwait(&f->news, &f->lock, &until);
	size_t n = f->n_hints;
	memcpy(hints, f->hints, n * sizeof hints[0]);
	*ret_all = f->all;
	f->n_hints = 0;
	f->all = false;
	pthread_mutex_unlock(&f->lock);
	return n;
}

static void *fanout_main(void *arg)
{
	struct fanout *f = arg;
	unsigned failures = 0;
	int64_t sweep_at = 0;
	while (!halt_asked(&f->halt)) {
		struct uuid hints[HINTS];
		struct err e = {0};
		bool all, more = false;
		int64_t wait = sweep_at - monotonic_us() / 1000;
		size_t n = wait_for_hints(f, wait > POLL_MS ? POLL_MS : wait, hints, &all);
		enum status s = db_pool_get(f->pool, 0, monotonic_us() + DATABASE_US, &f->db, &e);
		for (size_t i = 0; s == ST_OK && i < n; i++)
			s = turn(f, &hints[i], &more, &e);
		if (s == ST_OK && (all || monotonic_us() / 1000 >= sweep_at)) {
			s = sweep(f, &more, &e);
			sweep_at = monotonic_us() / 1000 + POLL_MS;
		}
		if (more)
			sweep_at = 0;
		/* Others of the workspace had the locks: next time. */
		if (s == ST_BUSY) {
			sweep_at = 0;
			continue;
		}
		if (s != ST_OK && !failures)
			log_line(LOG_WARN, "fan-out waits", log_str("code", e.code), log_str("detail", e.detail));
		else if (s == ST_OK && failures)
			log_line(LOG_INFO, "fan-out goes on");
		failures = s == ST_OK ? 0 : failures + (failures < 1000);
		if (failures) {
			sweep_at = 0;
			halt_pause_failed(&f->halt, failures);
		}
	}
	return NULL;
}

enum status fanout_start(const struct work_config *c, struct deliver *deliver, struct fanout **ret, struct err *e)
{
	struct fanout *f = calloc(1, sizeof *f);
	pthread_condattr_t monotonic;
	if (!f)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	halt_init(&f->halt);
	pthread_mutex_init(&f->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&f->news, &monotonic);
	pthread_condattr_destroy(&monotonic);
	f->config = *c;
	f->config.clock = c->clock ? c->clock : &clock_system;
	f->deliver = deliver;
	f->rows = ROWS_MIN;
	f->listener = (struct hint_listener){.told = hinted, .ctx = f};
	f->told = metric_counter(
	    "leadscore_outbox_told_total", "Rows of the outbox that were given to whom they concern.", NULL);
	f->made =
	    metric_counter("leadscore_webhook_queued_total", "Deliveries put into the queues of endpoints.", NULL);
	enum status s = (f->arena = arena_new(0)) ? db_pool_new(c->database_url, DB_PLANNED, 1, &f->pool, e)
						  : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	if (s == ST_OK && pthread_create(&f->thread, NULL, fanout_main, f) != 0)
		s = err_set(e, ST_NOMEM, NULL, "Cannot start a thread.");
	f->running = s == ST_OK;
	if (s != ST_OK) {
		fanout_stop(&f);
		return s;
	}
	if (c->ingest) {
		hints_listen(ingest_hints(c->ingest), &f->listener);
		f->listening = true;
	}
	*ret = f;
	return ST_OK;
}

void fanout_stop(struct fanout **fp)
{
	if (!fp || !*fp)
		return;
	struct fanout *f = *fp;
	if (f->listening)
		hints_forget(ingest_hints(f->config.ingest), &f->listener);
	halt_ask(&f->halt);
	if (f->running) {
		pthread_mutex_lock(&f->lock);
		f->stopping = true;
		pthread_cond_signal(&f->news);
		pthread_mutex_unlock(&f->lock);
		pthread_join(f->thread, NULL);
	}
	db_pool_free(&f->pool);
	arena_free(&f->arena);
	pthread_cond_destroy(&f->news);
	pthread_mutex_destroy(&f->lock);
	halt_destroy(&f->halt);
	free(f);
	*fp = NULL;
}
