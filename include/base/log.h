/* Log lines: one JSON object a line on standard error. No personal data, no keys: callers pass ids and figures only.
 *
 * Any thread; a line is written by one write(2). */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

void log_set_level(enum log_level level);
bool log_parse_level(const char *s, enum log_level *ret);
bool log_on(enum log_level level);

enum log_kind { LOG_END = 0, LOG_STR, LOG_INT, LOG_BOOL };
struct log_field {
	enum log_kind kind;
	const char *name;
	const char *s;
	int64_t i;
};
#define log_str(name_, v) ((struct log_field){LOG_STR, (name_), (v), 0})
#define log_int(name_, v) ((struct log_field){LOG_INT, (name_), 0, (int64_t)(v)})
#define log_bool(name_, v) ((struct log_field){LOG_BOOL, (name_), 0, (v)})

/* log_line(LOG_INFO, "ready", log_str("listen", addr), log_int("port", port)); */
void log_write(enum log_level level, const char *event, const struct log_field *fields);
#define log_line(level, event, ...) log_write((level), (event), (struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){LOG_END, 0, 0, 0}})

#endif
