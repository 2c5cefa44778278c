package custombus

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/eventbus"
)

// delivery is the service that brings the logs of others to their group.
const delivery = "delivery.logs.amazonaws.com"

// deliverLogs brings what EventBridge logs of the bus to the log group. The
// level on the bus alone does nothing: each type of log has a source, and a
// delivery that connects it to a destination (EventBridge user guide,
// "Configuring logs for Amazon EventBridge event buses").
func (b *Bus) deliverLogs(level awsevents.Level, key awskms.IKey) {
	scope := constructs.NewConstruct(b, jsii.String("Logs"))
	destination := awslogs.NewCfnDeliveryDestination(scope, jsii.String("Destination"), &awslogs.CfnDeliveryDestinationProps{
		Name:                   deliveryName(scope, "Destination"),
		DestinationResourceArn: b.LogGroup.LogGroupArn(),
	})
	sources := []*string{}
	var before constructs.IDependable
	for _, kind := range logTypes(level) {
		source := awslogs.NewCfnDeliverySource(scope, jsii.String(kind+"Source"), &awslogs.CfnDeliverySourceProps{
			Name:        deliveryName(scope, kind+"Source"),
			ResourceArn: b.Bus.EventBusArn(),
			LogType:     jsii.String(map[string]string{"Error": "ERROR_LOGS", "Info": "INFO_LOGS", "Trace": "TRACE_LOGS"}[kind]),
		})
		sources = append(sources, source.AttrArn())
		connection := awslogs.NewCfnDelivery(scope, jsii.String(kind+"Delivery"), &awslogs.CfnDeliveryProps{
			DeliverySourceName:     source.Name(),
			DeliveryDestinationArn: destination.AttrArn(),
		})
		connection.AddDependency(source)
		if before != nil {
			connection.Node().AddDependency(before) // made at once, they conflict over the destination
		}
		before = connection
	}
	b.allowDelivery(sources)
	if key != nil {
		b.allowLogKey(key)
	}
}

// logTypes of a level: each holds the ones below it.
func logTypes(level awsevents.Level) []string {
	switch level {
	case awsevents.Level_INFO:
		return []string{"Error", "Info"}
	case awsevents.Level_TRACE:
		return []string{"Error", "Info", "Trace"}
	case awsevents.Level_ERROR:
		return []string{"Error"}
	case awsevents.Level_OFF:
	}
	return nil
}

// allowDelivery lets the delivery service write to the group (CloudWatch Logs
// user guide, "Logs sent to CloudWatch Logs").
func (b *Bus) allowDelivery(sources []*string) {
	b.LogGroup.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String(delivery), nil)},
		Actions:    jsii.Strings("logs:CreateLogStream", "logs:PutLogEvents"),
		Resources:  &[]*string{b.LogGroup.LogGroupArn()}, // with :* at its end: its streams
		Conditions: &map[string]any{
			"ArnLike":      map[string]any{"aws:SourceArn": sources},
			"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Stack_Of(b).Account()},
		},
	}))
}

// allowLogKey lets EventBridge encrypt the logs on their way with the key of the
// bus, and the delivery service decrypt them (EventBridge user guide,
// "Encrypting event bus logs with AWS KMS in EventBridge").
func (b *Bus) allowLogKey(key awskms.IKey) {
	conditions := map[string]any{"StringLike": map[string]any{
		"kms:EncryptionContext:SourceArn": awscdk.Stack_Of(b).FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("logs"), Resource: jsii.String("*"), ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
		}),
	}}
	eventbus.AllowKey(b, key, "events.amazonaws.com", conditions, "kms:GenerateDataKey")
	eventbus.AllowKey(b, key, delivery, conditions, "kms:Decrypt", "kms:GenerateDataKey")
}

// deliveryName is unique in the account and Region, where such names have 60
// characters at most.
func deliveryName(scope constructs.Construct, role string) *string {
	return jsii.String(*awscdk.Names_UniqueResourceName(scope, &awscdk.UniqueResourceNameOptions{
		Separator: jsii.String("-"), MaxLength: jsii.Number(60 - len(role) - 1),
	}) + "-" + role)
}
