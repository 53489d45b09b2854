/* A preview's result as a person reads it. */
#ifndef APP_PREVIEW_REPORT_H
#define APP_PREVIEW_REPORT_H

#include <jansson.h>

/* Of a job's result, on standard output. */
void print_simulation(const json_t *result);
void print_backtest(const json_t *result);

#endif
