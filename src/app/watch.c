#include "watch.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "entries.h"
#include "store/job.h"

#define TERMINAL_MS 250
#define PLAIN_MS 1000
#define PLAIN_LINE_US (INT64_C(10) * 1000 * 1000) /* a line, when the job's state has not changed */
#define AWAY_MAX 60                               /* looks in a row that found no database */
#define BAR_WIDTH 24

struct watch {
	bool terminal, shown;
	int64_t line_us;
	char state[16]; /* said last */
};

static void sleep_ms(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};
	nanosleep(&t, NULL);
}

/* What is left, at the rate since the job began. */
static void remaining(const struct job_row *j, char *out, size_t cap, double *ret_rate)
{
	int64_t now = clock_now(&clock_system);
	double seconds = j->started_at == INSTANT_NEVER ? 0 : (double)(now - j->started_at) / 1000;
	*out = '\0';
	*ret_rate = seconds > 0 ? (double)j->done / seconds : 0;
	if (*ret_rate > 0 && j->total >= j->done) {
		unsigned long s = (unsigned long)((double)(j->total - j->done) / *ret_rate);
		snprintf(out, cap, ", %lu:%02lu left", s / 60, s % 60);
	}
}

/* The line anew: the bar and what is behind it. */
static void draw(double share, const struct job_row *j, double rate, const char *left)
{
	char bar[BAR_WIDTH + 1];
	int full = (int)(share * BAR_WIDTH);
	for (int i = 0; i < BAR_WIDTH; i++)
		bar[i] = i < full ? '=' : i == full ? '>' : ' ';
	bar[BAR_WIDTH] = '\0';
	fprintf(stderr, "\r[%s] %3.0f %%  %lld of %lld leads, %.0f leads/s%s\033[K", bar, share * 100, (long long)j->done,
	    (long long)j->total, rate, left);
}

static void show(struct watch *w, const struct job_row *j)
{
	char left[40];
	double rate, share = j->total > 0 ? (double)j->done / (double)j->total : 0;
	bool running = !strcmp(j->state, "running");
	remaining(j, left, sizeof left, &rate);
	if (!w->terminal) {
		int64_t now = monotonic_us();
		if (!strcmp(w->state, j->state) && now - w->line_us < PLAIN_LINE_US)
			return;
		w->line_us = now;
		snprintf(w->state, sizeof w->state, "%s", j->state);
		if (running && j->total)
			fprintf(stderr, "%3.0f %%  %lld of %lld leads, %.0f leads/s%s\n", share * 100,
			    (long long)j->done, (long long)j->total, rate, left);
		else
			fprintf(stderr, "%s\n", j->state);
		return;
	}
	w->shown = true;
	if (!running) {
		fprintf(stderr, "\r%s\033[K", j->state);
		return;
	}
	draw(share, j, rate, left);
}

static int ended(struct watch *w, const struct job_row *j)
{
	double seconds = (double)(j->finished_at - j->started_at) / 1000;
	bool done = !strcmp(j->state, "done");
	if (w->terminal && done) {
		draw(1, j, seconds > 0 ? (double)j->done / seconds : 0, "");
		fputc('\n', stderr);
	} else if (w->shown) {
		fputs("\r\033[K", stderr);
	}
	if (!done) {
		complain("the job is %s%s%s", j->state, j->error ? ": " : "", j->error ? j->error : "");
		return EXIT_FAILED;
	}
	fprintf(stderr, "done: %lld leads in %.1f s\n", (long long)j->done, seconds);
	return EXIT_OK;
}

int watch_job(const struct invocation *in, struct db **db, const struct uuid *workspace, const struct uuid *job)
{
	struct watch w = {.terminal = isatty(STDERR_FILENO)};
	struct err e = {0};
	for (unsigned away = 0;;) {
		struct job_row j;
		enum status s = ST_OK;
		if (!db_usable(*db)) {
			db_close(db);
			s = db_open(in->settings.database_url, DB_GENERAL, 5000, db, &e);
		}
		if (s == ST_OK)
			s = store_job_read(*db, workspace, job, &j, &e);
		if (s == ST_OK) {
			away = 0;
			if (j.finished_at != INSTANT_NEVER)
				return ended(&w, &j);
			show(&w, &j);
		} else if ((s != ST_UNAVAILABLE && s != ST_DEADLINE) || ++away > AWAY_MAX) {
			return fail(&e);
		}
		sleep_ms(w.terminal ? TERMINAL_MS : PLAIN_MS);
	}
}
