package chainstore

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Item is an item as DynamoDB gives it. Its methods read attributes: what is
// not there, or of another type, is zero.
type Item map[string]types.AttributeValue

// Text reads a string.
func (i Item) Text(name string) string {
	if v, ok := i[name].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

// Number reads a whole number.
func (i Item) Number(name string) int64 {
	if v, ok := i[name].(*types.AttributeValueMemberN); ok {
		if n, err := strconv.ParseInt(v.Value, 10, 64); err == nil {
			return n
		}
	}
	return 0
}

// Time reads a time.
func (i Item) Time(name string) time.Time { return parseTime(i.Text(name)) }

// Map reads a map; nil where there is none.
func (i Item) Map(name string) Item {
	if v, ok := i[name].(*types.AttributeValueMemberM); ok {
		return v.Value
	}
	return nil
}

// Has reports whether the attribute is there.
func (i Item) Has(name string) bool { return i[name] != nil }

func (i Item) seconds(name string) time.Duration {
	return time.Duration(i.Number(name)) * time.Second
}

func (i Item) float(name string) *float64 {
	if v, ok := i[name].(*types.AttributeValueMemberN); ok {
		if f, err := strconv.ParseFloat(v.Value, 64); err == nil {
			return &f
		}
	}
	return nil
}

// set writes a string; an empty one is left out.
func (i Item) set(name, value string) {
	if value != "" {
		i[name] = text(value)
	}
}

func (i Item) setNumber(name string, n int64) {
	if n != 0 {
		i[name] = number(n)
	}
}

func (i Item) setTime(name string, t time.Time) {
	if !t.IsZero() {
		i[name] = text(Time(t))
	}
}

func (i Item) setMap(name string, m Item) {
	if m != nil {
		i[name] = &types.AttributeValueMemberM{Value: m}
	}
}

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func float(f float64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatFloat(f, 'f', -1, 64)}
}
