package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/mediasupplychain/cdk/supplychain/state"
)

// screen shows what happens: lines that stay and, in a terminal, a board below
// them that is drawn anew in place. Without a terminal, each change of the board
// is a line.
type screen struct {
	out   io.Writer
	live  bool // draw in place
	style style
	width int
	began time.Time
	drawn int // lines of the board that are on the screen
	last  board
}

// newScreen looks at what out is. The environment variable NO_COLOR, not empty,
// turns colours off (no-color.org).
func newScreen(out io.Writer) *screen {
	s := &screen{out: out, began: time.Now(), width: 80}
	file, isFile := out.(*os.File)
	if !isFile || !term.IsTerminal(int(file.Fd())) || os.Getenv("TERM") == "dumb" {
		return s
	}
	width, height, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return s
	}
	// A board that does not fit could not be drawn over.
	s.width, s.live = width, height > len(board{}.lines(s.began, plainStyle)) && width >= stageWidth+2*(stateWidth+sinceWidth)
	s.style = style{colour: s.live && os.Getenv("NO_COLOR") == ""}
	return s
}

// say adds a line that stays.
func (s *screen) say(format string, arguments ...any) {
	s.erase()
	text := fmt.Sprintf("%6.1f s  ", time.Since(s.began).Seconds()) + fmt.Sprintf(format, arguments...)
	if s.live {
		text = cut(text, s.width-1)
	}
	_, _ = fmt.Fprintln(s.out, text)
	s.draw(time.Now())
}

// show shows how the titles stand.
func (s *screen) show(assets []state.Asset, now time.Time) {
	next := s.last.next(assets, now)
	if !s.live {
		for _, line := range next.changes(s.last) {
			s.say("%s", line)
		}
	}
	s.erase()
	s.last = next
	s.draw(now)
}

// done leaves the board as it is; what is said afterwards comes below it.
func (s *screen) done() { s.drawn, s.live = 0, false }

func (s *screen) erase() {
	if s.drawn > 0 {
		_, _ = fmt.Fprintf(s.out, "\x1b[%dA\x1b[J", s.drawn)
		s.drawn = 0
	}
}

func (s *screen) draw(now time.Time) {
	if !s.live || len(s.last.titles) == 0 {
		return
	}
	lines := s.last.lines(now, s.style)
	s.drawn = len(lines)
	_, _ = fmt.Fprintln(s.out, strings.Join(lines, "\n"))
}

func cut(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:max(0, width-1)]) + "…"
}
