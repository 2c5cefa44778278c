// Package watch looks for stages that wait past their warning time. It reads one
// index, a query for each stage that has such a time, and scans nothing.
package watch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chainstore"
	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// DynamoDB are the methods used of its client.
type DynamoDB interface {
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
}

// Handler is run by a schedule.
type Handler struct {
	Table   string
	Plan    chain.Plan
	Client  func() DynamoDB
	Now     func() time.Time
	Log     *slog.Logger
	Metrics *telemetry.Metrics

	mu     sync.Mutex
	warned map[string]struct{} // entries that are written; nothing rests on it
}

// Handle counts the late stages, and writes one line into the history for each
// attempt that is late. A stage that cannot be read does not keep the others
// from being looked at.
func (h *Handler) Handle(ctx context.Context) error {
	var all []error
	for _, stage := range h.Plan.Stages {
		if stage.WarnSeconds <= 0 {
			continue
		}
		late, err := h.stage(ctx, stage)
		if err != nil {
			all = append(all, fmt.Errorf("stage %s: %w", stage.Name, err))
			continue // no count is better than a wrong one
		}
		h.Metrics.Count(wire.MetricLateStages, late, telemetry.Dimension{Name: wire.DimensionStage, Value: stage.Name})
	}
	if err := h.Metrics.Flush(ctx); err != nil {
		h.Log.WarnContext(ctx, "metrics not written", "error", err)
	}
	return errors.Join(all...)
}

// stage warns of all that is late in one stage, and counts it.
func (h *Handler) stage(ctx context.Context, plan chain.StagePlan) (int, error) {
	warn := time.Duration(plan.WarnSeconds) * time.Second
	condition, filter, index := "#timeline = :due AND #timelineAt <= :latest", "#status = :waiting", wire.IndexTimeline
	input := &dynamodb.QueryInput{
		TableName: &h.Table, IndexName: &index, KeyConditionExpression: &condition, FilterExpression: &filter,
		ExpressionAttributeNames: wire.Names(condition, filter),
		ExpressionAttributeValues: chainstore.Item{
			":due":     &types.AttributeValueMemberS{Value: wire.PrefixDue + plan.Name},
			":latest":  &types.AttributeValueMemberS{Value: chainstore.StatesTime(h.Now().Add(-warn))},
			":waiting": &types.AttributeValueMemberS{Value: string(chain.StageWaiting)},
		},
	}
	late := 0
	for {
		out, err := h.Client().Query(ctx, input)
		if err != nil {
			return 0, err
		}
		for _, item := range out.Items {
			slot := chainstore.StageOf(item)
			at := warnAt(slot, warn)
			if h.Now().Before(at) {
				continue
			}
			late++
			if err := h.warn(ctx, chainstore.Item(item).Text(wire.AttrAsset), slot, at); err != nil {
				return 0, err
			}
		}
		if input.ExclusiveStartKey = out.LastEvaluatedKey; input.ExclusiveStartKey == nil {
			return late, nil
		}
	}
}

// warnAt is when an attempt counts as late: as it was when the partner was asked,
// else as the plan has it now.
func warnAt(slot chain.Stage, planned time.Duration) time.Time {
	if own := slot.Request.Warn; own > 0 {
		return slot.Request.At.Add(own)
	}
	return slot.Request.At.Add(planned)
}

// warn writes the line of an attempt that is late. Its key depends on the
// attempt alone, so that there is one, however often it is seen.
func (h *Handler) warn(ctx context.Context, asset string, slot chain.Stage, at time.Time) error {
	entry := slot.Entry(asset, chain.WhatStageWarned)
	if h.known(entry.ID) {
		return nil
	}
	entry.Occurred, entry.Recorded, entry.Deadline = at, at, slot.Request.At.Add(slot.Request.Timeout)
	entry.Cause = fmt.Sprintf("%s has not answered since %s", slot.Request.Partner, slot.Request.At.Format(time.RFC3339))
	if err := chainstore.WriteOnce(ctx, h.Client(), h.Table, entry); err != nil {
		return fmt.Errorf("warn of asset %s: %w", entry.Asset, err)
	}
	h.Log.WarnContext(ctx, "a stage is late", telemetry.AssetID, entry.Asset, telemetry.RunID, entry.Run, "stage", entry.Stage, telemetry.Partner, entry.Partner)
	h.remember(entry.ID)
	return nil
}

// remembered bounds what a process keeps.
const remembered = 10_000

func (h *Handler) known(id string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, known := h.warned[id]
	return known
}

func (h *Handler) remember(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.warned == nil || len(h.warned) >= remembered {
		h.warned = map[string]struct{}{}
	}
	h.warned[id] = struct{}{}
}
