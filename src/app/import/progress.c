#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/instant.h"

#define TERMINAL_US (200 * 1000)
#define PLAIN_US (INT64_C(10) * 1000 * 1000)
#define BAR_WIDTH 24

void progress_begin(struct progress *p, uint64_t offset, uint64_t size, uint64_t rows)
{
	int64_t now = monotonic_us();
	*p = (struct progress){.terminal = isatty(STDERR_FILENO),
	    .began_us = now,
	    .last_us = now,
	    .first_offset = offset,
	    .size = size,
	    .first_rows = rows};
}

void progress_show(struct progress *p, uint64_t offset, const struct bulk_counts *c)
{
	int64_t now = monotonic_us();
	if (now - p->last_us < (p->terminal ? TERMINAL_US : PLAIN_US))
		return;
	p->last_us = now;
	double seconds = (double)(now - p->began_us) / 1e6, done = p->size ? (double)offset / (double)p->size : 1;
	double bytes = (double)(offset - p->first_offset), rate = (double)(c->rows - p->first_rows) / seconds;
	char left[32] = "";
	if (bytes > 0) {
		unsigned long s = (unsigned long)((double)(p->size - offset) / (bytes / seconds));
		snprintf(left, sizeof left, ", %lu:%02lu left", s / 60, s % 60);
	}
	if (!p->terminal) {
		fprintf(stderr, "%3.0f %%  %llu rows, %.0f rows/s, %llu refused%s\n", done * 100,
		    (unsigned long long)c->rows, rate, (unsigned long long)c->refused, left);
		return;
	}
	char bar[BAR_WIDTH + 1];
	int full = (int)(done * BAR_WIDTH);
	for (int i = 0; i < BAR_WIDTH; i++)
		bar[i] = i < full ? '=' : i == full ? '>' : ' ';
	bar[BAR_WIDTH] = '\0';
	fprintf(stderr, "\r[%s] %3.0f %%  %llu rows, %.0f rows/s, %llu refused%s\033[K", bar, done * 100,
	    (unsigned long long)c->rows, rate, (unsigned long long)c->refused, left);
	p->shown = true;
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
