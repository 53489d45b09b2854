/* Time zones from the embedded data, and the look-up.
 *
 * A body, numbers in groups of seven bits, the lowest first, signed ones zigzag: how many offsets, the offsets
 * (seconds, signed); how many spans, and of each which offset, after (but for the first span) when it begins: the
 * second one's instant (seconds, signed), then the time since the one before, times two and one in seconds, or times
 * two in quarters of an hour. At last 0, or 1 and a rule for what follows the last span: standard and summer offset
 * (signed), and of start and end of summer kind, number, week, weekday and time (seconds, signed). */
#include "zone_priv.h"

#include <string.h>

#include "base/ident.h"
#include "base/instant.h"
#include "calendar_priv.h"

#define STRETCH_SHIFT 32    /* 2^32 ms are 50 days: few spans begin in one */
#define FIRST_YEAR 1800     /* no zone keeps a standard time before */
#define TABLE_END_YEAR 2101 /* spans of the rule are laid out up to here */
#define SECONDS_MAX (INT64_C(1) << 40)
#define SPANS_MAX 2000
#define OFFSETS_MAX 64
#define OFFSET_MAX (26 * 3600)

/* Days from 1970-01-01 to the first of a month; the year counted from March, 400 years at a time. */
static int64_t days_to(int64_t year, int month)
{
	int64_t y = month > 2 ? year : year - 1, era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400, doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* The local time of a day's change, as if it were UTC. */
static int64_t local_change(const struct zone_day *d, int64_t year)
{
	int64_t day;
	if (d->kind == ZONE_MONTH_WEEK) {
		int64_t first = days_to(year, d->number);
		int64_t next = d->number == 12 ? days_to(year + 1, 1) : days_to(year, d->number + 1);
		int64_t weekday = (first % 7 + 7 + 4) % 7; /* 1970-01-01 was a Thursday */
		day = first + (d->weekday - weekday + 7) % 7 + 7 * (d->week - 1);
		if (day >= next)
			day -= 7;
	} else {
		day = days_to(year, 1) + d->number;
		if (d->kind == ZONE_JULIAN && !(leap(year) && d->number >= 60))
			day--;
	}
	return day * MS_DAY + d->time;
}

/* The two changes of a year, in order. */
static void year_changes(const struct zone *z, int64_t year, struct zone_span ret[2])
{
	struct zone_span start = {local_change(&z->start, year) - z->standard, z->summer};
	struct zone_span end = {local_change(&z->end, year) - z->summer, z->standard};
	ret[0] = start.from < end.from ? start : end;
	ret[1] = start.from < end.from ? end : start;
}

/* Beyond the table. A change may reach into the year before or after its own. */
static int64_t rule_offset(const struct zone *z, int64_t at)
{
	int64_t year = calendar_year(at), offset = z->standard;
	for (int64_t y = year - 1; y <= year + 1; y++) {
		struct zone_span change[2];
		year_changes(z, y, change);
		for (int i = 0; i < 2; i++)
			if (change[i].from <= at)
				offset = change[i].offset;
	}
	return offset;
}

int64_t zone_offset(const struct zone *z, int64_t at)
{
	if (!z->first)
		return z->spans[0].offset;
	size_t i = 0;
	if (at >= 0) {
		size_t stretch = (size_t)(at >> STRETCH_SHIFT);
		if (stretch >= z->n_first && z->has_rule)
			return rule_offset(z, at);
		i = z->first[stretch < z->n_first ? stretch : z->n_first - 1];
	}
	while (i + 1 < z->n && z->spans[i + 1].from <= at)
		i++;
	return z->spans[i].offset;
}

struct bytes {
	const unsigned char *at, *end;
	bool bad;
};

static uint64_t get(struct bytes *in, uint64_t max)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 63 && in->at < in->end; shift += 7) {
		unsigned byte = *in->at++;
		v |= (uint64_t)(byte & 127) << shift;
		if (byte < 128 && v <= max)
			return v;
		if (byte < 128)
			break;
	}
	in->bad = true;
	return 0;
}

static int64_t get_signed(struct bytes *in, int64_t max)
{
	uint64_t v = get(in, (uint64_t)max * 2);
	return v & 1 ? -(int64_t)(v >> 1) - 1 : (int64_t)(v >> 1);
}

static void get_day(struct bytes *in, struct zone_day *d)
{
	d->kind = (enum zone_day_kind)get(in, ZONE_DAY);
	d->number = (int)get(in, d->kind == ZONE_MONTH_WEEK ? 12 : 365);
	d->week = (int)get(in, 5);
	d->weekday = (int)get(in, 6);
	d->time = get_signed(in, 167 * 3600) * MS_SECOND;
	in->bad |= (d->kind != ZONE_DAY && d->number == 0) || (d->kind == ZONE_MONTH_WEEK && d->week == 0);
}

static void get_rule(struct bytes *in, struct zone *z)
{
	z->has_rule = get(in, 1) == 1;
	if (!z->has_rule)
		return;
	z->standard = get_signed(in, OFFSET_MAX) * MS_SECOND;
	z->summer = get_signed(in, OFFSET_MAX) * MS_SECOND;
	get_day(in, &z->start);
	get_day(in, &z->end);
}

static size_t get_spans(struct bytes *in, struct zone_span *spans)
{
	int64_t offsets[OFFSETS_MAX], seconds = 0;
	size_t n_offsets = (size_t)get(in, OFFSETS_MAX);
	for (size_t i = 0; i < n_offsets; i++)
		offsets[i] = get_signed(in, OFFSET_MAX) * MS_SECOND;
	size_t n = (size_t)get(in, SPANS_MAX);
	in->bad |= n_offsets == 0 || n == 0;
	for (size_t i = 0; i < n && !in->bad; i++) {
		if (i == 1) {
			seconds = get_signed(in, SECONDS_MAX);
		} else if (i > 1) {
			uint64_t step = get(in, SECONDS_MAX);
			seconds += (int64_t)(step & 1 ? step >> 1 : (step >> 1) * 900);
			in->bad |= step < 2 || seconds > SECONDS_MAX;
		}
		uint64_t which = get(in, n_offsets - 1);
		spans[i] = (struct zone_span){i ? seconds * MS_SECOND : INT64_MIN, in->bad ? 0 : offsets[which]};
	}
	return n;
}

/* The rule's changes from the last span on, laid out like the others. */
static size_t lay_out_rule(const struct zone *z, struct zone_span *spans, size_t n)
{
	int64_t last = n > 1 ? spans[n - 1].from : 0;
	for (int64_t year = calendar_year(last) - 1; year < TABLE_END_YEAR; year++) {
		struct zone_span change[2];
		year_changes(z, year, change);
		for (int i = 0; i < 2; i++)
			if (change[i].from > last)
				spans[n++] = change[i];
	}
	return n;
}

/* Where to begin to look. */
static bool index_spans(struct zone *z, struct arena *memory)
{
	int64_t end = z->has_rule ? days_to(TABLE_END_YEAR - 1, 1) * MS_DAY : z->spans[z->n - 1].from;
	z->n_first = end > 0 ? (size_t)(end >> STRETCH_SHIFT) + !z->has_rule : 1;
	uint16_t *first = arena_array(memory, z->n_first, sizeof(*first));
	if (!first)
		return false;
	for (size_t i = 0, span = 0; i < z->n_first; i++) {
		while (span + 1 < z->n && z->spans[span + 1].from <= (int64_t)i << STRETCH_SHIFT)
			span++;
		first[i] = (uint16_t)span;
	}
	z->first = first;
	return true;
}

enum status zone_decode(const unsigned char *body, size_t n, struct arena *memory, struct zone *ret)
{
	struct bytes in = {.at = body, .end = body + n};
	struct zone z = {0};
	struct zone_span spans[SPANS_MAX + 2 * (TABLE_END_YEAR - FIRST_YEAR + 1)];
	z.n = get_spans(&in, spans);
	if (!in.bad)
		get_rule(&in, &z);
	if (in.bad || in.at != in.end)
		return ST_INTERNAL;
	int64_t last = z.n > 1 ? spans[z.n - 1].from : 0;
	if (last < days_to(FIRST_YEAR, 1) * MS_DAY || last >= days_to(TABLE_END_YEAR - 1, 1) * MS_DAY)
		return ST_INTERNAL;
	if (z.has_rule)
		z.n = lay_out_rule(&z, spans, z.n);
	struct zone_span *kept = arena_array(memory, z.n, sizeof(*kept));
	if (!kept)
		return ST_NOMEM;
	memcpy(kept, spans, z.n * sizeof(*kept));
	z.spans = kept;
	if (z.n > 1) {
		z.print = (uint32_t)(hash64(body, n) >> 48) + 1;
		if (!index_spans(&z, memory))
			return ST_NOMEM;
	}
	*ret = z;
	return ST_OK;
}

static enum status constant(int64_t offset, struct arena *memory, struct zone *ret)
{
	struct zone_span *span = arena_array(memory, 1, sizeof(*span));
	if (!span)
		return ST_NOMEM;
	*span = (struct zone_span){INT64_MIN, offset};
	*ret = (struct zone){.spans = span, .n = 1};
	return ST_OK;
}

enum status zone_make(const char *name, struct arena *memory, struct zone *ret)
{
	int64_t offset;
	if (calendar_offset_parse(name, &offset))
		return constant(offset, memory, ret);
	size_t low = 0, high = zone_data_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const uint32_t *e = zone_data_index[middle];
		int order = strcmp(name, zone_data_names + e[ZONE_NAME]);
		if (order == 0)
			return zone_decode(zone_data_bodies + e[ZONE_BODY], e[ZONE_SIZE], memory, ret);
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return ST_NOT_FOUND;
}
