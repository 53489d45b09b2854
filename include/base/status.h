/* The outcome of an operation and what to tell about it.
 *
 * Every fallible function returns enum status and takes, last, a struct err that it fills on failure only. Outputs
 * (ret_...) are untouched on failure. Rooms return errors; only workers, http and main log them.
 * Not a stack trace and not a problem+json document: api turns an err into one. Any thread; an err has one owner. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include <stdarg.h>

enum status {
	ST_OK = 0,
	ST_INVALID,     /* the caller's data is wrong; err.pointer says where */
	ST_NOT_FOUND,
	ST_CONFLICT,    /* version or identity clash; the state of the world forbids it */
	ST_DENIED,      /* not allowed for this key */
	ST_TOO_LARGE,   /* a documented limit was exceeded */
	ST_BUSY,        /* queue full or shutting down: nothing happened, try again */
	ST_UNAVAILABLE, /* the database is away: nothing happened, try again */
	ST_UNCERTAIN,   /* the connection broke during COMMIT: it may have happened; a retry with the same ids is safe */
	ST_DEADLINE,    /* out of time before anything was committed */
	ST_NOMEM,
	ST_INTERNAL,    /* a defect or an unexpected answer; detail says what */
};

#define ERR_DETAIL_MAX 400
#define ERR_POINTER_MAX 200

struct err {
	enum status status;
	char code[48];                 /* stable machine word, e.g. "email_invalid"; empty: derived from status */
	char sqlstate[6];              /* five characters or empty */
	char pointer[ERR_POINTER_MAX]; /* JSON Pointer (RFC 6901) of the fault, or empty */
	char detail[ERR_DETAIL_MAX];   /* one English sentence for a person; never secrets or personal data of others */
};

/* Fills *e (NULL allowed) and returns status, so that `return err_set(e, ST_INVALID, "x", "...")` reads well.
 * `code` may be NULL. The pointer is cleared; use err_at to set it. */
enum status err_set(struct err *e, enum status status, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
enum status err_at(struct err *e, enum status status, const char *code, const char *pointer, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
void err_clear(struct err *e);
/* A stable lower-case word for a status: "invalid", "not_found", ... */
const char *status_name(enum status status);

#endif
