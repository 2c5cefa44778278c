package supplychain

import (
	"fmt"
	"regexp"

	"github.com/mediasupplychain/cdk/internal/props"
)

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
