package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mediasupplychain/cdk/supplychain/state"
)

func standing(status string) []state.Asset {
	return []state.Asset{{ID: "clean-1", Stages: map[string]state.Stage{
		"metadata": {Status: "Completed"}, "rights": {Status: status, Since: after(0)}, "editing": {Status: "Expected"},
	}}}
}

func TestTheBoardShowsAssetStageStateAndSince(t *testing.T) {
	b := board{}.next(standing("Waiting"), after(1))

	assert.Equal(t, []string{
		"",
		"stage        clean-1",
		"             state      since",
		"metadata     Completed  0.5 s",
		"rights       Waiting    1.5 s",
		"editing      Expected",
		"packaging", "qc", "qc_waiver", "review", "delivery", "distribution",
	}, b.lines(after(1.5), plainStyle))
}

func TestTheBoardRemembersSinceWhenAStateIsWhatItIs(t *testing.T) {
	b := board{}.next(standing("Completed"), after(1)).next(standing("Completed"), after(9))

	assert.Equal(t, after(1), b.cells["clean-1"]["rights"].Since)
}

func TestTheBoardColoursOnlyWhereItMay(t *testing.T) {
	b := board{}.next(standing("Waiting"), after(1))

	assert.Contains(t, strings.Join(b.lines(after(1), style{colour: true}), "\n"), "\x1b[33mWaiting    \x1b[0m")
	assert.NotContains(t, strings.Join(b.lines(after(1), plainStyle), "\n"), "\x1b")
}

func TestWithoutATerminalEachChangeIsALine(t *testing.T) {
	var out bytes.Buffer
	s := newScreen(&out)

	s.show(standing("Waiting"), after(1))
	s.show(standing("Waiting"), after(2))
	s.show(standing("Completed"), after(3))

	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	assert.Len(t, lines, 3)
	assert.Contains(t, lines[0], "clean-1      metadata     Completed  since 12:00:01.0")
	assert.Contains(t, lines[1], "clean-1      rights       Waiting    since 12:00:00.0")
	assert.Contains(t, lines[2], "clean-1      rights       Completed  since 12:00:03.0")
	assert.NotContains(t, out.String(), "\x1b")
}

func TestInATerminalTheBoardIsDrawnOverItself(t *testing.T) {
	var out bytes.Buffer
	s := &screen{out: &out, live: true, width: 80}
	s.show(standing("Waiting"), after(1))
	out.Reset()

	s.say("rights platform: CLEARED")

	text := out.String()
	assert.True(t, strings.HasPrefix(text, "\x1b[12A\x1b[J"), "the board's twelve lines are erased: %q", text)
	assert.Less(t, strings.Index(text, "CLEARED"), strings.Index(text, "stage "), "what is said stays above the board")
	assert.NotContains(t, text, "\x1b[33m", "no colours were asked for")
}

func TestALineThatIsTooLongForTheTerminalIsCut(t *testing.T) {
	assert.Equal(t, "Zoë…", cut("Zoë Müller", 4))
	assert.Equal(t, "Zoë", cut("Zoë", 4))
}
