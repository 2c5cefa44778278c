package supplychain

import (
	"regexp"
	"strconv"

	"github.com/mediasupplychain/cdk/internal/wire"
)

// write is one update of a stage's slot in the table; see package wire for what
// the expressions mean and when each is right.
type write struct {
	update, condition string
	values            values
}

// values are the values of a write's expressions by name, ":run". Only those
// that the expressions name are sent, since DynamoDB refuses others.
type values map[string]map[string]any

func text(value string) map[string]any { return map[string]any{"S": value} }
func path(value string) map[string]any { return map[string]any{"S.$": value} }
func number(value int) map[string]any {
	return map[string]any{"N": strconv.Itoa(value)}
}

// common are the values that any write of a stage can name.
func common(stage string) values {
	return values{
		":run":      path("$." + wire.InputRun),
		":now":      path("$$.State.EnteredTime"),
		":one":      number(1),
		":due":      text(wire.PrefixDue + stage),
		":waiting":  text(wire.StatusWaiting),
		":expected": text(wire.StatusExpected),
		":timedOut": text(wire.StatusTimedOut),
		":skipped":  text(wire.StatusSkipped),
		":canceled": text(wire.StatusCanceled),
	}
}

var valueName = regexp.MustCompile(`:[A-Za-z]+`)

// parameters are the arguments of UpdateItem.
func (w write) parameters(table *string, stage string) map[string]any {
	known, used := common(stage), map[string]any{}
	for name, value := range w.values {
		known[name] = value
	}
	for _, name := range valueName.FindAllString(w.update+" "+w.condition, -1) {
		used[name] = known[name]
	}
	attributes := map[string]any{}
	for name, attribute := range wire.Names(w.update, w.condition) {
		attributes[name] = attribute
	}
	return map[string]any{
		"TableName":                 table,
		"Key":                       key(stage),
		"UpdateExpression":          w.update,
		"ConditionExpression":       w.condition,
		"ExpressionAttributeNames":  attributes,
		"ExpressionAttributeValues": used,
	}
}

// key of a stage's slot.
func key(stage string) map[string]any {
	return map[string]any{
		wire.KeyPartition: path("States.Format('" + wire.PrefixAsset + "{}', $." + wire.InputAsset + ")"),
		wire.KeySort:      text(wire.PrefixStage + stage),
	}
}
