package synthesis

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// cdkSupplyChain is [supplyChain] as one would write it without this library.
type cdkSupplyChain struct {
	self                                      constructs.Construct
	account                                   *string
	tableName, tableARN, streamARN            *string
	bucketName, objects, busName, pipelineARN *string
	bus                                       awsevents.EventBus
}

// plan and the mappings are what the functions have in their environment.
const (
	plan             = `{"secondStart":"refuse","stages":[{"name":"transcode","warnSeconds":43200},{"name":"qc","warnSeconds":43200},{"name":"review","warnSeconds":129600}]}`
	approvalsMapping = `[{"partner":"approval","eventId":"$.id ?? message.id","status":"$.decision ?? $.data.job.status","time":"$.time ?? message.time","assetId":"$.assetId ?? $.subject","callbackId":"$.callbackId ?? $.data.job.callbackId","stage":"$.stage ?? $.data.job.stage","output":{"comment":"$.comment","decision":"$.decision ?? $.data.job.status"},"errorDetail":"$.comment ?? $.data.error.detail","person":"$.person ?? $.data.participant.id","rules":[{"status":["approved","approve","completed","waived"],"do":{"kind":"complete"}},{"status":["rejected","reject","failed"],"do":{"kind":"fail"}}]}]`
	mastersText      = `[{"partner":"mam","eventId":"$.messageId","assetId":"$.asset.houseId","rules":[{"do":{"kind":"start"}}]}]`
	vendorsText      = `[{"partner":"vendors","eventId":"$.id","status":"$.status","assetId":"$.assetId","stage":"$.stage","rules":[{"status":["done"],"do":{"kind":"complete"}},{"status":["error"],"do":{"kind":"fail"}}]}]`
)

func cdkChain(scope constructs.Construct, id string) {
	c := &cdkSupplyChain{self: constructs.NewConstruct(scope, jsii.String(id)), account: awscdk.Stack_Of(scope).Account()}
	c.table()
	c.bucket()
	c.eventBus()
	machine := c.pipeline()
	c.outbox(machine)
	c.watch()
	c.routed(c.self, "Executions", "executions", awsevents.EventBus_FromEventBusName(c.self, jsii.String("DefaultBus"), jsii.String("default")),
		&awsevents.EventPattern{
			Source: jsii.Strings("aws.states"), DetailType: jsii.Strings("Step Functions Execution Status Change"),
			Detail: &map[string]any{"stateMachineArn": []*string{c.pipelineARN}, "status": []string{"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}},
		}, "")
	c.routed(c.self, "Approvals", "approvals", c.bus, &awsevents.EventPattern{DetailType: jsii.Strings("media.approval.decided.v1")}, approvalsMapping)
	sources := constructs.NewConstruct(c.self, jsii.String("Sources"))

	topic := constructs.NewConstruct(scope, jsii.String(id+"Masters"))
	key := awskms.NewKey(topic, jsii.String("Key"), &awskms.KeyProps{
		EnableKeyRotation: jsii.Bool(true),
		Description:       jsii.String("Encrypts what is published to an SNS FIFO topic until it is delivered"),
	})
	masters := awssns.NewTopic(topic, jsii.String("Topic"), &awssns.TopicProps{Fifo: jsii.Bool(true), MasterKey: key, EnforceSSL: jsii.Bool(true)})
	source := constructs.NewConstruct(sources, jsii.String("masters"))
	inbox := constructs.NewConstruct(source, jsii.String("Subscriber"))
	queue, letters := cdkSubscribed(inbox, masters, masters.TopicArn())
	c.intake(inbox, "masters", queue, letters, "raw", mastersText)

	source = constructs.NewConstruct(sources, jsii.String("vendors"))
	consumer := constructs.NewConstruct(source, jsii.String("Consumer"))
	letters = cdkDeadLetters(consumer, "DeadLetterQueue", nil)
	queue = cdkQueue(consumer, letters, nil)
	vendor := "111122223333"
	queue.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("SenderAccounts"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewAccountPrincipal(vendor)},
		Actions:    jsii.Strings("sqs:SendMessage"),
		Resources:  &[]*string{queue.QueueArn()},
		Conditions: &map[string]any{"StringEquals": map[string]any{"aws:PrincipalAccount": []string{vendor}}},
	}))
	c.intake(consumer, "vendors", queue, letters, "raw", vendorsText)
}

func (c *cdkSupplyChain) table() {
	key := func(name string) *awsdynamodb.Attribute {
		return &awsdynamodb.Attribute{Name: jsii.String(name), Type: awsdynamodb.AttributeType_STRING}
	}
	table := awsdynamodb.NewTable(c.self, jsii.String("Table"), &awsdynamodb.TableProps{
		PartitionKey: key("pk"), SortKey: key("sk"),
		Stream:                           awsdynamodb.StreamViewType_NEW_AND_OLD_IMAGES,
		TimeToLiveAttribute:              jsii.String("expiresAt"),
		BillingMode:                      awsdynamodb.BillingMode_PAY_PER_REQUEST,
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: jsii.Bool(true)},
		DeletionProtection:               jsii.Bool(true),
		RemovalPolicy:                    awscdk.RemovalPolicy_RETAIN,
	})
	index := func(name, partition, sort string, attributes ...string) {
		table.AddGlobalSecondaryIndex(&awsdynamodb.GlobalSecondaryIndexProps{
			IndexName: jsii.String(name), PartitionKey: key(partition), SortKey: key(sort),
			ProjectionType: awsdynamodb.ProjectionType_INCLUDE, NonKeyAttributes: jsii.Strings(attributes...),
		})
	}
	index("waiting", "waitingOn", "requestedAt", "asset", "stage", "run", "attempt", "status", "partner", "timeoutSeconds", "warnSeconds", "progress")
	index("timeline", "timeline", "timelineAt", "asset", "stage", "run", "attempt", "status", "partner", "requestedAt", "timeoutSeconds", "warnSeconds",
		"what", "fate", "source", "eventId", "occurred", "recorded", "cause")
	c.tableName, c.tableARN, c.streamARN = table.TableName(), table.TableArn(), table.TableStreamArn()
}

func (c *cdkSupplyChain) bucket() {
	bucket := awss3.NewBucket(c.self, jsii.String("Bucket"), &awss3.BucketProps{
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		EnforceSSL:        jsii.Bool(true),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Transitions: &[]*awss3.Transition{{
				StorageClass: awss3.StorageClass_INTELLIGENT_TIERING(), TransitionAfter: awscdk.Duration_Days(jsii.Number(30)),
			}},
			Expiration:                          awscdk.Duration_Days(jsii.Number(400)),
			AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(1)),
		}},
		RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
	})
	c.bucketName, c.objects = bucket.BucketName(), bucket.ArnForObjects(jsii.String("*"))
}

func (c *cdkSupplyChain) eventBus() {
	self := constructs.NewConstruct(c.self, jsii.String("Bus"))
	c.busName = awscdk.Names_UniqueResourceName(self, &awscdk.UniqueResourceNameOptions{Separator: jsii.String("-"), MaxLength: jsii.Number(128)})
	c.bus = awsevents.NewEventBus(self, jsii.String("Bus"), &awsevents.EventBusProps{EventBusName: c.busName})
	awsevents.NewCfnArchive(self, jsii.String("Archive"), &awsevents.CfnArchiveProps{SourceArn: c.bus.EventBusArn(), RetentionDays: jsii.Number(30)})
}

func (c *cdkSupplyChain) pipeline() awsstepfunctions.StateMachine {
	first := cdkPipeline(constructs.NewConstruct(c.self, jsii.String("States")), c.tableName)
	role := awsiam.NewRole(c.self, jsii.String("PipelineRole"), &awsiam.RoleProps{
		Description: jsii.String("What the pipeline of a supply chain may do"),
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("states.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": c.account}},
		}),
	})
	role.AddToPrincipalPolicy(cdkAllow("WriteStages", c.tableARN, "dynamodb:GetItem", "dynamodb:UpdateItem"))
	machine := awsstepfunctions.NewStateMachine(c.self, jsii.String("Pipeline"), &awsstepfunctions.StateMachineProps{
		Comment: jsii.String("Each execution is one run of one asset; the state table is the truth about it"),
		Logs: &awsstepfunctions.LogOptions{
			Destination: cdkLogs(c.self, "PipelineLogs"), Level: awsstepfunctions.LogLevel_ERROR, IncludeExecutionData: jsii.Bool(false),
		},
		DefinitionBody:   awsstepfunctions.DefinitionBody_FromChainable(first),
		Role:             role,
		StateMachineType: awsstepfunctions.StateMachineType_STANDARD,
	})
	c.pipelineARN = machine.StateMachineArn()
	return machine
}

func (c *cdkSupplyChain) outbox(machine awsstepfunctions.StateMachine) {
	letters := cdkDeadLetters(c.self, "OutboxDeadLetterQueue", nil)
	lettersARN := letters.QueueArn()
	executions := awscdk.Stack_Of(c.self).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("states"), Resource: jsii.String("execution"),
		ResourceName: jsii.String(*machine.StateMachineName() + ":*"), ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
	})
	function, policy := cdkOwnFunction(c.self, "Outbox", "Policy", "Does what the state table of a supply chain says", map[string]*string{
		"CHAIN_TABLE": c.tableName, "CHAIN_PLAN": jsii.String(plan), "CHAIN_NAME": c.name(), "CHAIN_BUS": c.busName,
		"CHAIN_STATE_MACHINE": c.pipelineARN, "DEAD_LETTER_QUEUE_URL": letters.QueueUrl(),
	},
		cdkAllow("ReadStream", jsii.String(*c.tableARN+"/stream/*"), "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"),
		cdkAllow("WriteHistory", c.tableARN, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
		cdkAllow("PutEvents", c.bus.EventBusArn(), "events:PutEvents"),
		cdkAllow("PutAside", lettersARN, "sqs:SendMessage"),
		cdkAllow("RunPipeline", c.pipelineARN, "states:SendTaskFailure", "states:SendTaskHeartbeat", "states:SendTaskSuccess", "states:StartExecution"),
		cdkAllow("StopSuperseded", executions, "states:StopExecution"),
	)
	mapping := awslambda.NewEventSourceMapping(c.self, jsii.String("OutboxMapping"), &awslambda.EventSourceMappingProps{
		Target: function, EventSourceArn: c.streamARN,
		StartingPosition: awslambda.StartingPosition_TRIM_HORIZON, BatchSize: jsii.Number(100), BisectBatchOnError: jsii.Bool(false),
		MaxRecordAge: awscdk.Duration_Hours(jsii.Number(23)),
		Filters: &[]*map[string]any{awslambda.FilterCriteria_Filter(&map[string]any{
			"eventName": []string{"INSERT", "MODIFY"},
			"dynamodb": map[string]any{"Keys": map[string]any{"sk": map[string]any{"S": []any{
				map[string]string{"prefix": "A#STAGE#"}, map[string]string{"prefix": "R#"}, map[string]string{"prefix": "H#"},
			}}}},
		})},
		OnFailure: &cdkLetters{lettersARN},
	})
	mapping.Node().AddDependency(policy)
}

// cdkLetters is a destination whose permission is given already.
type cdkLetters struct{ arn *string }

func (l *cdkLetters) Bind(awslambda.IEventSourceMapping, awslambda.IFunction) *awslambda.DlqDestinationConfig {
	return &awslambda.DlqDestinationConfig{Destination: l.arn}
}

func (c *cdkSupplyChain) name() *string { return jsii.String("Stack-" + *c.self.Node().Id()) }

func (c *cdkSupplyChain) watch() {
	function, _ := cdkOwnFunction(c.self, "Watch", "Policy", "Looks for stages of a supply chain that are late", map[string]*string{
		"CHAIN_TABLE": c.tableName, "CHAIN_PLAN": jsii.String(plan), "CHAIN_NAME": c.name(),
	},
		cdkAllow("ReadDue", jsii.String(*c.tableARN+"/index/timeline"), "dynamodb:Query"),
		cdkAllow("WriteHistory", c.tableARN, "dynamodb:PutItem"),
	)
	functionARN := function.FunctionArn()
	schedule := awsevents.NewRule(c.self, jsii.String("WatchSchedule"), &awsevents.RuleProps{
		Schedule: awsevents.Schedule_Rate(awscdk.Duration_Minutes(jsii.Number(5))),
	})
	schedule.AddTarget(&cdkTarget{&awsevents.RuleTargetConfig{
		Arn:         functionARN,
		RetryPolicy: &awsevents.CfnRule_RetryPolicyProperty{MaximumRetryAttempts: jsii.Number(1), MaximumEventAgeInSeconds: jsii.Number(60)},
	}})
	awslambda.NewCfnPermission(c.self, jsii.String("WatchPermission"), &awslambda.CfnPermissionProps{
		Action: jsii.String("lambda:InvokeFunction"), FunctionName: functionARN,
		Principal: jsii.String("events.amazonaws.com"), SourceArn: schedule.RuleArn(),
	})
}

// routed is a source whose events come from a bus.
func (c *cdkSupplyChain) routed(scope constructs.Construct, id, name string, bus awsevents.IEventBus, pattern *awsevents.EventPattern, mapping string) {
	source := constructs.NewConstruct(scope, jsii.String(id))
	consumer := constructs.NewConstruct(source, jsii.String("Consumer"))
	letters := cdkDeadLetters(consumer, "DeadLetterQueue", nil)
	queue := cdkQueue(consumer, letters, nil)
	c.intake(consumer, name, queue, letters, "eventbridge", mapping)

	routed := constructs.NewConstruct(source, jsii.String("Rule"))
	rule := awsevents.NewRule(routed, jsii.String("Rule"), &awsevents.RuleProps{EventBus: bus, EventPattern: pattern})
	cdkRoute(rule, c.account, queue, letters)
}

func (c *cdkSupplyChain) intake(self constructs.Construct, name string, queue, letters awssqs.Queue, envelope, mapping string) {
	variables := map[string]*string{
		"CHAIN_TABLE": c.tableName, "CHAIN_PLAN": jsii.String(plan), "CHAIN_SOURCE": jsii.String(name), "CHAIN_SOURCE_KIND": jsii.String("executions"),
		"CHAIN_CLAIM_SECONDS": jsii.String("1209600"), "DEAD_LETTER_QUEUE_URL": letters.QueueUrl(),
	}
	queueARN := queue.QueueArn()
	statements := []awsiam.PolicyStatement{
		cdkAllow("", queueARN, "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"),
		cdkAllow("", letters.QueueArn(), "sqs:SendMessage"),
		cdkAllow("ApplyEvents", c.tableARN, "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"),
	}
	if mapping != "" {
		variables["CHAIN_SOURCE_KIND"] = jsii.String("partner")
		variables["CHAIN_ENVELOPE"], variables["CHAIN_MAPPINGS"], variables["CHAIN_BUCKET"] = &envelope, &mapping, c.bucketName
		statements = append(statements, cdkAllow("StorePayloads", c.objects, "s3:PutObject"))
	}
	function, policy := cdkOwnFunction(self, "Function", "Policy", "Applies events of the source "+name+" to the state table of a supply chain", variables, statements...)
	cdkMapping(self, function, queueARN, jsii.Number(10)).Node().AddDependency(policy)
}

// cdkOwnFunction is a function with what it may do.
func cdkOwnFunction(self constructs.Construct, id, policyID, what string, variables map[string]*string, statements ...awsiam.PolicyStatement) (awslambda.Function, awsiam.Policy) {
	if id != "Function" {
		policyID = id + policyID
	}
	function := cdkGoFunction(self, id, jsii.String(what), variables)
	return function, awsiam.NewPolicy(self, jsii.String(policyID), &awsiam.PolicyProps{
		Roles: &[]awsiam.IRole{function.Role()}, Statements: &statements,
	})
}

func cdkAllow(sid string, resource *string, actions ...string) awsiam.PolicyStatement {
	p := &awsiam.PolicyStatementProps{Actions: jsii.Strings(actions...), Resources: &[]*string{resource}}
	if sid != "" {
		p.Sid = &sid
	}
	return awsiam.NewPolicyStatement(p)
}

func cdkLogs(self constructs.Construct, id string) awslogs.LogGroup {
	return awslogs.NewLogGroup(self, jsii.String(id), &awslogs.LogGroupProps{Retention: awslogs.RetentionDays_ONE_MONTH})
}
