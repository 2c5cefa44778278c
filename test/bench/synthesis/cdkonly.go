package synthesis

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// What follows is the patterns as one would write them without this library: a
// construct for each, no checks, each value asked for once.

func cdkConsumer(scope constructs.Construct, id string) {
	self := constructs.NewConstruct(scope, jsii.String(id))
	letters := cdkDeadLetters(self, "DeadLetterQueue", nil)
	source := cdkQueue(self, letters, nil)
	cdkFunction(self, source, letters, jsii.Number(5))
}

func cdkTopic(scope constructs.Construct, id string) {
	self := constructs.NewConstruct(scope, jsii.String(id))
	key := awskms.NewKey(self, jsii.String("Key"), &awskms.KeyProps{
		EnableKeyRotation: jsii.Bool(true),
		Description:       jsii.String("Encrypts what is published to an SNS FIFO topic until it is delivered"),
	})
	topic := awssns.NewTopic(self, jsii.String("Topic"), &awssns.TopicProps{
		Fifo: jsii.Bool(true), MasterKey: key, EnforceSSL: jsii.Bool(true),
	})
	account := "111122223333" // of a publisher
	publisher := func(resource *string, actions ...string) awsiam.PolicyStatement {
		return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Sid:        jsii.String("PublisherAccounts"),
			Principals: &[]awsiam.IPrincipal{awsiam.NewAccountPrincipal(account)},
			Actions:    jsii.Strings(actions...),
			Resources:  &[]*string{resource},
			Conditions: &map[string]any{"StringEquals": map[string]any{"aws:PrincipalAccount": []string{account}}},
		})
	}
	arn := topic.TopicArn()
	topic.AddToResourcePolicy(publisher(arn, "sns:Publish"))
	key.AddToResourcePolicy(publisher(jsii.String("*"), "kms:Decrypt", "kms:GenerateDataKey"), nil)
	cdkSubscriber(scope, id+"Subscriber", topic, arn)
}

func cdkSubscriber(scope constructs.Construct, id string, topic awssns.Topic, topicARN *string) {
	self := constructs.NewConstruct(scope, jsii.String(id))
	inbox, letters := cdkSubscribed(self, topic, topicARN)
	cdkFunction(self, inbox, letters, nil)
}

// cdkSubscribed are the queue of a subscription and its dead-letter queue.
func cdkSubscribed(self constructs.Construct, topic awssns.Topic, topicARN *string) (inbox, letters awssqs.Queue) {
	fifo := jsii.Bool(true)
	letters = cdkDeadLetters(self, "DeadLetterQueue", fifo)
	inbox = cdkQueue(self, letters, fifo)
	inboxARN := inbox.QueueArn()
	policy := cdkLetIn(inbox, "sns.amazonaws.com", inboxARN,
		map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": topicARN}})
	undeliverable := cdkDeadLetters(self, "Undeliverable", fifo)
	cdkLetIn(undeliverable, "sns.amazonaws.com", undeliverable.QueueArn(),
		map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": topicARN}})
	subscription := awssns.NewSubscription(self, jsii.String("Subscription"), &awssns.SubscriptionProps{
		Topic:              topic,
		Protocol:           awssns.SubscriptionProtocol_SQS,
		Endpoint:           inboxARN,
		RawMessageDelivery: jsii.Bool(true),
		DeadLetterQueue:    undeliverable,
	})
	subscription.Node().AddDependency(policy)
	return inbox, letters
}

func cdkBus(scope constructs.Construct, id string) {
	inbox := awssqs.NewQueue(scope, jsii.String(id+"Inbox"), nil)
	self := constructs.NewConstruct(scope, jsii.String(id))
	bus := awsevents.NewEventBus(self, jsii.String("Bus"), &awsevents.EventBusProps{
		EventBusName: awscdk.Names_UniqueResourceName(self, &awscdk.UniqueResourceNameOptions{
			Separator: jsii.String("-"), MaxLength: jsii.Number(128),
		}),
	})
	awsevents.NewCfnArchive(self, jsii.String("Archive"), &awsevents.CfnArchiveProps{
		SourceArn: bus.EventBusArn(), RetentionDays: jsii.Number(30),
	})

	routed := constructs.NewConstruct(self, jsii.String("Finished"))
	rule := awsevents.NewRule(routed, jsii.String("Rule"), &awsevents.RuleProps{EventBus: bus, EventPattern: finished()})
	cdkRoute(rule, awscdk.Stack_Of(scope).Account(), inbox, cdkDeadLetters(routed, "DeadLetterQueue", nil))
}

// cdkRoute lets a rule send to a queue, and what it cannot deliver to another.
func cdkRoute(rule awsevents.Rule, account *string, inbox, letters awssqs.Queue) {
	conditions := map[string]any{
		"ArnLike":      map[string]any{"aws:SourceArn": rule.RuleArn()},
		"StringEquals": map[string]any{"aws:SourceAccount": account},
	}
	lettersARN, inboxARN := letters.QueueArn(), inbox.QueueArn()
	cdkLetIn(letters, "events.amazonaws.com", lettersARN, conditions)
	cdkLetIn(inbox, "events.amazonaws.com", inboxARN, conditions)
	rule.AddTarget(&cdkTarget{&awsevents.RuleTargetConfig{
		Arn:              inboxARN,
		DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: lettersARN},
		RetryPolicy: &awsevents.CfnRule_RetryPolicyProperty{
			MaximumRetryAttempts: jsii.Number(185), MaximumEventAgeInSeconds: jsii.Number(24 * 60 * 60),
		},
	}})
}

// cdkTarget is a target whose permissions are given already; those of the CDK
// give others.
type cdkTarget struct{ config *awsevents.RuleTargetConfig }

func (t *cdkTarget) Bind(awsevents.IRule, *string) *awsevents.RuleTargetConfig { return t.config }

func cdkDeadLetters(self constructs.Construct, id string, fifo *bool) awssqs.Queue {
	return awssqs.NewQueue(self, jsii.String(id), &awssqs.QueueProps{
		Encryption:      awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL:      jsii.Bool(true),
		RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)),
		Fifo:            fifo,
	})
}

func cdkQueue(self constructs.Construct, letters awssqs.Queue, fifo *bool) awssqs.Queue {
	return awssqs.NewQueue(self, jsii.String("Queue"), &awssqs.QueueProps{
		Encryption:        awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL:        jsii.Bool(true),
		VisibilityTimeout: awscdk.Duration_Seconds(jsii.Number(180)),
		Fifo:              fifo,
		DeadLetterQueue:   &awssqs.DeadLetterQueue{Queue: letters, MaxReceiveCount: jsii.Number(5)},
	})
}

func cdkLetIn(queue awssqs.Queue, service string, arn *string, conditions map[string]any) constructs.IDependable {
	return queue.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String(service), nil)},
		Actions:    jsii.Strings("sqs:SendMessage"),
		Resources:  &[]*string{arn},
		Conditions: &conditions,
	})).PolicyDependable
}

func cdkFunction(self constructs.Construct, source, letters awssqs.Queue, concurrency *float64) {
	sourceARN := source.QueueArn()
	function := cdkGoFunction(self, "Function", nil, map[string]*string{"DEAD_LETTER_QUEUE_URL": letters.QueueUrl()})
	policy := awsiam.NewPolicy(self, jsii.String("Policy"), &awsiam.PolicyProps{
		Roles: &[]awsiam.IRole{function.Role()},
		Statements: &[]awsiam.PolicyStatement{
			awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
				Actions:   jsii.Strings("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"),
				Resources: &[]*string{sourceARN},
			}),
			awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
				Actions:   jsii.Strings("sqs:SendMessage"),
				Resources: &[]*string{letters.QueueArn()},
			}),
		},
	})
	cdkMapping(self, function, sourceARN, concurrency).Node().AddDependency(policy)
}

func cdkGoFunction(self constructs.Construct, id string, description *string, variables map[string]*string) awslambda.Function {
	return awslambda.NewFunction(self, jsii.String(id), &awslambda.FunctionProps{
		Description:   description,
		Code:          awslambda.Code_FromAsset(jsii.String(prebuilt), nil),
		Runtime:       awslambda.Runtime_PROVIDED_AL2023(),
		Handler:       jsii.String("bootstrap"),
		Architecture:  awslambda.Architecture_ARM_64(),
		MemorySize:    jsii.Number(256),
		Timeout:       awscdk.Duration_Seconds(jsii.Number(30)),
		LoggingFormat: awslambda.LoggingFormat_JSON,
		LogGroup:      cdkLogs(self, id+"Logs"),
		Environment:   &variables,
	})
}

func cdkMapping(self constructs.Construct, function awslambda.Function, source *string, concurrency *float64) awslambda.EventSourceMapping {
	return awslambda.NewEventSourceMapping(self, jsii.String("Mapping"), &awslambda.EventSourceMappingProps{
		Target:                  function,
		EventSourceArn:          source,
		BatchSize:               jsii.Number(10),
		MaxConcurrency:          concurrency,
		ReportBatchItemFailures: jsii.Bool(true),
	})
}

// prebuilt is the folder with what the functions of the CDK's own run.
const prebuilt = "testdata/prebuilt"
