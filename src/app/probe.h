/* One GET to a leadscore, for the health check of containers and for the watchdog's look at itself. */
#ifndef APP_PROBE_H
#define APP_PROBE_H

/* The HTTP status, or 0 when there was no answer in time; then why (may be NULL) says in words what happened. */
#define PROBE_WHY_MAX 256
long probe_get(const char *url, long timeout_ms, char why[PROBE_WHY_MAX]);

/* "http://ADDRESS:PORT" + path for a listen address; addresses that stand for all of the machine's become the loopback
 * one. */
void probe_url(const char *listen, unsigned port, const char *path, char *out, unsigned long cap);

#endif
