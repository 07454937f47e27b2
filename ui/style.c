/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "style.h"

#define NONE COLOUR_NONE

/* Colours that can be read on black and on white. */
const struct role_info roles[] = {
	[ROLE_PLAIN] = {"plain", '.', NONE, NONE, 0, 0, NULL},
	[ROLE_HEADER] = {"header", 'H', NONE, NONE, LOOK_BOLD, LOOK_BOLD, NULL},
	[ROLE_TAB] = {"tab", 'v', NONE, NONE, 0, 0, NULL},
	[ROLE_TAB_ON] = {"tab-on", 'V', NONE, NONE, LOOK_REVERSE, LOOK_REVERSE, "[ ]"},
	[ROLE_TITLE] = {"title", 'T', NONE, NONE, LOOK_BOLD, LOOK_BOLD, NULL},
	[ROLE_LINE] = {"line", 'l', 244, NONE, 0, 0, NULL},
	[ROLE_DIM] = {"dim", 'd', 244, NONE, 0, 0, NULL},
	[ROLE_KEY] = {"key", 'k', 30, 6, 0, LOOK_BOLD, NULL},
	[ROLE_MARK] = {"mark", '*', 134, 5, LOOK_BOLD, LOOK_BOLD, "*"},
	[ROLE_MATCH] = {"match", '/', NONE, NONE, LOOK_UNDERLINE | LOOK_BOLD,
			LOOK_UNDERLINE | LOOK_BOLD, NULL},
	[ROLE_UNKNOWN] = {"unknown", '?', 166, 1, 0, LOOK_BOLD, "?"},
	[ROLE_ALONE] = {"alone", 'a', 166, 3, LOOK_BOLD, LOOK_BOLD, "!"},
	[ROLE_WARN] = {"warn", '!', 166, 3, 0, LOOK_BOLD, "partial:"},
	[ROLE_ERROR] = {"error", 'E', 160, 1, LOOK_BOLD, LOOK_BOLD | LOOK_REVERSE, "error:"},
	[ROLE_KIND + NS_MNT] = {"mnt", 'm', 136, 3, LOOK_BOLD, LOOK_BOLD, "m"},
	[ROLE_KIND + NS_NET] = {"net", 'n', 34, 2, LOOK_BOLD, LOOK_BOLD, "n"},
	[ROLE_KIND + NS_PID] = {"pid", 'p', 161, 1, LOOK_BOLD, LOOK_BOLD, "p"},
	[ROLE_KIND + NS_USER] = {"user", 'u', 134, 5, LOOK_BOLD, LOOK_BOLD, "u"},
	[ROLE_KIND + NS_IPC] = {"ipc", 'i', 37, 6, LOOK_BOLD, LOOK_BOLD, "i"},
	[ROLE_KIND + NS_UTS] = {"uts", 'h', 100, 3, LOOK_BOLD, LOOK_BOLD, "h"},
	[ROLE_KIND + NS_CGROUP] = {"cgroup", 'c', 67, 6, LOOK_BOLD, LOOK_BOLD, "c"},
	[ROLE_KIND + NS_TIME] = {"time", 't', 168, 5, LOOK_BOLD, LOOK_BOLD, "t"},
};
_Static_assert(ARRAY_SIZE(roles) == ROLE_N, "a row for each role");
