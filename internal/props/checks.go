package props

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// The checks return nil where a property is unset (except Required) or holds a
// token, whose value is known only at deployment.

// Required reports a property that has no value.
func Required(name string, value any) error {
	if unset(value) {
		return errors.New(name + " is required")
	}
	return nil
}

// Exclusive reports two properties that are both set but exclude each other.
func Exclusive(nameA string, a any, nameB string, b any) error {
	if unset(a) || unset(b) {
		return nil
	}
	return fmt.Errorf("%s and %s exclude each other: set one of them", nameA, nameB)
}

// OneOf reports a set of properties, given as pairs of name and value, of which
// none is set, or more than one.
func OneOf(pairs ...any) error {
	var names, set []string
	for i := 0; i+1 < len(pairs); i += 2 {
		name := pairs[i].(string)
		names = append(names, name)
		if !unset(pairs[i+1]) {
			set = append(set, name)
		}
	}
	switch len(set) {
	case 0:
		return fmt.Errorf("one of %s is required", strings.Join(names, ", "))
	case 1:
		return nil
	}
	return fmt.Errorf("%s exclude each other: set one of them", strings.Join(set, " and "))
}

// Requires reports a property that is set although another one, on which it
// depends, is not.
func Requires(name string, value any, other string, otherValue any) error {
	if unset(value) || !unset(otherValue) {
		return nil
	}
	return fmt.Errorf("%s has no effect without %s: set %s or leave %s out", name, other, other, name)
}

// Range reports a whole number outside its inclusive range.
func Range(name string, value *float64, low, high float64) error {
	switch whole := value != nil && *value == math.Trunc(*value); {
	case value == nil, whole && *value >= low && *value <= high, token(value):
		return nil
	case !whole:
		return fmt.Errorf("%s must be a whole number, got %s", name, number(*value))
	}
	return fmt.Errorf("%s must be between %s and %s, got %s", name, number(low), number(high), number(*value))
}

// Duration reports a duration that is not of whole seconds, as CloudFormation
// takes them, or outside its inclusive range, both in seconds.
func Duration(name string, value awscdk.Duration, low, high float64) error {
	if unset(value) || *value.IsUnresolved() {
		return nil
	}
	return Seconds(name, *value.ToSeconds(&awscdk.TimeConversionOptions{Integral: ptr(false)}), low, high)
}

// Seconds is [Duration] for the length of a duration that is known already.
func Seconds(name string, seconds, low, high float64) error {
	switch {
	case seconds < low || seconds > high:
		return fmt.Errorf("%s must be between %s and %s seconds, got %s", name, number(low), number(high), number(seconds))
	case seconds != math.Trunc(seconds):
		return fmt.Errorf("%s must be a whole number of seconds, got %s", name, number(seconds))
	}
	return nil
}

// Pattern reports a string that does not match. The argument want says in
// words what is allowed.
func Pattern(name string, value *string, pattern *regexp.Regexp, want string) error {
	if value == nil || pattern.MatchString(*value) || token(value) {
		return nil
	}
	return fmt.Errorf("%s must be %s, got %q", name, want, *value)
}

// Length reports a string that is longer than the service takes, in characters.
func Length(name string, value *string, most int) error {
	if value == nil || utf8.RuneCountInString(*value) <= most || token(value) {
		return nil
	}
	return fmt.Errorf("%s must have at most %d characters, got %d", name, most, utf8.RuneCountInString(*value))
}

var (
	accountPattern      = regexp.MustCompile(`^[0-9]{12}$`)
	organizationPattern = regexp.MustCompile(`^o-[a-z0-9]{10,32}$`)
)

// Accounts reports each entry that is not an AWS account id. A wildcard is
// refused like any other wrong value: access for everybody is never meant.
func Accounts(name string, values *[]*string) error {
	return Patterns(name, values, accountPattern, "an account id of 12 digits")
}

// Organizations reports each entry that is not an AWS Organizations id
// (pattern from the API reference of AWS Organizations, DescribeOrganization).
func Organizations(name string, values *[]*string) error {
	return Patterns(name, values, organizationPattern, `an organization id such as "o-a1b2c3d4e5"`)
}

// Patterns reports each entry of a list that does not match; see [Pattern].
func Patterns(name string, values *[]*string, pattern *regexp.Regexp, want string) error {
	if values == nil {
		return nil
	}
	var problems []error
	for i, value := range *values {
		problems = append(problems, Pattern(fmt.Sprintf("%s[%d]", name, i), value, pattern, want))
	}
	return errors.Join(problems...)
}

// unset says whether a property has no value: nil, or an interface that holds
// a nil pointer.
func unset(value any) bool {
	if value == nil {
		return true
	}
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice, reflect.Func:
		return v.IsNil()
	case reflect.String:
		return v.Len() == 0
	}
	return false
}

// token asks CDK last, and only about values that look wrong, because each
// question is a call into another process.
func token(value any) bool { return *awscdk.Token_IsUnresolved(value) }

func number(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

func ptr[T any](value T) *T { return &value }
