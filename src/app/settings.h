/* Configuration: one table of settings behind flags, environment, configuration file, --help and the README's table.
 *
 * A flag wins over the environment, which wins over the file, which wins over the default. An empty variable is as if
 * it were not set. */
#ifndef APP_SETTINGS_H
#define APP_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"

/* Which commands a setting belongs to. */
enum { GROUP_DATABASE = 1, GROUP_SERVE = 2, GROUP_INGEST = 4, GROUP_LISTEN = 8, GROUP_LOG = 16 };

struct settings {
	const char *database_url, *database_read_url; /* the latter NULL: as the former */
	const char *listen, *metrics_listen;          /* metrics_listen "" : off */
	enum log_level log_level;
	unsigned log_requests;
	unsigned threads, readers, read_timeout_ms;
	unsigned max_connections, max_per_address, max_streams, idle_timeout_s, header_deadline_ms, body_deadline_ms,
	    reply_deadline_ms;
	unsigned rate_per_second;
	unsigned batch_kb;
	unsigned lanes, batch_max, queue_max;
	unsigned refresh_interval_ms, refresh_chunk, job_threads;
	const char *webhook_allow, *webhook_retries; /* NULL: none; the standard ones */
	unsigned webhook_http, webhook_timeout_ms, webhook_disable_hours, webhook_keep_days, webhook_score_seconds;
	unsigned drain_timeout_ms;
	char *file_text; /* the configuration file, in which values point; owned */
};

enum setting_kind {
	SETTING_SECRET, /* text that is never printed */
	SETTING_LISTEN, /* address:port */
	SETTING_LISTEN_OR_OFF,
	SETTING_LEVEL,
	SETTING_NUMBER,
	SETTING_SWITCH, /* on or off */
	SETTING_NETWORKS, /* 10.0.0.0/8, ::1 */
	SETTING_RETRIES, /* 5,300,1800 */
};

struct setting {
	const char *flag, *name; /* "--listen", "LEADSCORE_LISTEN" */
	const char *value;       /* what stands for the value in help */
	const char *fallback;    /* the default as text; NULL: none */
	const char *help;
	enum setting_kind kind;
	unsigned groups;
	size_t at;         /* offset in struct settings */
	unsigned min, max; /* of numbers */
};
extern const struct setting settings_table[];
extern const size_t settings_count;

#define SETTINGS_MAX 40
/* flag_values[i]: what the command line gives for settings_table[i], or NULL. Only settings of `groups` are looked at.
 * False after saying why on standard error. */
bool settings_load(struct settings *ret, unsigned groups, const char *const *flag_values, const char *config_file);
void settings_free(struct settings *s);

#endif
