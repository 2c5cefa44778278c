package testkit

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// longestDiff is how many lines of a diff a message holds. A longer one is read in the version control system.
const longestDiff = 300

// unified is the difference of two texts, hunk by hunk. heading says where in its text a line stands.
func unified(beforeName, afterName, before, after string, heading func(text []string, line int) string) string {
	var out []string
	diff, err := udiff.ToUnifiedDiff(beforeName, afterName, before, udiff.Lines(before, after), udiff.DefaultContextLines)
	if err != nil { // only of edits that do not fit the text, and they are made from it
		return err.Error()
	}
	out = append(out, "--- "+beforeName, "+++ "+afterName)
	beforeLines, afterLines := strings.Split(before, "\n"), strings.Split(after, "\n")
	for _, hunk := range diff.Hunks {
		out = append(out, strings.TrimSpace("@@ "+headingOf(hunk, beforeLines, afterLines, heading)))
		for _, line := range hunk.Lines {
			mark := map[udiff.OpKind]string{udiff.Delete: "-", udiff.Insert: "+", udiff.Equal: " "}[line.Kind]
			out = append(out, mark+strings.TrimSuffix(line.Content, "\n"))
		}
	}
	if len(out) > longestDiff {
		out = append(out[:longestDiff], fmt.Sprintf("… and %d lines more", len(out)-longestDiff))
	}
	return strings.Join(out, "\n") + "\n"
}

// headingOf is the heading of a hunk's first changed line.
func headingOf(hunk *udiff.Hunk, before, after []string, heading func(text []string, line int) string) string {
	from, to := hunk.FromLine, hunk.ToLine // of the hunk's first line, counted from 1
	for _, line := range hunk.Lines {
		switch line.Kind {
		case udiff.Delete:
			return heading(before, from-1)
		case udiff.Insert:
			return heading(after, to-1)
		case udiff.Equal:
			from++
			to++
		}
	}
	return ""
}

// jsonPath is the path of the object or array that holds a line of canonical JSON, with the type of the resource that it
// is part of: "Resources.Queue4A7E3555.Properties (AWS::SQS::Queue)".
func jsonPath(text []string, line int) string {
	var path []string
	for above, level := line-1, indent(text[line]); level > 0; above-- {
		if indent(text[above]) < level { // it opens what holds the lines below
			level = indent(text[above])
			path = append(path, openedBy(text, above))
		}
	}
	slices.Reverse(path)
	where := strings.ReplaceAll(strings.Join(path[min(1, len(path)):], "."), ".[", "[") // the first is the template
	if kind := resourceType(text, path); kind != "" {
		where += " (" + kind + ")"
	}
	return where
}

func indent(line string) int {
	return len(line) - len(strings.TrimLeft(line, " "))
}

// openedBy is the key of the object or array that a line opens, or its index in an array.
func openedBy(text []string, line int) string {
	var key string
	opener := strings.TrimSpace(text[line])
	if json.Unmarshal([]byte(strings.TrimRight(opener, ": {[")), &key) == nil {
		return key
	}
	index := 0
	for above := line - 1; above >= 0 && indent(text[above]) >= indent(text[line]); above-- {
		if indent(text[above]) == indent(text[line]) && !strings.ContainsAny(strings.TrimSpace(text[above])[:1], "}]") {
			index++
		}
	}
	return fmt.Sprintf("[%d]", index)
}

// resourceType is the type of the resource that a path, which begins with the template itself, goes through.
func resourceType(text, path []string) string {
	if len(path) < 3 || path[1] != "Resources" {
		return ""
	}
	var template struct {
		Resources map[string]struct{ Type string }
	}
	if json.Unmarshal([]byte(strings.Join(text, "\n")), &template) != nil {
		return ""
	}
	return template.Resources[path[2]].Type
}

// noHeading is for texts whose lines stand for themselves.
func noHeading([]string, int) string { return "" }
