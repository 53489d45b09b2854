/* The inside of compiled rules: values, nodes, and what a rule sees while it is evaluated.
 *
 * A rule is compiled to an array of 8-byte nodes; the operands of a node lie side by side. Values are small structs
 * that borrow strings and JSON from the document, the rule or the scratch arena. Compiled rules are immutable; a run
 * belongs to one thread. */
#ifndef SCORING_LOGIC_PRIV_H
#define SCORING_LOGIC_PRIV_H

#include "scoring/logic.h"

#include <stddef.h>

#define LOGIC_DEPTH_MAX 64
#define LOGIC_NODES_MAX 10000
#define LOGIC_STEPS_MAX 1000000

enum value_kind { V_UNDEFINED, V_NULL, V_BOOL, V_NUMBER, V_STRING, V_JSON, V_LIST };

/* V_JSON is an array or an object (scalars are unpacked); V_LIST an array made while evaluating. */
struct value {
	enum value_kind kind;
	uint32_t len; /* of s in bytes, of items in values */
	union {
		bool b;
		double n;
		const char *s;
		json_t *json;
		const struct value *items;
	};
};

/* Where a rule stands decides what its names mean. */
enum logic_context {
	LOGIC_DOCUMENT, /* any JSON document: no names of our own */
	LOGIC_PROFILE,  /* fit, criteria, exclusions */
	LOGIC_EVENT,    /* `where` */
	LOGIC_LOOK,     /* `where` of an event that is looked back at: the event alone */
	LOGIC_TAGS,     /* the model's tags */
	LOGIC_STAGES,
};

enum logic_name {
	NAME_FIELD, /* of the profile or the document */
	NAME_TITLE_LEVEL,
	NAME_EMAIL_KIND,
	NAME_PHONE_COUNTRY,
	NAME_TAXONOMY, /* the path's first step says which */
	NAME_TYPE,
	NAME_OCCURRED_AT,
	NAME_PROPERTIES,
	NAME_EVENT_SOURCE,
	NAME_SCORE,
	NAME_FIT,
	NAME_ENGAGEMENT,
	NAME_TIER,
	NAME_GRADE,
	NAME_STAGE,
	NAME_TAGS,
};

enum quantity { QUANTITY_SCORE, QUANTITY_ENGAGEMENT, QUANTITY_COUNT };

/* The result of a rule stays as it is while the quantity stays within low..high (milli). */
struct span {
	int64_t low, high;
};

struct step;

/* The instants of the newest events of a type, oldest first. */
#define RECENT_MAX 64
struct recent {
	uint32_t n;
	int64_t at[RECENT_MAX];
};
#define EVENTS_MAX 1000000 /* counted in all */

/* How a rule looks back at events of a type. */
enum look { LOOK_NEWEST, LOOK_COUNT, LOOK_RECENT };

/* A property of the event that was looked up: the rules of one type ask for the same few. */
#define MEMO_MAX 6
struct memo {
	const struct step *step;
	struct value v;
};

/* What a rule sees. `resolve` gives the value of a name (for NAME_FIELD the root object), `classify` that of a
 * taxonomy; false: out of memory. */
struct logic_env {
	bool (*resolve)(struct logic_env *env, enum logic_name name, struct value *ret);
	bool (*classify)(struct logic_env *env, const struct step *taxonomy, struct value *ret);
	int64_t at;
	int64_t quantity[QUANTITY_COUNT];
	const int64_t *seen_at; /* newest instant by seen slot; INT64_MIN: never */
	const uint32_t *seen_count;
	const struct recent *recent;
	/* Found out while evaluating; the caller sets the start. */
	struct span span[QUANTITY_COUNT];
	int64_t valid_until;    /* the result may differ from this instant on */
	bool absent;            /* a profile attribute was looked up that is not there */
	struct arena **scratch; /* made when first needed; the caller frees it */
	bool drew;              /* on the scratch: it is to be reset */
	uint8_t n_memo;
	struct memo memo[MEMO_MAX];
};

enum logic_op {
	OP_CONST,
	OP_LIST,
	OP_VAR,
	OP_VAR_ITEM,
	OP_VAR_COMPUTED,
	OP_MISSING,
	OP_MISSING_SOME,
	OP_IF,
	OP_AND,
	OP_OR,
	OP_NOT,
	OP_TRUTH,
	OP_EQ,
	OP_NE,
	OP_SAME,
	OP_NOT_SAME,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_BETWEEN,
	OP_QUANTITY,
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_MOD,
	OP_MIN,
	OP_MAX,
	OP_MAP,
	OP_FILTER,
	OP_REDUCE,
	OP_ALL,
	OP_SOME,
	OP_NONE,
	OP_MERGE,
	OP_IN,
	OP_CAT,
	OP_SUBSTR,
	OP_LOG,
	OP_STARTS_WITH,
	OP_ENDS_WITH,
	OP_MATCHES,
	OP_SEEN,
	OP_COUNT_EVENTS,
	OP_DAYS_SINCE,
};

struct node {
	uint8_t op;
	uint8_t detail; /* OP_QUANTITY: quantity * 8 + comparison (an OP_EQ.. less OP_EQ) */
	uint16_t argc;
	uint16_t first; /* first operand */
	uint16_t extra; /* constant, path, pattern or window */
};

struct constant {
	struct value v;
	int64_t at_least, above; /* of a number: the least milli that is >= and > it as points */
};

struct step {
	const char *key;
	uint32_t len;
	int64_t index; /* -1: not an index */
};

struct path {
	const struct step *steps;
	uint16_t n;
	uint8_t name;    /* enum logic_name */
	bool of_company; /* company.REST: what is not there is looked for at account.REST */
};

/* The events that seen, count_events or days_since looks at. */
struct window {
	const uint16_t *slots; /* each once; of a count within a time, places among the recent */
	size_t n;
	int64_t within; /* 0: for ever */
	int64_t *turns; /* of days_since: numbers of days at which a comparison may turn */
	size_t n_turns;
};

struct pattern; /* logic_pattern.c */

struct logic {
	enum logic_context context;
	struct node *nodes;
	size_t n_nodes;
	struct constant *constants;
	size_t n_constants;
	struct path *paths;
	size_t n_paths;
	struct window *windows;
	size_t n_windows;
	struct pattern **patterns;
	size_t n_patterns;
	json_t *copy;         /* constants borrow from it */
	struct arena *memory; /* owned when own_memory */
	bool own_memory;
};

/* The data a `var` sees inside map, filter, reduce and the like. */
struct scope {
	struct value item;
	bool reducing;
	struct value accumulator;
};

struct run {
	const struct logic *logic;
	struct logic_env *env;
	const struct scope *scope; /* NULL: the root */
	uint32_t steps;
	enum status failed;
};

/* Compiling. `report` hears of every fault; `seen_slot` gives a slot for an event type, of which only events count that
 * meet `where` (NULL: all), or for LOOK_RECENT a place among the recent (UINT16_MAX: too many, or `where` is faulty).
 */
struct look_at {
	const char *type;
	const json_t *where;
	const char *pointer; /* of the condition */
};
struct logic_options {
	enum logic_context context;
	struct arena *memory; /* NULL: the rule makes its own */
	uint16_t (*seen_slot)(void *owner, const struct look_at *at, enum look look, int64_t within);
	bool (*has_taxonomy)(void *owner, const char *name, size_t n); /* not asked of LOGIC_DOCUMENT */
	void (*report)(void *owner, const char *code, const char *pointer, const char *sentence);
	void *owner;
};
/* ret is set only when no fault was reported. */
enum status logic_build(
    const json_t *rule, const char *pointer, const struct logic_options *options, struct logic **ret);

/* Evaluating. Results borrow from the document, the rule and the scratch. A rule over its limits gives ST_TOO_LARGE. */
enum status logic_evaluate(const struct logic *l, struct logic_env *env, struct value *ret);
/* The same for a yes or no; over its limits is false. Fails for memory only. */
enum status logic_holds(const struct logic *l, struct logic_env *env, bool *ret);
struct value logic_run(struct run *r, size_t node);
struct value logic_operand(struct run *r, const struct node *node, size_t i); /* undefined when there is none */
void *logic_alloc(struct run *r, size_t n);
struct value logic_field(struct run *r, const struct path *path);
struct value logic_item(const struct scope *scope, const struct path *path);
struct value logic_lookup(struct run *r, struct value name);
struct value logic_descend(struct value from, const struct step *steps, size_t n);
bool logic_name_parse(enum logic_context context, const char *s, size_t n, enum logic_name *ret);
/* Splits a dotted path; keys live in memory. False: out of memory. */
bool logic_path_split(struct arena *memory, enum logic_context context, const char *text, size_t n, struct path *ret);

/* logic_seen.c, logic_lists.c, logic_operators.c */
struct value logic_run_seen(struct run *r, const struct node *node);
struct value logic_run_list(struct run *r, const struct node *node);
struct value logic_run_operator(struct run *r, const struct node *node);
struct value logic_run_quantity(struct run *r, const struct node *node);
void logic_thresholds(double x, int64_t *ret_at_least, int64_t *ret_above);

/* logic_value.c: JavaScript's coercions. */
struct value value_of_json(json_t *v);
struct value value_bool(bool b);
struct value value_number(double n);
struct value value_string(const char *s, size_t n);
extern const struct value value_undefined, value_null;
bool value_truthy(struct value v);
bool value_is_list(struct value v);
size_t value_count(struct value v);
struct value value_at(struct value v, size_t i);
bool value_same(struct value a, struct value b);
bool value_equal(struct run *r, struct value a, struct value b);
enum value_order { ORDER_LESS, ORDER_EQUAL, ORDER_GREATER, ORDER_NONE };
enum value_order value_compare(struct run *r, struct value a, struct value b);
double value_to_number(struct run *r, struct value v);
double value_parse_float(struct run *r, struct value v);
struct value value_to_string(struct run *r, struct value v);
json_t *value_to_json(struct value v); /* new reference; NULL: out of memory */

/* logic_number.c: numbers as JavaScript reads and writes them. */
#define NUMBER_TEXT_MAX 32
size_t number_format(double n, char out[NUMBER_TEXT_MAX]);
double number_parse(const char *s, size_t n);        /* Number(s) */
double number_parse_prefix(const char *s, size_t n); /* parseFloat(s) */

/* logic_pattern.c */
struct pattern *pattern_compile(
    const char *s, size_t n, char *why, size_t why_cap); /* NULL: bad, or (why empty) out of memory */
void pattern_free(struct pattern **p);
enum status pattern_matches(const struct pattern *p, const char *s, size_t n, bool *ret);

#endif
