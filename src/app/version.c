/* leadscore version */
#include <stdio.h>

#include "entries.h"
#include "scoring/model.h"

int version_run(const struct invocation *in)
{
	(void)in;
	printf("leadscore %s\ntime zones: tzdata %s\n", LEADSCORE_VERSION, model_time_zone_data());
	return EXIT_OK;
}
