#include "preview_report.h"

#include <stdio.h>
#include <string.h>

#define MOVERS_SHOWN 10
#define BAR_WIDTH 30

/* The value at a path such as "mql.after.leads"; a number as it is, 0 for anything else. */
static const json_t *at(const json_t *v, const char *path)
{
	while (v && *path) {
		size_t n = strcspn(path, ".");
		v = json_object_getn(v, path, n);
		path += n + (path[n] == '.');
	}
	return v;
}

static double number(const json_t *v, const char *path)
{
	return json_number_value(at(v, path));
}

static const char *text(const json_t *v, const char *path)
{
	const char *s = json_string_value(at(v, path));
	return s ? s : "";
}

static void print_head(const json_t *r, const char *what)
{
	printf("%s of version %.0f, beside version %.0f\n", what, number(r, "model_version"), number(r, "compare_to"));
	printf("leads: %.0f in all, %.0f looked at", number(r, "leads.total"), number(r, "leads.looked_at"));
	if (json_is_object(at(r, "leads.sample")))
		printf(" (a sample of %.3g %%, seed %.0f)", number(r, "leads.sample.share") * 100,
		    number(r, "leads.sample.seed"));
	printf("; %.1f s\n", number(r, "took_ms") / 1000);
}

static void print_warnings(const json_t *r)
{
	size_t i;
	const json_t *w;
	json_array_foreach(at(r, "warnings"), i, w) printf("%s! %s\n", i ? "" : "\n", text(w, "detail"));
}

static void print_margins(const json_t *r, const char *name, const char *unit)
{
	const json_t *before = at(at(r, name), "before"), *after = at(at(r, name), "after"), *m;
	size_t i;
	printf("\n%-14s %12s %12s %18s\n", name, "before", "after", "share after");
	for (i = 0; i < json_array_size(before); i++) {
		const json_t *a = json_array_get(before, i), *b = json_array_get(after, i);
		if (number(a, "leads") == 0 && number(b, "leads") == 0)
			continue;
		printf("%-14s %12.0f %12.0f %9.2f %%", text(a, unit), number(a, "leads"), number(b, "leads"),
		    number(b, "share") * 100);
		if (number(b, "low") != number(b, "high"))
			printf(" (%.2f to %.2f)", number(b, "low") * 100, number(b, "high") * 100);
		printf("\n");
	}
	json_array_foreach(at(at(r, name), "moves"), i, m)
	    printf("%s%s -> %s: %.0f", i ? ", " : "  moves: ", text(m, "from"), text(m, "to"), number(m, "leads"));
	if (json_array_size(at(at(r, name), "moves")))
		printf("\n");
}

static void print_histogram(const json_t *r)
{
	const json_t *bins = at(r, "scores.histogram"), *b;
	double most = 1;
	size_t i;
	json_array_foreach(bins, i, b)
	{
		most = number(b, "before") > most ? number(b, "before") : most;
		most = number(b, "after") > most ? number(b, "after") : most;
	}
	printf("\n%-14s %12s %12s\n", "score", "before", "after");
	json_array_foreach(bins, i, b)
	{
		char bar[BAR_WIDTH + 1] = "";
		int n = (int)(number(b, "after") / most * BAR_WIDTH + .5);
		memset(bar, '#', (size_t)n);
		bar[n] = '\0';
		printf("%5.0f to %-5.0f %12.0f %12.0f  %s\n", number(b, "from"), number(b, "to") - 1,
		    number(b, "before"), number(b, "after"), bar);
	}
}

static void print_movers(const json_t *r, const char *name)
{
	const json_t *list = at(at(r, "movers"), name), *m;
	size_t i;
	json_array_foreach(list, i, m)
	{
		if (i == MOVERS_SHOWN) {
			printf("  and more\n");
			return;
		}
		printf("  %s  %s %.0f -> %s %.0f\n", text(m, "lead_id"), text(m, "before.stage"),
		    number(m, "before.score"), text(m, "after.stage"), number(m, "after.score"));
	}
}

static void print_weekly(const json_t *r)
{
	const json_t *weeks = at(r, "weekly.weeks"), *w;
	size_t i;
	printf("\nnew MQLs a week: %.1f before, %.1f after (spread %.1f)", number(r, "weekly.before.mean"),
	    number(r, "weekly.after.mean"), number(r, "weekly.after.sd"));
	if (number(r, "weekly.after.low") != number(r, "weekly.after.high"))
		printf(", 95 %% bounds %.1f to %.1f", number(r, "weekly.after.low"), number(r, "weekly.after.high"));
	if (json_is_number(at(r, "weekly.capacity_per_week")))
		printf("; sales can take %.4g", number(r, "weekly.capacity_per_week"));
	printf("\n");
	json_array_foreach(weeks, i, w) printf(
	    "  to %.10s: %.0f before, %.0f after\n", text(w, "to"), number(w, "before.mql"), number(w, "after.mql"));
}

void print_simulation(const json_t *r)
{
	print_head(r, "preview");
	print_margins(r, "tiers", "tier");
	print_margins(r, "stages", "stage");
	print_histogram(r);
	printf(
	    "\nMQL or beyond: %.0f before, %.0f after\n", number(r, "mql.before.leads"), number(r, "mql.after.leads"));
	printf("gain it: %.0f\n", number(r, "mql.gained.leads"));
	print_movers(r, "gained");
	printf("lose it: %.0f\n", number(r, "mql.lost.leads"));
	print_movers(r, "lost");
	print_weekly(r);
	print_warnings(r);
}

static void print_rate(const json_t *r, const char *label, const char *path)
{
	static const char *const versions[] = {"compare", "draft"};
	printf("%-14s", label);
	for (int k = 0; k < 2; k++) {
		const json_t *v = at(at(r, versions[k]), path);
		if (json_is_object(v))
			printf("  %6.3f (%.3f to %.3f)", number(v, "value"), number(v, "low"), number(v, "high"));
		else
			printf("  %6s %18s", "-", "");
	}
	printf("\n");
}

void print_backtest(const json_t *r)
{
	size_t i;
	print_head(r, "look back");
	printf("outcomes from %.10s to %.10s, scored %s before, by when events were %s\n", text(r, "from"),
	    text(r, "to"), text(r, "horizon"), text(r, "known_by.used"));
	printf("%.0f positives, %.0f negatives (%.0f lost, %.0f never)\n", number(r, "cases.positives"),
	    number(r, "cases.negatives"), number(r, "cases.negatives_lost"), number(r, "cases.negatives_never"));
	printf("\n%-14s  %-25s  %-25s\n", "at MQL", "compared with", "this version");
	print_rate(r, "precision", "precision");
	print_rate(r, "recall", "recall");
	printf("%-14s  %6.3f %18s  %6.3f\n", "F1", number(r, "compare.f1"), "", number(r, "draft.f1"));
	print_rate(r, "AUC", "auc");
	if (json_is_object(at(r, "auc_difference")))
		printf("difference of AUC: %+.3f (%.3f to %.3f), p = %.3g\n", number(r, "auc_difference.value"),
		    number(r, "auc_difference.low"), number(r, "auc_difference.high"), number(r, "auc_difference.p"));
	printf("\n%-8s %12s %12s %12s %12s\n", "decile", "lift", "recall", "lift", "recall");
	for (i = 0; i < json_array_size(at(r, "draft.deciles")); i++) {
		const json_t *a = json_array_get(at(r, "compare.deciles"), i),
			     *b = json_array_get(at(r, "draft.deciles"), i);
		printf("%-8zu %12.2f %12.3f %12.2f %12.3f\n", i + 1, number(a, "lift"), number(a, "recall"),
		    number(b, "lift"), number(b, "recall"));
	}
	print_warnings(r);
}
