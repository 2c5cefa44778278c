package supplychain

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
)

// span is how long something may take. The CDK is asked for the length of a
// duration once: each question is a call into another process, and a default
// needs none.
type span struct {
	given, token bool
	length       float64 // in seconds, where it is no token
}

// spanOf gives the length of d, or the default in seconds where there is no d.
// A default of 0 stands for none.
func spanOf(d awscdk.Duration, byDefault int) span {
	switch {
	case d == nil:
		return span{given: byDefault > 0, length: float64(byDefault)}
	case *d.IsUnresolved():
		return span{given: true, token: true}
	}
	return span{given: true, length: *d.ToSeconds(&awscdk.TimeConversionOptions{Integral: jsii.Bool(false)})}
}

// seconds are 0 where nothing is given.
func (s span) seconds() int { return int(s.length) }

func (s span) known() bool { return s.given && !s.token }

// within reports a length out of its range, or whose value is known only at
// deployment: it is written as a number into texts that are made at synthesis.
func (s span) within(name string, low, high float64) error {
	switch {
	case s.token:
		return fmt.Errorf("%s must be known at synthesis, got a token", name)
	case !s.given:
		return nil
	}
	return props.Seconds(name, s.length, low, high)
}

func below(nameA string, a span, nameB string, b span) error {
	if !a.known() || !b.known() || a.length < b.length {
		return nil
	}
	return fmt.Errorf("%s must be shorter than %s, got %d and %d seconds", nameA, nameB, a.seconds(), b.seconds())
}

func atMost(nameA string, a span, nameB string, b span) error {
	if !a.known() || !b.known() || a.length <= b.length {
		return nil
	}
	return fmt.Errorf("%s must not be longer than %s, got %d and %d seconds", nameA, nameB, a.seconds(), b.seconds())
}

// orHalfOf is the span, else half of another, which is at least a second.
func (s span) orHalfOf(other span) int {
	if s.given {
		return s.seconds()
	}
	return half(other)
}

func half(s span) int { return max(s.seconds()/2, 1) }
