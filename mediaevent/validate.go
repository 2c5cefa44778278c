package mediaevent

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// MappingError is one thing that is wrong with a [Mapping].
type MappingError struct {
	// Field is where in the mapping: "Rules[2].Do".
	Field string
	// Locator is the locator that cannot be read, if it is one.
	Locator Locator
	// Position is the byte of Locator, from 1, where reading stopped. 0 if
	// there is no such place.
	Position int
	// Message says what is wrong.
	Message string
}

func (p MappingError) Error() string {
	if p.Position == 0 {
		return p.Field + " " + p.Message
	}
	return fmt.Sprintf("%s %q: %s at position %d", p.Field, string(p.Locator), p.Message, p.Position)
}

// InvalidMappingError lists everything that is wrong with a mapping.
type InvalidMappingError struct {
	// Partner is the partner whose mapping it is.
	Partner string
	// Problems has at least one element.
	Problems []MappingError
}

func (e *InvalidMappingError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "mapping %q is invalid:", e.Partner)
	for _, p := range e.Problems {
		b.WriteString("\n- " + p.Error())
	}
	return b.String()
}

// Unwrap returns the problems.
func (e *InvalidMappingError) Unwrap() []error {
	errs := make([]error, len(e.Problems))
	for i, p := range e.Problems {
		errs[i] = p
	}
	return errs
}

// Validate reports everything that is wrong with m at once, as an
// [*InvalidMappingError]: locators that cannot be read, with the position; rules
// that need what the mapping does not locate, that can never match, or that
// contradict themselves; words outside the vocabularies.
func (m Mapping) Validate() error {
	_, err := m.compile()
	return err
}

// compiler compiles the parts of a mapping and gathers what is wrong with them.
type compiler struct {
	problems []MappingError
}

func (c *compiler) problem(field, format string, args ...any) {
	c.problems = append(c.problems, MappingError{Field: field, Message: fmt.Sprintf(format, args...)})
}

func (c *compiler) require(ok bool, field, format string, args ...any) {
	if !ok {
		c.problem(field, format, args...)
	}
}

// itemScope says what @ means for a locator.
type itemScope string

const (
	noItem      itemScope = "@ looks into an item, but Items is not set"
	hasItem     itemScope = ""
	aboveItems  itemScope = "@ looks into an item, which is not known here"
	findingItem           = hasItem
)

func (c *compiler) locator(field string, text Locator, items itemScope) *locator {
	l, err := text.compile()
	if syntax := (*syntaxError)(nil); errors.As(err, &syntax) {
		c.problems = append(c.problems, MappingError{field, text, syntax.position, syntax.message})
		return nil
	}
	c.require(items == hasItem || !l.ofItem(), field, "%q: %s", string(text), items)
	return l
}

// paths is a locator that must select nodes of the payload.
func (c *compiler) paths(field string, text Locator, items itemScope) *locator {
	l := c.locator(field, text, items)
	if l == nil {
		return nil
	}
	for _, candidate := range l.candidates {
		if _, ok := candidate.(path); !ok {
			c.problem(field, "must be a JSONPath, got %q", string(text))
			return nil
		}
	}
	return l
}

// named is a locator of a named value.
type named struct {
	name    string
	locator *locator
}

// table compiles a table of locators, in the order of their names.
func (c *compiler) table(field string, table map[string]Locator, items itemScope) []named {
	all := make([]named, 0, len(table))
	for _, name := range slices.Sorted(maps.Keys(table)) {
		key := fmt.Sprintf("%s[%q]", field, name)
		c.require(strings.TrimSpace(name) != "", key, "needs a name")
		c.require(table[name] != "", key, "needs a locator")
		all = append(all, named{name, c.locator(key, table[name], items)})
	}
	return all
}

func (c *compiler) pattern(field, text string) *regexp.Regexp {
	if text == "" {
		return nil
	}
	p, err := regexp.Compile(text)
	if err != nil {
		c.problem(field, "%q is no regular expression: %v", text, err)
		return nil
	}
	return p
}

// rules checks the rules of m against what m locates.
func (c *compiler) rules(m Mapping) {
	c.require(len(m.Rules) > 0, "Rules", "must have at least one rule")
	for i, r := range m.Rules {
		field := fmt.Sprintf("Rules[%d]", i)
		c.words(field+".Type", r.Type, "Type", m.Type)
		c.words(field+".Status", r.Status, "Status", m.Status)
		c.action(field+".Do", r.Do, m)
		c.jobStatus(field+".JobStatus", r)
		if err := known("", r.AssetStatus, AssetStatuses()); err != nil {
			c.problem(field+".AssetStatus", "must be one of %q, got %q", AssetStatuses(), r.AssetStatus)
		}
		c.require(r.EventType == "" || isEventType(r.EventType), field+".EventType",
			`must be words with dots between, like "media.qc.completed.v1", got %q`, r.EventType)
		for j, earlier := range m.Rules[:i] {
			if earlier.Type.cover(r.Type) && earlier.Status.cover(r.Status) {
				c.problem(field, "can never match: Rules[%d] matches all of it first", j)
				break
			}
		}
	}
}

func (c *compiler) words(field string, words Words, subject string, locator Locator) {
	c.require(len(words) == 0 || locator != "", field, "has words to compare, but %s does not say where they are", subject)
	for i, w := range words {
		c.require(strings.TrimSpace(w) != "", fmt.Sprintf("%s[%d]", field, i), "is blank")
		c.require(!strings.Contains(strings.TrimSuffix(w, "*"), "*"), fmt.Sprintf("%s[%d]", field, i),
			"may have a * at its end only, got %q", w)
	}
}

func (c *compiler) action(field string, a Action, m Mapping) {
	c.require(slices.Contains(ActionKinds(), a.Kind), field, "must be Start, Complete, Fail, Progress or Record, got %q", a.Kind)
	if !a.Kind.concernsStage() {
		c.require(a.Stage == "", field, "%s takes no stage, got %q", a.Kind, a.Stage)
		c.require(a.Kind != DoStart || m.AssetID != "", field, "start needs an asset: set AssetID")
		return
	}
	c.require(a.Stage == "" || isStageName(a.Stage), field,
		"stage must be a letter and up to 63 letters, digits, _ and -, got %q", a.Stage)
	byStage := m.AssetID != "" && (a.Stage != "" || m.Stage != "")
	c.require(byStage || m.JobID != "" || m.CallbackID != "", field,
		"%s cannot tell whose stage it is for: set CallbackID or JobID, or AssetID and a stage", a.Kind)
}

// jobStatusOf lists the job statuses that go with an action, the default first.
var jobStatusOf = map[ActionKind][]JobStatus{
	DoComplete: {JobCompleted},
	DoFail:     {JobFailed, JobCanceled},
	DoProgress: {JobRunning, JobNew, JobPending, JobAssigned, JobQueued, JobScheduled},
}

func (c *compiler) jobStatus(field string, r Rule) {
	allowed := jobStatusOf[r.Do.Kind]
	if allowed == nil {
		allowed = JobStatuses()
	}
	c.require(r.JobStatus == "" || slices.Contains(allowed, r.JobStatus), field,
		"must be one of %q with %s, got %q", allowed, r.Do.Kind, r.JobStatus)
}

// matches reports whether w is for word. No words are for all.
func (w Words) matches(word string) bool {
	return len(w) == 0 || slices.ContainsFunc(w, func(one string) bool { return wordMatches(one, word) })
}

func wordMatches(pattern, word string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		_, ok = cutPrefixFold(word, prefix)
		return ok
	}
	return strings.EqualFold(pattern, word)
}

// cover reports whether w is for all that other is for.
func (w Words) cover(other Words) bool {
	if len(w) == 0 {
		return true
	}
	return len(other) > 0 && !slices.ContainsFunc(other, func(one string) bool {
		return !slices.ContainsFunc(w, func(mine string) bool { return coversWord(mine, one) })
	})
}

func coversWord(mine, other string) bool {
	if strings.HasSuffix(other, "*") && !strings.HasSuffix(mine, "*") {
		return false
	}
	return wordMatches(mine, strings.TrimSuffix(other, "*"))
}
