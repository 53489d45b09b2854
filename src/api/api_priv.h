/* What the files of api share: the route, the state of a call, and the parts of an api.
 *
 * A call's way: match.c (route) -> begin.c (order of steps) -> auth.c (who calls; door.c where there is no key) -> the route's `prepare` (parameters
 * and body become input or commands) -> `read` on a reader thread, or ingest and then `render`. */
#ifndef API_API_PRIV_H
#define API_API_PRIV_H

#include <stdbool.h>

#include "api/api.h"
#include "api/call.h"
#include "base/rate.h"
#include "ingest/adapter.h"
#include "ingest/ingest.h"
#include "ingest/track.h"
#include "readers_priv.h"
#include "store/db.h"

enum route_kind {
	ROUTE_FIXED, /* prepare fills the response */
	ROUTE_READ,  /* prepare, then read with a connection */
	ROUTE_UPLOAD, /* prepare at the head; then the body is taken while it arrives */
	ROUTE_WRITE, /* prepare makes commands, then render once they are committed or refused */
};

enum route_flag {
	ROUTE_LARGE = 1,   /* the body may be an array: 4 MiB instead of 256 KiB */
	ROUTE_BROWSER = 2, /* may be called with a publish key from a page */
	ROUTE_PRIMARY = 4, /* a read that must not be answered by a replica, or that writes */
	ROUTE_LONG = 8,    /* may use all the time the call has */
	ROUTE_TAIL = 16,   /* the last parameter takes the rest of the path, slashes included */
	ROUTE_GZIP = 32,   /* the body may come gzipped */
	ROUTE_HEADERS = 64, /* gets every header of the request (header_text) */
	ROUTE_FOREIGN = 128, /* spoken by other people's clients: the key may stand elsewhere (auth.c), query parameters are passed over, a body that cannot be
			       read is 400 whatever is wrong with it */
	ROUTE_CALL = 256,   /* the body is one message of theirs: 32 KiB */
	ROUTE_BATCH = 512,  /* the body is a batch of them: 500 KB, or as configured */
};

struct api_route {
	const char *method, *pattern, *operation;
	unsigned roles, flags;
	enum route_kind kind;
	const char *const *parameters; /* names the query may hold, NULL-terminated; NULL: none */
	enum status (*prepare)(struct api *a, struct api_call *c, struct err *e); /* NULL: nothing to do */
	enum status (*read)(struct api *a, struct api_call *c, struct db *db, struct err *e);
	void (*render)(struct api *a, struct api_call *c);
	const struct door_type *door; /* without a key: the door that the path names (door_priv.h) */
};
extern const struct api_route api_routes[];
extern const size_t api_routes_count;

#define BODY_MAX ((size_t)256 * 1024)
#define BODY_LARGE_MAX ((size_t)4 * 1024 * 1024)
#define BODY_CALL_MAX ((size_t)32 * 1024)
#define BODY_BATCH_MAX ((size_t)500 * 1024)
#define ARRAY_ITEMS_MAX 1000
#define BATCH_ITEMS_MAX 2500

struct router;
struct door;
struct door_type;
struct token_cache;
struct follow;
struct live;
struct monitor;
struct tasks;
struct import;

struct api {
	struct api_config config; /* with defaults filled in; its texts are owned */
	struct router *router;
	struct token_cache *keys, *doors;
	struct rate *form_rate; /* by form and address */
	struct readers *readers;
	struct monitor *monitor;
	struct follow *follow; /* clients who follow jobs */
	struct live *live;     /* clients who follow the change feed */
	struct tasks *tasks;   /* imports and exports under way */
	struct metric *lines_taken, *lines_refused; /* of imports */
};

/* What is to be done with a call when api_submit gets it. */
enum call_next { NEXT_KEY, NEXT_READ, NEXT_WRITE };

/* In the call's arena. Owned by whoever owns the call. */
struct call_state {
	struct api *api;
	struct api_call *call;
	enum call_next next;
	struct reader_task task;
	struct uuid key_workspace; /* of the key, or the door's token, to look up */
	uint8_t key_hash[32];
	struct door *door; /* a reference; NULL: the call came with a key, or needs none */
	char country[4]; /* of the workspace: whose phone numbers are national */
	unsigned without; /* steps of cleaning that it leaves out */
	char key_label[256];
	struct track_names *names; /* of the workspace, or NULL; a reference */
	struct import *import; /* of an upload; a reference */
	void *input;     /* what prepare leaves for read or render */
	const struct err *faults; /* all that is wrong, when it is more than one err says */
	size_t n_faults;

	/* Writes: command i is of item item_of[i]; the items refused before keep their error. */
	struct ingest_job job;
	bool array;
	size_t n_items;
	struct err *item_err; /* n_items; status ST_OK: the command stands at command_of */
	size_t *command_of;
};

static inline struct call_state *call_state(const struct api_call *c)
{
	return c->state;
}

/* Guards after authentication, then prepare: the response is filled, or state->next says what api_submit shall do.
 * (begin.c) */
enum api_step call_prepare(struct api *a, struct api_call *c);
/* Gives the call's commands to ingest; calls done itself when that is refused. (begin.c) */
void call_ingest(struct api *a, struct api_call *c);
/* A parameter of the path by its name; never NULL for a name of the pattern. (match.c) */
const char *path_param(const struct api_call *c, const char *name);
/* A path parameter that must be a UUID; `what` names the resource in the 404: an id that is none names nothing.
 * (match.c) */
enum status path_uuid(const struct api_call *c, const char *name, const char *what, struct uuid *ret, struct err *e);
/* A zeroed struct for the handler, put into state->input. NULL: out of memory (e is set). (begin.c) */
void *call_input(struct api_call *c, size_t n, struct err *e);
enum status out_of_memory(struct err *e);
/* Who calls, as it is written beside what was done by hand: the key's label, or its id. NULL: out of memory. (begin.c) */
const char *call_author(const struct api_call *c);

struct router *router_new(void);
void router_free(struct router **r);

/* Whether the primary answered lately, and the replica; any thread. (monitor.c) */
enum status monitor_start(const struct api_config *c, struct monitor **ret, struct err *e);
void monitor_stop(struct monitor **m);
bool monitor_primary(const struct monitor *m);
bool monitor_replica(const struct monitor *m);

#endif
