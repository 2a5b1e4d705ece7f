/* SPDX-License-Identifier: MIT */
/* The least an ncurses program with four panes can do: what T1 is measured against. */
#include <curses.h>

int
main(void)
{
	WINDOW *panes[4];

	initscr();
	raw();
	noecho();
	refresh();
	for (int i = 0; i < 4; i++) {
		panes[i] = newwin(LINES / 2, COLS / 2, i / 2 * (LINES / 2), i % 2 * (COLS / 2));
		box(panes[i], 0, 0);
		for (int y = 1; y < LINES / 2 - 1; y++)
			mvwprintw(panes[i], y, 2, "pane %d, row %d of what stands in it", i, y);
		wnoutrefresh(panes[i]);
	}
	doupdate();
	getch();
	endwin();
	return 0;
}
