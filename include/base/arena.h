/* A region of memory freed at once: one per request, one per batch.
 *
 * Chunks grow by doubling up to a cap on the sum; a call over the cap or a failing malloc returns NULL. Memory is
 * aligned for any type and not zeroed unless the name says so. One thread at a time. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

/* `limit` is the most bytes the arena may hold in all (0: 64 MiB). NULL when out of memory. Owned by the caller. */
struct arena *arena_new(size_t limit);
/* One that is freed or reset with `a` (it is a's own) and has as large a limit again: for another thread to allocate from meanwhile. */
struct arena *arena_child(struct arena *a);
void arena_free(struct arena **a);  /* accepts NULL and *NULL */
void arena_reset(struct arena *a);  /* forgets everything, keeps one chunk */
size_t arena_used(const struct arena *a);

void *arena_alloc(struct arena *a, size_t n);              /* NULL: over the limit or out of memory */
void *arena_zalloc(struct arena *a, size_t n);
void *arena_array(struct arena *a, size_t n, size_t size); /* overflow-checked, zeroed */
char *arena_strdup(struct arena *a, const char *s);        /* NULL in, NULL out */
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
