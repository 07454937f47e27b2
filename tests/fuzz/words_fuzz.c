/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The small languages: targets, system calls as strace prints them, cgroup paths. */
#include "container.h"
#include "fuzz.h"
#include "model/call.h"
#include "target.h"

static void check_call(const char *text)
{
	struct call call;
	struct err e = {""};
	struct strbuf first = {0}, second = {0};

	if (call_parse(text, &call, &e)) {
		HOLDS(e.msg[0]);
		return;
	}
	call_print(&first, &call);
	HOLDS(!call_parse(first.s, &call, &e));
	call_print(&second, &call);
	HOLDS(!strcmp(first.s, second.s));
	strbuf_free(&first);
	strbuf_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct snap *s = fuzz_snap();
	char *text = fuzz_string(data, size);
	struct container_name name;
	struct target t;
	struct err e = {""};

	if (!target_parse(text, &t, &e))
		target_find(&t, s, &e);
	else
		HOLDS(e.msg[0]);
	check_call(text);
	if (container_of_cgroup(text, &name))
		HOLDS(name.runtime && name.id[0]);
	free(text);
	return 0;
}
