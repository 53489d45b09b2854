/* The registry of metrics and their values.
 *
 * A family is all metrics of one name. Families and metrics are only ever added, under the registry's lock; values are
 * relaxed atomics. A histogram's count is the sum of its buckets as read, so that _count and the +Inf bucket always
 * agree. */
#include "base/metrics.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "buf_priv.h"

enum kind { COUNTER, GAUGE, HISTOGRAM };

struct metric {
	struct metric *next;
	enum kind kind;
	char *labels;           /* owned; empty: none */
	_Atomic int64_t count;  /* counter */
	_Atomic uint64_t value; /* gauge: the bits of a double; histogram: of the sum */
	size_t n;               /* finite buckets */
	double *bounds;
	_Atomic uint64_t *buckets; /* n + 1, each its own count; the last is above every bound */
};

struct family {
	struct family *next;
	enum kind kind;
	char *name;
	char *help;
	struct metric *first;
	struct metric **last;
};

static struct {
	pthread_mutex_t lock;
	struct family *first;
	struct family *last;
} registry = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool name_valid(const char *s)
{
	static const char head[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_:";
	static const char tail[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_:0123456789";
	return s && strspn(s, head) > 0 && s[strspn(s, tail)] == '\0';
}

static struct family *family_find(const char *name)
{
	for (struct family *f = registry.first; f; f = f->next)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

static struct family *family_add(const char *name, const char *help, enum kind kind)
{
	struct family *f = calloc(1, sizeof(*f));
	if (!f)
		return NULL;
	f->kind = kind;
	f->last = &f->first;
	f->name = strdup(name);
	f->help = strdup(help ? help : "");
	if (!f->name || !f->help) {
		free(f->name);
		free(f->help);
		free(f);
		return NULL;
	}
	if (registry.last)
		registry.last->next = f;
	else
		registry.first = f;
	registry.last = f;
	return f;
}

static void metric_free(struct metric *m)
{
	free(m->labels);
	free(m->bounds);
	free(m->buckets);
	free(m);
}

static struct metric *metric_new(enum kind kind, const char *labels, const double *bounds, size_t n)
{
	struct metric *m = calloc(1, sizeof(*m));
	if (!m)
		return NULL;
	m->kind = kind;
	m->labels = strdup(labels);
	if (kind == HISTOGRAM) {
		m->bounds = calloc(n + 1, sizeof(*m->bounds));
		m->buckets = calloc(n + 1, sizeof(*m->buckets));
	}
	if (!m->labels || (kind == HISTOGRAM && (!m->bounds || !m->buckets))) {
		metric_free(m);
		return NULL;
	}
	if (n)
		memcpy(m->bounds, bounds, n * sizeof(*bounds));
	m->n = n;
	return m;
}

/* The metric of this name and these labels: the one already there, or a new one. */
static struct metric *metric_register(
    enum kind kind, const char *name, const char *help, const char *labels, const double *bounds, size_t n)
{
	if (!name_valid(name))
		return NULL;
	if (!labels)
		labels = "";
	struct metric *m = NULL;
	pthread_mutex_lock(&registry.lock);
	struct family *f = family_find(name);
	if (!f)
		f = family_add(name, help, kind);
	if (!f || f->kind != kind)
		goto out;
	for (m = f->first; m; m = m->next)
		if (strcmp(m->labels, labels) == 0)
			goto out;
	m = metric_new(kind, labels, bounds, n);
	if (m) {
		*f->last = m;
		f->last = &m->next;
	}
out:
	pthread_mutex_unlock(&registry.lock);
	return m;
}

struct metric *metric_counter(const char *name, const char *help, const char *labels)
{
	return metric_register(COUNTER, name, help, labels, NULL, 0);
}

struct metric *metric_gauge(const char *name, const char *help, const char *labels)
{
	return metric_register(GAUGE, name, help, labels, NULL, 0);
}

struct metric *metric_histogram(const char *name, const char *help, const char *labels, const double *bounds, size_t n)
{
	if (n && isinf(bounds[n - 1]) && bounds[n - 1] > 0)
		n--;
	for (size_t i = 0; i < n; i++)
		if (!isfinite(bounds[i]) || (i && bounds[i] <= bounds[i - 1]))
			return NULL;
	return metric_register(HISTOGRAM, name, help, labels, bounds, n);
}

static double as_double(uint64_t bits)
{
	double v;
	memcpy(&v, &bits, sizeof(v));
	return v;
}

static uint64_t as_bits(double v)
{
	uint64_t bits;
	memcpy(&bits, &v, sizeof(bits));
	return bits;
}

static void add_double(_Atomic uint64_t *to, double delta)
{
	uint64_t old = atomic_load_explicit(to, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(
	    to, &old, as_bits(as_double(old) + delta), memory_order_relaxed, memory_order_relaxed))
		continue;
}

void metric_add(struct metric *m, int64_t delta)
{
	if (!m)
		return;
	/* A counter never goes down: Prometheus would read that as a restart. */
	if (m->kind == COUNTER && delta > 0)
		atomic_fetch_add_explicit(&m->count, delta, memory_order_relaxed);
	else if (m->kind == GAUGE)
		add_double(&m->value, (double)delta);
}

void metric_set_f(struct metric *m, double value)
{
	if (m && m->kind == GAUGE)
		atomic_store_explicit(&m->value, as_bits(value), memory_order_relaxed);
}

void metric_set(struct metric *m, int64_t value)
{
	metric_set_f(m, (double)value);
}

void metric_observe(struct metric *m, double value)
{
	if (!m || m->kind != HISTOGRAM || isnan(value))
		return;
	size_t low = 0;
	for (size_t high = m->n; low < high;) {
		size_t middle = low + (high - low) / 2;
		if (value <= m->bounds[middle])
			high = middle;
		else
			low = middle + 1;
	}
	atomic_fetch_add_explicit(&m->buckets[low], 1, memory_order_relaxed);
	add_double(&m->value, value);
}

int64_t metric_value(const struct metric *m)
{
	if (!m || m->kind == HISTOGRAM)
		return 0;
	if (m->kind == COUNTER)
		return atomic_load_explicit(&m->count, memory_order_relaxed);
	double v = as_double(atomic_load_explicit(&m->value, memory_order_relaxed));
	/* Beyond 2^63 the conversion is undefined; NaN compares false. */
	return v >= -9223372036854775808.0 && v < 9223372036854775808.0 ? (int64_t)v : 0;
}

static void put_value(struct buf *out, double v)
{
	if (isnan(v))
		buf_puts(out, "NaN");
	else if (isinf(v))
		buf_puts(out, v > 0 ? "+Inf" : "-Inf");
	else
		buf_put_double(out, v);
}

/* Text in which a raw line feed would end the line, and (in help) a backslash would start an escape. */
static void put_line(struct buf *out, const char *s, bool escape_backslash)
{
	for (; *s; s++) {
		if (*s == '\n')
			buf_puts(out, "\\n");
		else if (*s == '\\' && escape_backslash)
			buf_puts(out, "\\\\");
		else
			buf_putc(out, *s);
	}
}

static void put_series(
    struct buf *out, const struct family *f, const struct metric *m, const char *suffix, const char *le)
{
	buf_puts(out, f->name);
	buf_puts(out, suffix);
	if (m->labels[0] || le) {
		buf_putc(out, '{');
		put_line(out, m->labels, false);
		if (le)
			buf_printf(out, "%sle=\"%s\"", m->labels[0] ? "," : "", le);
		buf_putc(out, '}');
	}
	buf_putc(out, ' ');
}

static void render_histogram(struct buf *out, const struct family *f, const struct metric *m)
{
	uint64_t total = 0;
	for (size_t i = 0; i <= m->n; i++) {
		struct buf le = BUF_INIT;
		put_value(&le, i < m->n ? m->bounds[i] : INFINITY);
		total += atomic_load_explicit(&m->buckets[i], memory_order_relaxed);
		if (!buf_ok(&le))
			out->failed = true;
		else
			put_series(out, f, m, "_bucket", le.data);
		buf_free(&le);
		buf_printf(out, "%llu\n", (unsigned long long)total);
	}
	put_series(out, f, m, "_sum", NULL);
	put_value(out, as_double(atomic_load_explicit(&m->value, memory_order_relaxed)));
	buf_putc(out, '\n');
	put_series(out, f, m, "_count", NULL);
	buf_printf(out, "%llu\n", (unsigned long long)total);
}

void metrics_render(struct buf *out)
{
	static const char *const types[] = {"counter", "gauge", "histogram"};
	pthread_mutex_lock(&registry.lock);
	for (const struct family *f = registry.first; f; f = f->next) {
		buf_printf(out, "# HELP %s ", f->name);
		put_line(out, f->help, true);
		buf_printf(out, "\n# TYPE %s %s\n", f->name, types[f->kind]);
		for (const struct metric *m = f->first; m; m = m->next) {
			if (f->kind == HISTOGRAM) {
				render_histogram(out, f, m);
				continue;
			}
			put_series(out, f, m, "", NULL);
			if (f->kind == COUNTER)
				buf_put_i64(out, atomic_load_explicit(&m->count, memory_order_relaxed));
			else
				put_value(out, as_double(atomic_load_explicit(&m->value, memory_order_relaxed)));
			buf_putc(out, '\n');
		}
	}
	pthread_mutex_unlock(&registry.lock);
}
