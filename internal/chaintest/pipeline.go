package chaintest

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/mediasupplychain/cdk/internal/wire"
)

// Pipeline makes the writes of an execution of the pipeline, by the very
// expressions that its definition has.
type Pipeline struct {
	Table      *Table
	Asset, Run string
	Now        func() time.Time
}

// Request asks a partner: one attempt of a stage waits with the token.
func (p Pipeline) Request(stage, partner, token string, attempt int, timeout, warn time.Duration) bool {
	return p.write(stage, wire.RequestUpdate, wire.RequestCondition, item{
		":token": s(token), ":waiting": s(wire.StatusWaiting), ":partner": s(partner), ":now": s(p.now()),
		":timeout": n(int(timeout.Seconds())), ":warn": n(int(warn.Seconds())), ":request": s("{}"), ":due": s(wire.PrefixDue + stage),
		":attempt": n(attempt),
	})
}

// Again ends a failed attempt and makes room for the next.
func (p Pipeline) Again(stage string, attempt int) bool {
	return p.write(stage, wire.AgainUpdate, wire.AgainCondition, p.again(attempt))
}

// TimedOut ends an attempt that nobody has answered and makes room for the next.
func (p Pipeline) TimedOut(stage string, attempt int) bool {
	return p.write(stage, wire.AgainUpdate, wire.OverCondition, p.again(attempt))
}

func (p Pipeline) again(attempt int) item {
	return item{":attempt": n(attempt), ":next": n(attempt + 1), ":expected": s(wire.StatusExpected), ":now": s(p.now())}
}

// Over ends the last attempt, which nobody has answered.
func (p Pipeline) Over(stage string, attempt int) bool {
	return p.write(stage, wire.OverUpdate, wire.OverCondition, item{
		":attempt": n(attempt), ":timedOut": s(wire.StatusTimedOut), ":now": s(p.now()),
	})
}

// Done keeps what a stage of the pipeline's own made.
func (p Pipeline) Done(stage, status, result string) bool {
	return p.write(stage, wire.DoneUpdate, wire.OwnCondition, item{":status": s(status), ":result": s(result), ":now": s(p.now())})
}

// Skip says that a stage's condition did not hold.
func (p Pipeline) Skip(stage string) bool {
	return p.write(stage, wire.SkipUpdate, wire.OwnCondition, item{":skipped": s(wire.StatusSkipped), ":now": s(p.now())})
}

// write makes a write and reports whether its condition held.
func (p Pipeline) write(stage, update, condition string, values item) bool {
	values[":run"], values[":one"], values[":canceled"] = s(p.Run), n(1), s(wire.StatusCanceled)
	_, err := p.Table.UpdateItem(context.Background(), &dynamodb.UpdateItemInput{
		Key:              item{wire.KeyPartition: s(wire.PrefixAsset + p.Asset), wire.KeySort: s(wire.PrefixStage + stage)},
		UpdateExpression: &update, ConditionExpression: &condition,
		ExpressionAttributeNames: wire.Names(update, condition), ExpressionAttributeValues: values,
	})
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		return false
	}
	if err != nil {
		panic(err) // the expression is wrong
	}
	return true
}

// now is the time as Step Functions writes it: $$.State.EnteredTime.
func (p Pipeline) now() string { return p.Now().UTC().Format("2006-01-02T15:04:05.000Z") }

func s(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }

func n(v int) types.AttributeValue { return &types.AttributeValueMemberN{Value: strconv.Itoa(v)} }
