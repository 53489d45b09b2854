/* Long calls, each on a thread of its own: imports and exports. Bounded in number, by kind and by workspace, so that
 * they take little from the many short ones.
 *
 * Lock: one mutex in tasks.c over the list of what runs. */
#ifndef API_TASKS_PRIV_H
#define API_TASKS_PRIV_H

#include <stdbool.h>

#include "base/ident.h"
#include "base/status.h"

enum task_kind { TASK_IMPORT, TASK_EXPORT, TASK_KINDS };

#define TASKS_MAX 8              /* of a kind at once */
#define TASKS_OF_WORKSPACE_MAX 4 /* of those, of one workspace */

struct tasks;

enum status tasks_new(struct tasks **ret, struct err *e);
/* Those that run are asked to come to an end, and no more are begun. */
void tasks_drain(struct tasks *t);
bool tasks_stopping(const struct tasks *t);
void tasks_free(struct tasks **t); /* drains and waits; accepts NULL and *NULL */

/* Calls run(arg) on a thread. ST_BUSY "too_many_imports" or "too_many_exports": there are enough of them. */
enum status tasks_start(struct tasks *t, enum task_kind kind, const struct uuid *workspace, void (*run)(void *arg),
    void *arg, struct err *e);

#endif
