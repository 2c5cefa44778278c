package supplychain

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// MetricRunsFailed is how many runs failed; the sum over 5 minutes unless
// options differ.
func (c *SupplyChain) MetricRunsFailed(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return c.Pipeline.MetricFailed(options)
}

// MetricRunsTimedOut is how many runs timed out as a whole; the sum over 5
// minutes unless options differ.
func (c *SupplyChain) MetricRunsTimedOut(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return c.Pipeline.MetricTimedOut(options)
}

// MetricRunsEnded is how many runs ended with status: "Completed", "Failed",
// "TimedOut" or "Aborted"; the sum over 5 minutes unless options differ.
func (c *SupplyChain) MetricRunsEnded(status string, options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return metric(c.Executions.Function, wire.MetricRunsEnded, awscloudwatch.Stats_SUM(), options, wire.DimensionStatus, status)
}

// MetricLateStages is how many assets wait in stage for longer than its
// WarnAfter; the maximum over 5 minutes unless options differ.
func (c *SupplyChain) MetricLateStages(stage string, options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return metric(c.Watch, wire.MetricLateStages, awscloudwatch.Stats_MAXIMUM(), options, wire.DimensionStage, stage)
}

// MetricOutboxDelay is how long after the table was written its effects happen,
// in milliseconds; the maximum over 5 minutes unless options differ.
func (c *SupplyChain) MetricOutboxDelay(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return metric(c.Outbox, wire.MetricOutboxDelay, awscloudwatch.Stats_MAXIMUM(), options)
}

// MetricOutboxAge is how old the records of the table's stream are when the
// outbox gets them, in milliseconds; the maximum over 5 minutes unless options
// differ. It grows while the outbox fails.
func (c *SupplyChain) MetricOutboxAge(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return c.Outbox.Metric(jsii.String("IteratorAge"), props.Merge(awscloudwatch.MetricOptions{Statistic: awscloudwatch.Stats_MAXIMUM()}, options))
}

// MetricOutboxDeadLetters is how many messages are in the outbox's dead-letter
// queue; the maximum over 5 minutes unless options differ.
func (c *SupplyChain) MetricOutboxDeadLetters(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return deadLetters(c.OutboxDeadLetterQueue, options)
}

// MetricEvents is how many events of the source had the fate: "applied",
// "recorded", "late", "stale" and so on, "" for all of them; the sum over 5
// minutes unless options differ.
func (s *Source) MetricEvents(fate string, options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	if fate == "" {
		return metric(s.Function, wire.MetricEvents, awscloudwatch.Stats_SUM(), options)
	}
	return metric(s.Function, wire.MetricEvents, awscloudwatch.Stats_SUM(), options, wire.DimensionFate, fate)
}

// MetricUnmapped is how many events had words that no mapping knows; the sum
// over 5 minutes unless options differ.
func (s *Source) MetricUnmapped(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return metric(s.Function, wire.MetricUnmapped, awscloudwatch.Stats_SUM(), options)
}

// MetricEventDelay is how long after an event occurred it was recorded, in
// milliseconds; the average over 5 minutes unless options differ.
func (s *Source) MetricEventDelay(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return metric(s.Function, wire.MetricEventDelay, awscloudwatch.Stats_AVERAGE(), options)
}

// MetricDeadLetters is how many events are in the dead-letter queue; the maximum
// over 5 minutes unless options differ. Nil without DeadLetterQueue.
func (s *Source) MetricDeadLetters(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	if s.DeadLetterQueue == nil {
		return nil
	}
	return deadLetters(s.DeadLetterQueue, options)
}

// MetricOldestMessage is the age of the oldest event in the queue in seconds;
// the maximum over 5 minutes unless options differ.
func (s *Source) MetricOldestMessage(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return s.Queue.MetricApproximateAgeOfOldestMessage(options)
}

func deadLetters(queue awssqs.IQueue, options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return queue.MetricApproximateNumberOfMessagesVisible(
		props.Merge(awscloudwatch.MetricOptions{Statistic: awscloudwatch.Stats_MAXIMUM()}, options))
}

// metric is one that a function of ours writes to its log. The pairs are a
// dimension and its value.
func metric(f awslambda.IFunction, name wire.Metric, statistic *string, options *awscloudwatch.MetricOptions, pairs ...any) awscloudwatch.Metric {
	dimensions := map[string]*string{string(wire.DimensionFunction): f.FunctionName()}
	for i := 0; i+1 < len(pairs); i += 2 {
		dimensions[string(pairs[i].(wire.Dimension))] = jsii.String(pairs[i+1].(string))
	}
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: jsii.String(wire.MetricsNamespace), MetricName: jsii.String(string(name)),
		DimensionsMap: &dimensions, Statistic: statistic,
	}).With(props.Merge(awscloudwatch.MetricOptions{}, options))
}
