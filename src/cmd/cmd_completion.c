/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completions for shells, from the tables. */
#include "cmd.h"

#include <string.h>

static void put_words(struct strbuf *out, enum cmd_words words, const char *between)
{
	const char *word;

	for (unsigned i = 0; (word = cmd_word(words, i)); i++)
		strbuf_printf(out, "%s%s", i ? between : "", word);
}

static void put_cmds(struct strbuf *out, const char *between)
{
	const char *before = "";

	for (unsigned i = 0; i < n_cmds; i++) {
		if (cmds[i]->is_hidden)
			continue;
		strbuf_printf(out, "%s%s", before, cmds[i]->name);
		before = between;
	}
}

/* In single quotes of any of the shells. */
static void put_quoted(struct strbuf *out, const char *s)
{
	strbuf_puts(out, "'");
	for (; *s; s++) {
		if (*s == '\'')
			strbuf_puts(out, "'\\''");
		else
			strbuf_add(out, s, 1);
	}
	strbuf_puts(out, "'");
}

/* ---- bash ---- */

static void bash_values(struct strbuf *out, const char *cmd, const struct cmd_option *options)
{
	for (; options && options->name; options++) {
		if (!options->arg)
			continue;
		strbuf_printf(out, "\t%s:--%s", cmd, options->name);
		if (options->letter)
			strbuf_printf(out, "|%s:-%c", cmd, options->letter);
		if (options->words == WORDS_FILE) {
			strbuf_puts(out, ") COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n");
			continue;
		}
		strbuf_puts(out, ") COMPREPLY=($(compgen -W \"");
		put_words(out, options->words, " ");
		strbuf_puts(out, "\" -- \"$cur\")); return ;;\n");
	}
}

static void bash_options(struct strbuf *out, const struct cmd_option *options)
{
	for (; options && options->name; options++)
		strbuf_printf(out, " --%s", options->name);
}

static void write_bash(struct strbuf *out)
{
	strbuf_puts(out, "_nscope() {\n"
			 "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
			 "\tlocal cmd= word\n"
			 "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
			 "\t\tcase $word in ");
	put_cmds(out, "|");
	strbuf_puts(out, ") cmd=$word; break ;; esac\n"
			 "\tdone\n"
			 "\tcase $cmd:$prev in\n");
	bash_values(out, "*", cmd_globals);
	for (unsigned i = 0; i < n_cmds; i++)
		if (!cmds[i]->is_hidden)
			bash_values(out, cmds[i]->name, cmds[i]->options);
	strbuf_puts(out, "\tesac\n\tcase $cmd in\n\t'') word=\"");
	put_cmds(out, " ");
	strbuf_puts(out, "\" ;;\n");
	for (unsigned i = 0; i < n_cmds; i++) {
		if (cmds[i]->is_hidden)
			continue;
		strbuf_printf(out, "\t%s) word=\"", cmds[i]->name);
		put_words(out, cmds[i]->words, " ");
		bash_options(out, cmds[i]->options);
		strbuf_puts(out, "\" ;;\n");
	}
	strbuf_puts(out, "\tesac\n\tCOMPREPLY=($(compgen -W \"$word");
	bash_options(out, cmd_globals);
	strbuf_puts(out, "\" -- \"$cur\"))\n}\ncomplete -o default -F _nscope nscope\n");
}

/* ---- zsh ---- */

/* One specification of _arguments. */
static void zsh_option(struct strbuf *out, const struct cmd_option *o)
{
	struct strbuf spec = {0};

	strbuf_puts(&spec, "[");
	for (const char *p = o->help; *p; p++) {
		if (*p == '[' || *p == ']' || *p == ':')
			strbuf_add(&spec, "\\", 1);
		strbuf_add(&spec, p, 1);
	}
	strbuf_puts(&spec, "]");
	if (o->arg) {
		strbuf_printf(&spec, ":%s:", o->arg);
		if (o->words == WORDS_FILE) {
			strbuf_puts(&spec, "_files");
		} else {
			strbuf_puts(&spec, "(");
			put_words(&spec, o->words, " ");
			strbuf_puts(&spec, ")");
		}
	}
	strbuf_puts(out, "\t\t");
	if (o->letter)
		strbuf_printf(out, "{-%c,--%s}", o->letter, o->name);
	else
		strbuf_printf(out, "--%s", o->name);
	put_quoted(out, spec.s);
	strbuf_puts(out, " \\\n");
	strbuf_free(&spec);
}

static void zsh_options(struct strbuf *out, const struct cmd_option *options)
{
	for (; options && options->name; options++)
		zsh_option(out, options);
}

static void write_zsh(struct strbuf *out)
{
	strbuf_puts(out, "#compdef nscope\n"
			 "_nscope() {\n"
			 "\tlocal curcontext=$curcontext state line\n"
			 "\tlocal -a commands\n"
			 "\tcommands=(\n");
	for (unsigned i = 0; i < n_cmds; i++) {
		if (cmds[i]->is_hidden)
			continue;
		strbuf_printf(out, "\t\t%s:", cmds[i]->name);
		put_quoted(out, cmds[i]->help);
		strbuf_puts(out, "\n");
	}
	strbuf_puts(out, "\t)\n\t_arguments -C \\\n");
	zsh_options(out, cmd_globals);
	strbuf_puts(out, "\t\t'1: :->command' '*:: :->argument' && return\n"
			 "\tcase $state in\n"
			 "\tcommand) _describe command commands; return ;;\n"
			 "\tesac\n"
			 "\tcase $line[1] in\n");
	for (unsigned i = 0; i < n_cmds; i++) {
		if (cmds[i]->is_hidden)
			continue;
		strbuf_printf(out, "\t%s) _arguments \\\n", cmds[i]->name);
		zsh_options(out, cmds[i]->options);
		zsh_options(out, cmd_globals);
		if (cmds[i]->words == WORDS_FILE) {
			strbuf_puts(out, "\t\t'*:file:_files' ;;\n");
			continue;
		}
		strbuf_puts(out, "\t\t'*:argument:(");
		put_words(out, cmds[i]->words, " ");
		strbuf_puts(out, ")' ;;\n");
	}
	strbuf_puts(out, "\tesac\n}\n_nscope \"$@\"\n");
}

/* ---- fish ---- */

static void fish_options(struct strbuf *out, const char *cmd, const struct cmd_option *options)
{
	for (; options && options->name; options++) {
		strbuf_puts(out, "complete -c nscope");
		if (cmd)
			strbuf_printf(out, " -n '__fish_seen_subcommand_from %s'", cmd);
		strbuf_printf(out, " -l %s", options->name);
		if (options->letter)
			strbuf_printf(out, " -s %c", options->letter);
		if (options->arg && options->words == WORDS_FILE) {
			strbuf_puts(out, " -r -F");
		} else if (options->arg) {
			strbuf_puts(out, " -x -a '");
			put_words(out, options->words, " ");
			strbuf_puts(out, "'");
		}
		strbuf_puts(out, " -d ");
		put_quoted(out, options->help);
		strbuf_puts(out, "\n");
	}
}

static void write_fish(struct strbuf *out)
{
	strbuf_puts(out, "complete -c nscope -f\n");
	fish_options(out, NULL, cmd_globals);
	for (unsigned i = 0; i < n_cmds; i++) {
		const struct cmd *cmd = cmds[i];

		if (cmd->is_hidden)
			continue;
		strbuf_printf(out, "complete -c nscope -n __fish_use_subcommand -a %s -d ",
			      cmd->name);
		put_quoted(out, cmd->help);
		strbuf_puts(out, "\n");
		fish_options(out, cmd->name, cmd->options);
		if (!cmd->words)
			continue;
		strbuf_printf(out, "complete -c nscope -n '__fish_seen_subcommand_from %s'",
			      cmd->name);
		strbuf_puts(out, cmd->words == WORDS_FILE ? " -F" : " -a '");
		put_words(out, cmd->words, " ");
		strbuf_puts(out, cmd->words == WORDS_FILE ? "\n" : "'\n");
	}
}

static int run(struct cmd_ctx *c)
{
	static void (*const writers[])(struct strbuf *) = {write_bash, write_zsh, write_fish};
	struct strbuf out = {0};
	int status;

	for (unsigned i = 0; c->argc == 1 && i < ARRAY_SIZE(writers); i++) {
		if (strcmp(c->argv[0], cmd_word(WORDS_SHELLS, i)))
			continue;
		writers[i](&out);
		status = cmd_write(c, &out);
		strbuf_free(&out);
		return status;
	}
	return cmd_usage(c, "which shell: bash, zsh or fish?");
}

static const char *const examples[] = {
	"source <(nscope completion bash)",
	"nscope completion zsh >~/.zfunc/_nscope",
	"nscope completion fish >~/.config/fish/completions/nscope.fish",
	NULL,
};

const struct cmd cmd_completion = {
	.name = "completion",
	.args = "bash|zsh|fish",
	.words = WORDS_SHELLS,
	.help = "Write completions for a shell",
	.text = "Commands, options and their values; to be read by the shell.",
	.examples = examples,
	.run = run,
};
