package main

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mediasupplychain/cdk/supplychain/state"
)

// board is how titles stand: a row for each stage, a column for each title.
type board struct {
	titles []string
	cells  map[string]map[string]cell // by title, by stage
}

// cell is how one title stands in one stage.
type cell struct {
	State string
	Since time.Time
}

// next is the board of what the table says now. Since when a stage waits the
// table knows; of other states it is when they were seen first.
func (b board) next(assets []state.Asset, now time.Time) board {
	n := board{cells: map[string]map[string]cell{}}
	for _, asset := range assets {
		n.titles = append(n.titles, asset.ID)
		n.cells[asset.ID] = map[string]cell{}
		for name, stage := range asset.Stages {
			c := b.cells[asset.ID][name]
			if c.State != stage.Status || stage.Status == "Waiting" {
				c = cell{State: stage.Status, Since: now}
				if stage.Status == "Waiting" {
					c.Since = stage.Since
				}
			}
			n.cells[asset.ID][name] = c
		}
	}
	return n
}

const (
	stageWidth = 13
	stateWidth = 11
	sinceWidth = 10
)

// lines draws the board.
func (b board) lines(now time.Time, style style) []string {
	row := func(first string, each func(title string) string) string {
		cells := []string{pad(first, stageWidth)}
		for _, title := range b.titles {
			cells = append(cells, each(title))
		}
		return strings.TrimRight(strings.Join(cells, ""), " ")
	}
	all := []string{
		"",
		style.bold(row("stage", func(title string) string { return pad(title, stateWidth+sinceWidth) })),
		style.dim(row("", func(string) string { return pad("state", stateWidth) + pad("since", sinceWidth) })),
	}
	for _, stage := range stages() {
		all = append(all, row(stage, func(title string) string {
			c := b.cells[title][stage]
			return style.state(c.State, pad(c.State, stateWidth)) + pad(c.since(now), sinceWidth)
		}))
	}
	return all
}

// since is for people; nothing for what has not begun.
func (c cell) since(now time.Time) string {
	if c.State == "" || c.State == "Expected" {
		return ""
	}
	return fmt.Sprintf("%.1f s", max(0, now.Sub(c.Since).Seconds()))
}

// changes says in a line each what is different from the board before.
func (b board) changes(before board) []string {
	var all []string
	for _, title := range b.titles {
		for _, stage := range stages() {
			c := b.cells[title][stage]
			if was := before.cells[title][stage]; c.State == "" || c.State == "Expected" && was.State == "" || c.State == was.State {
				continue
			}
			all = append(all, fmt.Sprintf("%-12s %-12s %-10s since %s", title, stage, c.State, c.Since.UTC().Format("15:04:05.0")))
		}
	}
	return all
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(1, width-utf8.RuneCountInString(text)))
}

// style colours text, or leaves it as it is.
type style struct{ colour bool }

var plainStyle = style{}

func (s style) wrap(code, text string) string {
	if !s.colour || code == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(text string) string { return s.wrap("1", text) }
func (s style) dim(text string) string  { return s.wrap("2", text) }

// state colours a stage's state; the word says the same.
func (s style) state(word, text string) string {
	return s.wrap(map[string]string{
		"Expected": "2", "Waiting": "33", "Completed": "32", "Failed": "31", "TimedOut": "31", "Skipped": "36", "Canceled": "35",
	}[word], text)
}
