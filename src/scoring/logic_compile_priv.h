/* Shared by the parts of the rule compiler: logic_compile.c, and logic_standing.c for what only stages and tags may
 * say. */
#ifndef SCORING_LOGIC_COMPILE_PRIV_H
#define SCORING_LOGIC_COMPILE_PRIV_H

#include "logic_priv.h"

struct compiler {
	const struct logic_options *options;
	struct logic *logic;
	size_t cap_nodes, cap_constants, cap_paths, cap_windows, cap_patterns;
	bool in_item;     /* inside map, filter and the like: names are the item's */
	bool in_compared; /* an operand compared with a score */
	enum logic_op parent;
	const json_t *siblings; /* the operands of parent, when that is a comparison */
	size_t faults;
	bool out_of_memory;
};

void compiler_fault(struct compiler *c, const char *code, const char *pointer, const char *sentence);
/* Room for `more` zeroed items at the end of *items; the index of the first, or SIZE_MAX when out of memory. */
size_t compiler_push(struct compiler *c, void *items, size_t *count, size_t *cap, size_t more, size_t size);
size_t compiler_push_nodes(struct compiler *c, size_t n);
void compiler_compile(struct compiler *c, const json_t *rule, size_t slot, const char *pointer);
const json_t *compiler_arg(const json_t *args, size_t i); /* operands may stand without a list; NULL: none */
size_t compiler_arg_count(const json_t *args);

/* logic_standing.c */
void compiler_check_standing(struct compiler *c, enum logic_name name, const char *pointer);
/* True when the comparison has a score in it and was compiled. */
bool compiler_scored(struct compiler *c, enum logic_op op, const json_t *args, size_t slot, const char *pointer);

/* logic_seen.c: seen, count_events and days_since. */
void compiler_seen(struct compiler *c, enum logic_op op, const json_t *args, size_t slot, const char *pointer);

#endif
