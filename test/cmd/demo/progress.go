package main

import (
	"bytes"
	"io"
)

// progress passes on what the local cloud tells, one line a call, but only counts
// the differences between an example's templates and what was deployed.
type progress struct {
	out         io.Writer
	differences int
}

func (p *progress) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte(": local only: ")) {
		p.differences++
		return len(line), nil
	}
	return p.out.Write(line)
}

// summary tells how many differences there were since the last one.
func (p *progress) summary(example string) {
	if p.differences > 0 {
		say(p.out, "%s: %d things are otherwise than on AWS; `make up EXAMPLE=%[1]s` lists them", example, p.differences)
	}
	p.differences = 0
}
