/* The arena: a list of chunks, the newest first; allocation bumps an offset in the newest. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Under AddressSanitizer the unused part of a chunk is poisoned, so that an overrun or a use after reset is caught. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

#define ALIGN _Alignof(max_align_t)
#define FIRST_CHUNK ((size_t)4096)
#define LARGEST_STEP ((size_t)1 << 20)
#define DEFAULT_LIMIT ((size_t)64 << 20)

struct chunk {
	struct chunk *next;
	size_t cap;
	size_t used;
	_Alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct chunk *head;
	size_t limit;
	size_t held; /* the sum of cap over the chunks */
	size_t used; /* bytes handed out, alignment included */
	size_t step; /* size of the next ordinary chunk */
	struct arena *children, *sibling;
};

struct arena *arena_new(size_t limit)
{
	struct arena *a = calloc(1, sizeof(*a));
	if (!a)
		return NULL;
	a->limit = limit ? limit : DEFAULT_LIMIT;
	a->step = FIRST_CHUNK;
	return a;
}

struct arena *arena_child(struct arena *a)
{
	struct arena *child = arena_new(a->limit);
	if (!child)
		return NULL;
	child->sibling = a->children;
	a->children = child;
	return child;
}

static void chunk_free(struct chunk *c)
{
	UNPOISON(c->data, c->cap);
	free(c);
}

static void free_children(struct arena *a)
{
	while (a->children) {
		struct arena *child = a->children;
		a->children = child->sibling;
		arena_free(&child);
	}
}

void arena_free(struct arena **a)
{
	if (!a || !*a)
		return;
	free_children(*a);
	for (struct chunk *c = (*a)->head; c;) {
		struct chunk *next = c->next;
		chunk_free(c);
		c = next;
	}
	free(*a);
	*a = NULL;
}

void arena_reset(struct arena *a)
{
	free_children(a);
	struct chunk *keep = a->head;
	for (struct chunk *c = a->head; c; c = c->next)
		if (c->cap > keep->cap)
			keep = c;
	for (struct chunk *c = a->head; c;) {
		struct chunk *next = c->next;
		if (c != keep)
			chunk_free(c);
		c = next;
	}
	a->head = keep;
	a->used = 0;
	a->held = 0;
	if (!keep)
		return;
	keep->next = NULL;
	keep->used = 0;
	a->held = keep->cap;
	POISON(keep->data, keep->cap);
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}

/* A chunk with room for n bytes. A request larger than the ordinary step gets a chunk of its own behind the newest,
 * whose free space stays in use. */
static struct chunk *chunk_add(struct arena *a, size_t n)
{
	size_t room = a->limit - a->held;
	if (n > room)
		return NULL;
	size_t cap = n > a->step ? n : a->step;
	if (cap > room)
		cap = room;
	struct chunk *c = malloc(sizeof(*c) + cap);
	if (!c)
		return NULL;
	c->cap = cap;
	c->used = 0;
	POISON(c->data, cap);
	if (n > a->step && a->head) {
		c->next = a->head->next;
		a->head->next = c;
	} else {
		c->next = a->head;
		a->head = c;
		if (a->step < LARGEST_STEP)
			a->step *= 2;
	}
	a->held += cap;
	return c;
}

void *arena_alloc(struct arena *a, size_t n)
{
	if (n == 0)
		n = 1;
	if (n > a->limit)
		return NULL;
	struct chunk *c = a->head;
	if (!c || n > c->cap - c->used) {
		c = chunk_add(a, n);
		if (!c)
			return NULL;
	}
	unsigned char *p = c->data + c->used;
	/* The offset stays aligned; the last piece of a chunk may be shorter than its padding. */
	size_t padded = n + (ALIGN - n % ALIGN) % ALIGN;
	if (padded > c->cap - c->used)
		padded = c->cap - c->used;
	c->used += padded;
	a->used += padded;
	UNPOISON(p, n);
	return p;
}

void *arena_zalloc(struct arena *a, size_t n)
{
	void *p = arena_alloc(a, n);
	if (p)
		memset(p, 0, n);
	return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(n, size, &total))
		return NULL;
	return arena_zalloc(a, total);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	if (!s || n == SIZE_MAX)
		return NULL;
	char *p = arena_alloc(a, n + 1);
	if (!p)
		return NULL;
	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return NULL;
	char *p = arena_alloc(a, (size_t)n + 1);
	if (!p)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}
