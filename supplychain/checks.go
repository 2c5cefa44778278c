package supplychain

import (
	"fmt"
	"regexp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
)

// seconds of a duration, 0 for none.
func seconds(d awscdk.Duration) int {
	if d == nil {
		return 0
	}
	return int(*d.ToSeconds(&awscdk.TimeConversionOptions{Integral: jsii.Bool(false)}))
}

// known says whether a duration is there and no token.
func known(d awscdk.Duration) bool { return d != nil && !*d.IsUnresolved() }

func below(nameA string, a awscdk.Duration, nameB string, b awscdk.Duration) error {
	if !known(a) || !known(b) || seconds(a) < seconds(b) {
		return nil
	}
	return fmt.Errorf("%s must be shorter than %s, got %d and %d seconds", nameA, nameB, seconds(a), seconds(b))
}

func atMost(nameA string, a awscdk.Duration, nameB string, b awscdk.Duration) error {
	if !known(a) || !known(b) || seconds(a) <= seconds(b) {
		return nil
	}
	return fmt.Errorf("%s must not be longer than %s, got %d and %d seconds", nameA, nameB, seconds(a), seconds(b))
}

// duration reports one out of its range, or whose value is known only at
// deployment: it is written as a number into texts that are made at synthesis.
func duration(name string, d awscdk.Duration, low, high float64) error {
	if d != nil && *d.IsUnresolved() {
		return fmt.Errorf("%s must be known at synthesis, got a token", name)
	}
	return props.Duration(name, d, low, high)
}

// personShape keeps the ids of people free of blanks and control characters.
var personShape = regexp.MustCompile(`^[[:graph:]]{1,256}$`)

func peopleProblem(name string, people *[]*string) error {
	if people != nil && len(*people) == 0 {
		return fmt.Errorf("%s must name at least one person, or be unset for anybody", name)
	}
	return props.Patterns(name, people, personShape, "1 to 256 printable ASCII characters without blanks")
}

// texts are the entries of a list.
func texts(list *[]*string) []string {
	all := []string{}
	if list != nil {
		for _, one := range *list {
			all = append(all, *one)
		}
	}
	return all
}
