package localcloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

// A repair sets by API what ministack loses of a resource's properties, and
// reads it back. The physical id is that of the deployed resource.
type repair struct {
	kind string
	run  func(ctx context.Context, config aws.Config, physicalID string, properties object) (done string, err error)
}

var repairs = []repair{
	{"AWS::SNS::Topic", repairTopic},
	{"AWS::DynamoDB::Table", repairTimeToLive},
	{"AWS::DynamoDB::GlobalTable", repairTimeToLive},
	{"AWS::Lambda::Function", repairConcurrency},
	{"AWS::Lambda::EventSourceMapping", repairMapping},
}

func (c *Cloud) repair(ctx context.Context, deployment *Deployment) error {
	for _, stack := range deployment.stacks {
		for _, repair := range repairs {
			for _, id := range stack.original.ofType(repair.kind) {
				physical := deployment.resources[stack.Name][id]
				if physical == "" {
					continue
				}
				done, err := repair.run(ctx, c.Config(), physical, stack.original.resource(id).properties())
				if err != nil {
					return fmt.Errorf("%s %s: %w", repair.kind, id, err)
				}
				if done != "" {
					c.say("%s: local only: %s: %s (%s) gets %s by API", deployment.Example, stack.Name, id, repair.kind, done)
				}
			}
		}
	}
	return nil
}

// repairTopic makes a FIFO topic one: CloudFormation on ministack forgets that
// it is, and it would then deliver without order and without deduplication.
func repairTopic(ctx context.Context, config aws.Config, arn string, properties object) (string, error) {
	if !isTrue(properties["FifoTopic"]) {
		return "", nil
	}
	attributes := map[string]string{"FifoTopic": "true"}
	if isTrue(properties["ContentBasedDeduplication"]) {
		attributes["ContentBasedDeduplication"] = "true"
	}
	if scope, is := properties["FifoThroughputScope"].(string); is {
		attributes["FifoThroughputScope"] = scope
	}
	if policy, has := properties["ArchivePolicy"]; has {
		attributes["ArchivePolicy"] = asJSON(policy)
	}
	client := sns.NewFromConfig(config)
	for _, name := range sortedKeys(attributes) {
		_, err := client.SetTopicAttributes(ctx, &sns.SetTopicAttributesInput{
			TopicArn: aws.String(arn), AttributeName: aws.String(name), AttributeValue: aws.String(attributes[name])})
		if err != nil {
			return "", fmt.Errorf("set %s: %w", name, err)
		}
	}
	got, err := client.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: aws.String(arn)})
	if err != nil {
		return "", err
	}
	for _, name := range sortedKeys(attributes) {
		if got.Attributes[name] != attributes[name] {
			return "", fmt.Errorf("attribute %s is %q after setting it to %q", name, got.Attributes[name], attributes[name])
		}
	}
	return asJSON(attributes), nil
}

func repairTimeToLive(ctx context.Context, config aws.Config, table string, properties object) (string, error) {
	specification := child(properties, "TimeToLiveSpecification")
	attribute, _ := specification["AttributeName"].(string)
	if attribute == "" || !isTrue(specification["Enabled"]) {
		return "", nil
	}
	client := dynamodb.NewFromConfig(config)
	described, err := client.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: aws.String(table)})
	if err != nil {
		return "", err
	}
	if described.TimeToLiveDescription.TimeToLiveStatus == dynamodbtypes.TimeToLiveStatusEnabled {
		return "", nil
	}
	_, err = client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName: aws.String(table),
		TimeToLiveSpecification: &dynamodbtypes.TimeToLiveSpecification{
			AttributeName: aws.String(attribute), Enabled: aws.Bool(true)},
	})
	return "time to live by " + attribute, err
}

func repairConcurrency(ctx context.Context, config aws.Config, function string, properties object) (string, error) {
	number, is := properties["ReservedConcurrentExecutions"].(json.Number)
	if !is {
		return "", nil
	}
	reserved, err := strconv.ParseInt(number.String(), 10, 32)
	if err != nil {
		return "", err
	}
	_, err = lambda.NewFromConfig(config).PutFunctionConcurrency(ctx, &lambda.PutFunctionConcurrencyInput{
		FunctionName: aws.String(function), ReservedConcurrentExecutions: aws.Int32(int32(reserved))})
	return "reserved concurrency " + number.String(), err
}

func repairMapping(ctx context.Context, config aws.Config, id string, properties object) (string, error) {
	if enabled, is := properties["Enabled"].(bool); !is || enabled {
		return "", nil
	}
	if id == "" {
		return "", errors.New("the mapping has no id")
	}
	_, err := lambda.NewFromConfig(config).UpdateEventSourceMapping(ctx, &lambda.UpdateEventSourceMappingInput{
		UUID: aws.String(id), Enabled: aws.Bool(false)})
	return "Enabled: false", err
}

// isTrue reads a boolean as templates write it.
func isTrue(value any) bool {
	return value == true || value == "true"
}
