/* Telling systemd how we are (sd_notify(3)), by a datagram to NOTIFY_SOCKET; nothing happens where there is none. */
#ifndef APP_NOTIFY_H
#define APP_NOTIFY_H

#include <stdint.h>

/* "READY=1", "STOPPING=1", "WATCHDOG=1", with lines of STATUS= if wanted. Any thread. */
void notify_send(const char *message);
/* How often WATCHDOG=1 is wanted, in microseconds: a third of what WATCHDOG_USEC allows; 0: not at all. */
int64_t notify_watchdog_us(void);

#endif
