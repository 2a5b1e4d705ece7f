/* SPDX-License-Identifier: MIT */
/* The command line. Each command is one `const struct command` in its own file and
 * one line in commands.def; the parser, `help`, the manual page, the completion and
 * the tests read that table. Data goes to stdout, talk to stderr. */
#ifndef DP_CLI_CLI_H
#define DP_CLI_CLI_H

#include "src/base/err.h"
#include "src/base/str.h"

struct workspace;
struct cli;

enum command_group {
	GROUP_START,	   /* init, demo, help */
	GROUP_TASK,	   /* author a task */
	GROUP_CONNECTION,  /* sources, destinations */
	GROUP_RELEASE,	   /* check, test, submit, publish, versions */
	GROUP_RUN,	   /* run, ledger */
	GROUP_HOUSE,	   /* workspace, schedule, backup, audit */
	GROUP_HIDDEN,	   /* completion's helper: in no list */
	GROUP_COUNT
};

struct command_option {
	const char *name;  /* "format": --format */
	char letter;	   /* 'f': -f; 0 none */
	bool many;	   /* may stand several times */
	/* What the value is: a word for people and completion ("DEST", "TIME", "N") or
	 * the choices themselves ("csv|json"), which are then enforced. NULL: a flag. */
	const char *value;
	const char *help;
};

struct command {
	const char *name; /* "publish", "source add" */
	/* Operands: "TASK [VERSION]", "[TASK]…". Counted by the parser; each word says
	 * what completion offers. "" none. */
	const char *args;
	const char *help; /* one line, no full stop */
	const char *more; /* what else there is to know; NULL none */
	void (*explain)(void); /* prints what help adds at its end; NULL nothing */
	const struct command_option *options; /* ends with a row without a name; NULL none */
	enum command_group group;
	bool json; /* takes --json */
	/* All it is told stands on the command line: wrong input is a wrong use. */
	bool words_only;
	/* False: err is printed and decides the exit status. True: cli->status does. */
	bool (*run)(struct cli *cli, struct err *err);
};

struct option_given {
	const struct command_option *option;
	const char *value; /* "" for a flag */
};

/* One invocation. Owned by cli_main; strings are argv's. */
struct cli {
	const struct command *command;
	const char *workspace_path; /* of -w; NULL none */
	const char **args;	    /* operands, NULL-terminated */
	size_t arg_count;
	struct option_given *given;
	size_t given_count;
	bool json, verbose;
	int status;		     /* exit status when nothing failed */
	char *failed_text;	     /* what an error's line and column are in; heap, or NULL */
	struct workspace *workspace; /* once opened; closed by cli_main */
};

/* The whole program but the idle pass and the worker. Returns the exit status. */
int cli_main(int argc, char **argv);

size_t command_count(void);
const struct command *command_at(size_t i);
/* By its words ("source", "add"), aliases resolved. NULL: none. `*words` says how many
 * were used. */
const struct command *command_find(const char *first, const char *second, int *words);
/* "dest" -> "destination", "--run" -> "run"; the word itself when it is none. */
const char *command_resolve_alias(const char *word);
/* Second way to write a command's first word; NULL none. */
const char *command_alias_of(const char *word);
/* Whether commands begin with this word and a second one. */
bool command_is_noun(const char *word);
/* Nearest command's first word, for "did you mean"; NULL none. */
const char *command_nearest(const char *word);
const char *command_group_title(enum command_group group);
/* Options that every command takes; ends with a row without a name. */
extern const struct command_option cli_common_options[];

/* Fills a cli from the words after the command's name. ERR_USAGE on refusal. Frees
 * with cli_parse_fini. */
bool cli_parse(struct cli *cli, const struct command *command, char **words, size_t count,
	struct err *err);
void cli_parse_fini(struct cli *cli);
/* One operand of `args` at a time: its word without brackets. False at the end. */
struct arg_spec {
	struct str word; /* "TASK" */
	bool optional, many;
};
bool arg_spec_next(const char **cursor, struct arg_spec *spec);

/* The last value given, NULL when the option is not there. Naming an option that the
 * command does not have is our own mistake (assert). */
const char *cli_option(const struct cli *cli, const char *name);
bool cli_flag(const struct cli *cli, const char *name);
/* The i-th value of an option that may stand several times; NULL at the end. */
const char *cli_option_at(const struct cli *cli, const char *name, size_t i);
/* ERR_USAGE when it is no whole number within the bounds. */
bool cli_option_integer(const struct cli *cli, const char *name, int64_t otherwise, int64_t min,
	int64_t max, int64_t *value, struct err *err);
/* Operand i or NULL. */
static inline const char *
cli_arg(const struct cli *cli, size_t i)
{
	return i < cli->arg_count ? cli->args[i] : NULL;
}

#endif
