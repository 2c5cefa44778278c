package supplychain

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/wire"
)

func (c *SupplyChain) defineWatch(code awslambda.Code) {
	made, _ := c.function("Watch", "Looks for stages of a supply chain that are late", code, map[string]*string{
		wire.EnvChainTable: c.words.tableName,
		wire.EnvChainPlan:  jsii.String(c.plan),
		wire.EnvChainName:  jsii.String(c.Name),
	}, c.watchStatements())
	c.Watch, c.WatchLogs = made.Function, made.LogGroup

	c.WatchSchedule = awsevents.NewRule(c, jsii.String("WatchSchedule"), &awsevents.RuleProps{
		Schedule: awsevents.Schedule_Rate(awscdk.Duration_Minutes(jsii.Number(float64(c.props.watchInterval().seconds() / minute)))),
	})
	c.WatchSchedule.AddTarget(&tick{c.Watch})
	awslambda.NewCfnPermission(c, jsii.String("WatchPermission"), &awslambda.CfnPermissionProps{
		Action: jsii.String("lambda:InvokeFunction"), FunctionName: c.Watch.FunctionArn(),
		Principal: jsii.String("events.amazonaws.com"), SourceArn: c.WatchSchedule.RuleArn(),
	})
}

// tick invokes a function. What is not delivered within the interval is not
// tried again: the next tick sees the same, and so needs no dead-letter queue.
type tick struct{ function awslambda.IFunction }

// Bind implements awsevents.IRuleTarget.
func (t *tick) Bind(awsevents.IRule, *string) *awsevents.RuleTargetConfig {
	return &awsevents.RuleTargetConfig{
		Arn: t.function.FunctionArn(),
		RetryPolicy: &awsevents.CfnRule_RetryPolicyProperty{
			MaximumRetryAttempts: jsii.Number(1), MaximumEventAgeInSeconds: jsii.Number(minute),
		},
	}
}

func (c *SupplyChain) watchStatements() []awsiam.PolicyStatement {
	return append([]awsiam.PolicyStatement{
		allow("ReadDue", []string{"dynamodb:Query"}, jsii.String(*c.words.tableARN+"/index/"+wire.IndexTimeline)),
		allow("WriteHistory", watchActions, c.words.tableARN),
	}, c.useTableKey()...)
}
