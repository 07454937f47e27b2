/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "terminal.h"

#include "crash.h"
#include "style.h"

#include <curses.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <term.h>
#include <wchar.h>

#define ESC_DELAY   25 /* milliseconds until an ESC is a key of its own */
#define WHEEL_LINES 3

struct terminal {
	SCREEN *screen;
	struct termios modes; /* before us */
	struct canvas shown;  /* what the terminal shows; w 0: not known */
	attr_t attrs[ROLE_N];
	short pairs[ROLE_N];
	int signals;
	sigset_t old_mask;
	bool has_mouse;
};

/* ---- looks ---- */

static attr_t attr_of(uint8_t look)
{
	static const attr_t attrs[] = {A_BOLD, A_DIM, A_REVERSE, A_UNDERLINE};
	attr_t attr = A_NORMAL;

	for (size_t i = 0; i < ARRAY_SIZE(attrs); i++)
		if (look & BIT(i))
			attr |= attrs[i];
	return attr;
}

static void prepare_looks(struct terminal *t, enum term_colour colour)
{
	bool has_colour = colour == TERM_COLOUR && has_colors() && start_color() == OK;

	if (has_colour)
		use_default_colors();
	for (int role = 0; role < ROLE_N; role++) {
		const struct role_info *info = &roles[role];
		int fg = COLORS >= 256 ? info->fg256 : info->fg16;

		t->attrs[role] = attr_of(has_colour ? info->look : info->mono);
		if (has_colour && fg != COLOUR_NONE && role + 1 < COLOR_PAIRS) {
			init_pair(role + 1, fg, -1);
			t->pairs[role] = role + 1;
		}
	}
}

/* ---- what a crash has to write ---- */

static void add_capability(struct strbuf *out, const char *name)
{
	const char *s = tigetstr((char *)name);

	if (s && s != (char *)-1)
		strbuf_puts(out, s);
}

static void prepare_crash(const struct terminal *t)
{
	const char *leave = tigetstr((char *)"rmcup"), *to = tigetstr((char *)"cup");
	struct strbuf bytes = {0};

	strbuf_add(&bytes, "", 0);
	if (t->has_mouse)
		strbuf_puts(&bytes, "\033[?1000l\033[?1006l");
	add_capability(&bytes, "sgr0");
	add_capability(&bytes, "op");
	add_capability(&bytes, "rmkx");
	add_capability(&bytes, "cnorm");
	if (leave && leave != (char *)-1)
		strbuf_puts(&bytes, leave);
	else if (to && to != (char *)-1) /* no other screen to leave: at least below ours */
		strbuf_printf(&bytes, "%s\r\n", tparm((char *)to, LINES - 1, 0));
	crash_set_bytes(bytes.s, bytes.n);
	strbuf_free(&bytes);
}

/* ---- open and close ---- */

static int take_signals(struct terminal *t)
{
	struct sigaction dfl = {.sa_handler = SIG_DFL};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGTSTP);
	sigaddset(&set, SIGCONT);
	/* ncurses has handlers of its own for these. */
	sigaction(SIGTSTP, &dfl, NULL);
	sigaction(SIGWINCH, &dfl, NULL);
	sigaction(SIGINT, &dfl, NULL);
	sigaction(SIGTERM, &dfl, NULL);
	pthread_sigmask(SIG_BLOCK, &set, &t->old_mask);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int check_terminal(struct err *e)
{
	const char *name = getenv("TERM"), *cup;
	int why = 0;

	if (!name || !*name)
		return err_set(e, 0, "TERM is not set; nscope tree needs no terminal");
	if (setupterm(NULL, STDOUT_FILENO, &why) != OK)
		return err_set(e, 0, "TERM=%s is not known here; nscope tree needs no terminal",
			       name);
	cup = tigetstr((char *)"cup");
	if (!cup || cup == (char *)-1)
		return err_set(e, 0,
			       "TERM=%s cannot move its cursor; nscope tree needs no terminal",
			       name);
	return 0;
}

static void set_modes(void)
{
	cbreak();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESC_DELAY);
	idlok(stdscr, TRUE);
	leaveok(stdscr, FALSE);
}

struct terminal *term_open(enum term_colour colour, struct err *e)
{
	struct terminal *t;

	if (check_terminal(e))
		return NULL;
	t = xcalloc(1, sizeof(*t));
	tcgetattr(STDIN_FILENO, &t->modes);
	t->screen = newterm(NULL, stdout, stdin);
	if (!t->screen) {
		err_set(e, 0, "this terminal cannot show a screen");
		free(t);
		return NULL;
	}
	set_modes();
	prepare_looks(t, colour);
	t->signals = take_signals(t);
	prepare_crash(t);
	crash_arm(STDOUT_FILENO, &t->modes);
	return t;
}

void term_close(struct terminal *t)
{
	if (!t)
		return;
	term_set_mouse(t, false);
	endwin();
	crash_disarm();
	tcsetattr(STDIN_FILENO, TCSANOW, &t->modes);
	delscreen(t->screen);
	pthread_sigmask(SIG_SETMASK, &t->old_mask, NULL);
	close(t->signals);
	canvas_free(&t->shown);
	free(t);
}

unsigned term_width(const struct terminal *t)
{
	(void)t;
	return COLS > 0 ? COLS : 1;
}

unsigned term_height(const struct terminal *t)
{
	(void)t;
	return LINES > 0 ? LINES : 1;
}

/* ---- drawing ---- */

static void put_cell(const struct terminal *t, const struct cell *cell)
{
	uint8_t role = cell->role & ROLE_MASK;
	attr_t attr = t->attrs[role];
	wchar_t text[CCHARW_MAX + 1] = {0};
	cchar_t out;

	if (cell->role & ROLE_SELECTED)
		attr |= A_REVERSE;
	if (mbstowcs(text, cell->s, CCHARW_MAX) == (size_t)-1)
		wcscpy(text, L"?");
	setcchar(&out, text, attr, t->pairs[role], NULL);
	add_wch(&out);
}

static void put_row(const struct terminal *t, const struct canvas *c, unsigned y)
{
	move(y, 0);
	for (unsigned x = 0; x < c->w; x++) {
		const struct cell *cell = canvas_cell(c, x, y);

		if (cell->width)
			put_cell(t, cell);
	}
}

void term_blit(struct terminal *t, const struct canvas *c)
{
	size_t row = c->w * sizeof(struct cell);
	bool is_new = t->shown.w != c->w || t->shown.h != c->h;

	if (is_new)
		canvas_resize(&t->shown, c->w, c->h);
	for (unsigned y = 0; y < c->h; y++) {
		struct cell *shown = canvas_cell(&t->shown, 0, y);
		const struct cell *cells = canvas_cell(c, 0, y);

		if (!is_new && !memcmp(shown, cells, row))
			continue;
		put_row(t, c, y);
		memcpy(shown, cells, row);
	}
	/* Those who listen or feel read where the cursor is. */
	move(c->cursor_y, c->cursor_x);
	refresh();
}

void term_repaint(struct terminal *t)
{
	canvas_free(&t->shown);
	clearok(curscr, TRUE);
}

/* ---- input ---- */

int term_input_fd(const struct terminal *t)
{
	(void)t;
	return STDIN_FILENO;
}

static const char *name_of_key(wint_t code)
{
	static const struct {
		wint_t code;
		const char *name;
	} names[] = {
		{KEY_UP, "Up"},	      {KEY_DOWN, "Down"},  {KEY_LEFT, "Left"},
		{KEY_RIGHT, "Right"}, {KEY_HOME, "Home"},  {KEY_END, "End"},
		{KEY_PPAGE, "PgUp"},  {KEY_NPAGE, "PgDn"}, {KEY_BACKSPACE, "Backspace"},
		{KEY_DC, "Delete"},   {KEY_IC, "Insert"},  {KEY_BTAB, "S-Tab"},
		{KEY_ENTER, "Enter"}, {KEY_A1, "Home"},	   {KEY_A3, "PgUp"},
		{KEY_C1, "End"},      {KEY_C3, "PgDn"},	   {KEY_F(1), "F1"},
		{KEY_F(2), "F2"},     {KEY_F(3), "F3"},	   {KEY_F(4), "F4"},
		{KEY_F(5), "F5"},     {KEY_F(6), "F6"},	   {KEY_F(7), "F7"},
		{KEY_F(8), "F8"},     {KEY_F(9), "F9"},	   {KEY_F(10), "F10"},
		{KEY_F(11), "F11"},   {KEY_F(12), "F12"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].code == code)
			return names[i].name;
	return NULL;
}

static const char *name_of_control(wint_t c, char buf[8])
{
	switch (c) {
	case '\t':
		return "Tab";
	case '\r':
	case '\n':
		return "Enter";
	case 27:
		return "Esc";
	case 8:
	case 127:
		return "Backspace";
	case ' ':
		return "Space";
	}
	if (c < 1 || c > 26)
		return NULL;
	strcpy(buf, "C-a");
	buf[2] = 'a' + c - 1;
	return buf;
}

static bool read_mouse(struct input *in)
{
	MEVENT event;

	if (getmouse(&event) != OK)
		return false;
	in->x = event.x;
	in->y = event.y;
	in->type = event.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED) ? INPUT_WHEEL : INPUT_CLICK;
	in->by = event.bstate & BUTTON4_PRESSED ? -WHEEL_LINES : WHEEL_LINES;
	return in->type == INPUT_WHEEL || event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED);
}

/* A character as typed, if it is one that can be shown. */
static bool read_character(wint_t c, struct input *in)
{
	mbstate_t state = {0};
	char bytes[MB_LEN_MAX];
	size_t n = wcrtomb(bytes, c, &state);

	if (c < ' ' || wcwidth(c) < 1 || n == (size_t)-1 || n >= sizeof(in->key))
		return false;
	memcpy(in->key, bytes, n);
	in->key[n] = '\0';
	return true;
}

int term_read(struct terminal *t, struct input *in)
{
	const char *name;
	char buf[8];
	wint_t c;
	int got;

	(void)t;
	while ((got = get_wch(&c)) != ERR) {
		*in = (struct input){.type = INPUT_KEY};
		if (got == KEY_CODE_YES && c == KEY_MOUSE) {
			if (read_mouse(in))
				return 1;
			continue;
		}
		name = got == KEY_CODE_YES ? name_of_key(c) : name_of_control(c, buf);
		if (name)
			snprintf(in->key, sizeof(in->key), "%s", name);
		else if (got == KEY_CODE_YES || !read_character(c, in))
			continue;
		return 1;
	}
	return 0;
}

/* ---- signals ---- */

int term_signal_fd(const struct terminal *t)
{
	return t->signals;
}

static void take_size(struct terminal *t)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	prepare_crash(t);
}

/* Take the terminal again after others used it. */
static void come_back(struct terminal *t)
{
	reset_prog_mode();
	take_size(t);
	term_repaint(t);
	if (t->has_mouse) {
		t->has_mouse = false;
		term_set_mouse(t, true);
	}
}

enum term_event term_next_signal(struct terminal *t)
{
	struct signalfd_siginfo info;

	if (read(t->signals, &info, sizeof(info)) != sizeof(info))
		return TERM_NOTHING;
	if (info.ssi_signo == SIGTSTP)
		return TERM_STOP;
	if (info.ssi_signo == SIGCONT) {
		endwin(); /* the shell may have left our screen */
		come_back(t);
	} else {
		take_size(t);
	}
	return TERM_RESIZED;
}

void term_suspend(struct terminal *t)
{
	bool had_mouse = t->has_mouse;
	sigset_t stop;

	term_set_mouse(t, false);
	endwin();
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	raise(SIGTSTP);
	pthread_sigmask(SIG_UNBLOCK, &stop, NULL); /* stops here */
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
	t->has_mouse = had_mouse;
	come_back(t);
}

/* ---- clipboard and mouse ---- */

static void add_base64(struct strbuf *out, const unsigned char *p, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v =
			p[i] << 16 | (i + 1 < n ? p[i + 1] << 8 : 0) | (i + 2 < n ? p[i + 2] : 0);
		char four[4] = {digits[v >> 18], digits[v >> 12 & 63],
				i + 1 < n ? digits[v >> 6 & 63] : '=',
				i + 2 < n ? digits[v & 63] : '='};

		strbuf_add(out, four, sizeof(four));
	}
}

static void write_all(const char *p, size_t n)
{
	while (n) {
		ssize_t got = write(STDOUT_FILENO, p, n);

		if (got < 0 && errno != EINTR)
			return;
		if (got > 0) {
			p += got;
			n -= got;
		}
	}
}

void term_copy(struct terminal *t, const char *text)
{
	struct strbuf out = {0};

	(void)t;
	strbuf_puts(&out, "\033]52;c;");
	add_base64(&out, (const unsigned char *)text, strlen(text));
	strbuf_puts(&out, "\a");
	write_all(out.s, out.n);
	strbuf_free(&out);
}

void term_set_mouse(struct terminal *t, bool is_on)
{
	if (t->has_mouse == is_on)
		return;
	t->has_mouse = is_on;
	mouseinterval(0);
	mousemask(is_on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
	prepare_crash(t);
}
