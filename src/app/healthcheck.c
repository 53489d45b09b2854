/* leadscore healthcheck */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entries.h"
#include "probe.h"

#define TIMEOUT_MS 4000

const struct option healthcheck_options[] = {{0}};
const char healthcheck_notes[] =
    "Without URL it asks /readyz where LEADSCORE_LISTEN says. Exit code 0 when the answer is 2xx, else 1.";

int healthcheck_run(const struct invocation *in)
{
	char url[512], why[PROBE_WHY_MAX] = "";
	if (in->n_operands)
		snprintf(url, sizeof url, "%s", in->operand[0]);
	else
		probe_url(in->settings.listen, (unsigned)atoi(strrchr(in->settings.listen, ':') + 1), "/readyz", url,
		    sizeof url);
	long status = probe_get(url, TIMEOUT_MS, why);
	if (status >= 200 && status < 300)
		return EXIT_OK;
	if (status)
		complain("%s answers %ld", url, status);
	else
		complain("%s does not answer: %s", url, why);
	return EXIT_FAILED;
}
