package sqslambda_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/sqslambda"
	"github.com/mediasupplychain/cdk/testkit"
)

func seconds(n float64) awscdk.Duration { return awscdk.Duration_Seconds(jsii.Number(n)) }

func TestProblems(t *testing.T) {
	type props = sqslambda.ConsumerProps
	for name, c := range map[string]struct {
		props func(scope constructs.Construct) *props
		want  string
	}{
		"no properties": {
			func(constructs.Construct) *props { return nil },
			"- one of Function, GoPackage, Code is required",
		},
		"two functions": {
			func(s constructs.Construct) *props {
				return &props{Function: ownFunction(s, "Mine", 3), GoPackage: goPackage(), FunctionProps: &awslambda.FunctionProps{}, Tracing: jsii.Bool(true)}
			},
			"- Function and GoPackage exclude each other: set one of them\n" +
				"- Function and FunctionProps exclude each other: set one of them\n" +
				"- Function and Tracing exclude each other: set one of them",
		},
		"function properties that are not the user's": {
			func(constructs.Construct) *props {
				return &props{GoPackage: goPackage(), FunctionProps: &awslambda.FunctionProps{
					Code: awslambda.Code_FromInline(jsii.String("x")), Runtime: awslambda.Runtime_NODEJS_22_X(), Timeout: seconds(1000),
				}}
			},
			"- FunctionProps.Code must be unset: set Code or GoPackage\n" +
				"- FunctionProps.Runtime must be PROVIDED_AL2023 or unset with GoPackage, got nodejs22.x\n" +
				"- FunctionProps.Timeout must be between 1 and 900 seconds, got 1000",
		},
		"timeout of a fraction": {
			func(constructs.Construct) *props {
				return &props{GoPackage: goPackage(), FunctionProps: &awslambda.FunctionProps{Timeout: awscdk.Duration_Millis(jsii.Number(1500))}}
			},
			"- FunctionProps.Timeout must be a whole number of seconds, got 1.5",
		},
		"FIFO batch": {
			func(constructs.Construct) *props {
				return &props{GoPackage: goPackage(), Fifo: jsii.Bool(true), BatchSize: jsii.Number(11), BatchingWindow: seconds(5)}
			},
			"- BatchSize must be between 1 and 10, got 11\n- BatchingWindow must be unset: a FIFO queue has none",
		},
		"large batch without window": {
			func(constructs.Construct) *props { return &props{GoPackage: goPackage(), BatchSize: jsii.Number(500)} },
			"- BatchSize above 10 needs a BatchingWindow of at least 1 second, got BatchSize 500 without one",
		},
		"batch and window out of range": {
			func(constructs.Construct) *props {
				return &props{GoPackage: goPackage(), BatchSize: jsii.Number(10001), BatchingWindow: seconds(301)}
			},
			"- BatchSize must be between 1 and 10000, got 10001\n- BatchingWindow must be between 0 and 300 seconds, got 301",
		},
		"one at a time": {
			func(constructs.Construct) *props {
				return &props{GoPackage: goPackage(), MaxConcurrency: jsii.Number(1)}
			},
			"- MaxConcurrency must be between 2 and 1000, got 1: to process one message after the other, use a FIFO queue and a single message group, or reserve a concurrency of 1 for the function",
		},
		"too many at a time": {
			func(constructs.Construct) *props {
				return &props{GoPackage: goPackage(), MaxConcurrency: jsii.Number(1001)}
			},
			"- MaxConcurrency must be between 2 and 1000, got 1001",
		},
		"more at a time than reserved": {
			func(constructs.Construct) *props {
				return &props{GoPackage: goPackage(), MaxConcurrency: jsii.Number(20), FunctionProps: &awslambda.FunctionProps{ReservedConcurrentExecutions: jsii.Number(10)}}
			},
			"- MaxConcurrency must not exceed the function's reserved concurrency of 10, or messages are throttled into the dead-letter queue: got 20",
		},
		"more at a time than your function reserves": {
			func(s constructs.Construct) *props {
				f := ownFunction(s, "Mine", 3)
				var cfn awslambda.CfnFunction
				jsii.UnsafeCast(f.Node().DefaultChild(), &cfn)
				cfn.SetReservedConcurrentExecutions(jsii.Number(5))
				return &props{Function: f, MaxConcurrency: jsii.Number(6)}
			},
			"- MaxConcurrency must not exceed the function's reserved concurrency of 5, or messages are throttled into the dead-letter queue: got 6",
		},
		"mapping properties that are elsewhere": {
			func(constructs.Construct) *props {
				return &props{GoPackage: goPackage(), MaxConcurrency: jsii.Number(5), MappingProps: &awslambda.EventSourceMappingProps{
					BatchSize: jsii.Number(1), MaxBatchingWindow: seconds(1), MaxConcurrency: jsii.Number(2), Filters: &[]*map[string]any{}, EventSourceArn: jsii.String("x"),
					ProvisionedPollerConfig: &awslambda.ProvisionedPollerConfig{MinimumPollers: jsii.Number(2)},
				}}
			},
			"- MappingProps.BatchSize must be unset: set BatchSize\n" +
				"- MappingProps.MaxBatchingWindow must be unset: set BatchingWindow\n" +
				"- MappingProps.MaxConcurrency must be unset: set MaxConcurrency\n" +
				"- MappingProps.Filters must be unset: set Filters\n" +
				"- MappingProps.EventSourceArn and Target must be unset: they are the queue and the function\n" +
				"- MaxConcurrency and MappingProps.ProvisionedPollerConfig exclude each other: set one of them",
		},
		"visibility shorter than the function's timeout": {
			func(constructs.Construct) *props {
				return &props{GoPackage: goPackage(), QueueProps: &awssqs.QueueProps{VisibilityTimeout: seconds(29)}}
			},
			"- QueueProps.VisibilityTimeout must be at least the function's timeout of 30 seconds, better six times that, got 29",
		},
		"visibility of an existing queue shorter than the function's timeout": {
			func(s constructs.Construct) *props {
				return &props{Function: ownFunction(s, "Mine", 60), ExistingQueue: awssqs.NewQueue(s, jsii.String("Ingest"), nil)}
			},
			"- ExistingQueue's visibility timeout must be at least the function's timeout of 60 seconds, better six times that, got 30",
		},
		"an imported function of whose timeout nothing is known": {
			func(s constructs.Construct) *props {
				return &props{Function: awslambda.Function_FromFunctionName(s, jsii.String("Theirs"), jsii.String("theirs"))}
			},
			"- QueueProps.VisibilityTimeout is required with an imported Function, whose timeout is not known here: give at least six times that timeout",
		},
		"what cannot be changed on an existing queue": {
			func(s constructs.Construct) *props {
				return &props{
					GoPackage: goPackage(), ExistingQueue: importedQueue(s, "ingest"), QueueProps: &awssqs.QueueProps{},
					DeadLetterQueueProps: &awssqs.QueueProps{}, MaxReceiveCount: jsii.Number(5), ExistingDeadLetterQueue: importedQueue(s, "parked"),
				}
			},
			"- ExistingQueue and QueueProps exclude each other: set one of them\n" +
				"- ExistingQueue and DeadLetterQueueProps exclude each other: set one of them\n" +
				"- ExistingQueue and MaxReceiveCount exclude each other: set one of them\n" +
				"- ExistingDeadLetterQueue and DeadLetterQueueProps exclude each other: set one of them",
		},
		"too few receives": {
			func(constructs.Construct) *props {
				return &props{GoPackage: goPackage(), MaxReceiveCount: jsii.Number(0)}
			},
			"- MaxReceiveCount must be between 1 and 1000, got 0",
		},
		"a queue of two kinds": {
			func(constructs.Construct) *props {
				return &props{
					GoPackage: goPackage(), Fifo: jsii.Bool(true),
					QueueProps:           &awssqs.QueueProps{Fifo: jsii.Bool(false), QueueName: jsii.String("renditions")},
					DeadLetterQueueProps: &awssqs.QueueProps{Fifo: jsii.Bool(false)},
				}
			},
			"- QueueProps.Fifo must be true or unset, got false: a queue and its dead-letter queue are of one kind\n" +
				"- QueueProps.QueueName must end with \".fifo\" if the queue is FIFO, and only then, got \"renditions\"\n" +
				"- DeadLetterQueueProps.Fifo must be true or unset, got false: a queue and its dead-letter queue are of one kind",
		},
		"an existing queue of the other kind": {
			func(s constructs.Construct) *props {
				return &props{GoPackage: goPackage(), Fifo: jsii.Bool(true), ExistingQueue: importedQueue(s, "ingest")}
			},
			"- ExistingQueue must be a FIFO queue, got a standard one; import one by token with Fifo: true",
		},
		"an existing FIFO queue that is to be standard": {
			func(s constructs.Construct) *props {
				return &props{GoPackage: goPackage(), Fifo: jsii.Bool(false), ExistingQueue: importedQueue(s, "ingest.fifo")}
			},
			"- ExistingQueue must be a standard queue, got a FIFO one: leave Fifo out, the queue says it",
		},
		"a standard dead-letter queue of a FIFO queue": {
			func(s constructs.Construct) *props {
				return &props{GoPackage: goPackage(), Fifo: jsii.Bool(true), ExistingDeadLetterQueue: importedQueue(s, "parked")}
			},
			"- ExistingDeadLetterQueue must be a FIFO queue like what is before it, got a standard one; import one by token with Fifo: true",
		},
		"a FIFO dead-letter queue of a standard queue": {
			func(s constructs.Construct) *props {
				return &props{GoPackage: goPackage(), ExistingDeadLetterQueue: importedQueue(s, "parked.fifo")}
			},
			"- ExistingDeadLetterQueue must be a standard queue like what is before it, got a FIFO one",
		},
		"a dead-letter queue that is not the existing queue's": {
			func(s constructs.Construct) *props {
				queue, _ := ownQueue(s)
				return &props{GoPackage: goPackage(), ExistingQueue: queue, ExistingDeadLetterQueue: importedQueue(s, "parked")}
			},
			"- ExistingDeadLetterQueue is not the dead-letter queue of ExistingQueue: leave it out, the queue says it",
		},
		"a dead-letter queue among the queue's properties": {
			func(s constructs.Construct) *props {
				return &props{GoPackage: goPackage(), QueueProps: &awssqs.QueueProps{
					VisibilityTimeout: awscdk.Duration_Hours(jsii.Number(13)),
					DeadLetterQueue:   &awssqs.DeadLetterQueue{Queue: importedQueue(s, "parked"), MaxReceiveCount: jsii.Number(3)},
				}}
			},
			"- QueueProps.DeadLetterQueue must be unset: bring a dead-letter queue with ExistingDeadLetterQueue, set its receives with MaxReceiveCount\n" +
				"- QueueProps.VisibilityTimeout must be between 0 and 43200 seconds, got 46800",
		},
		"senders that are none": {
			func(constructs.Construct) *props {
				return &props{
					GoPackage: goPackage(), SenderAccounts: jsii.Strings("*"), SenderOrganizations: jsii.Strings("*"),
					SenderPrincipals: jsii.Strings("arn:aws:iam::111122223333:root"),
				}
			},
			"- SenderAccounts[0] must be an account id of 12 digits, got \"*\"\n" +
				"- SenderOrganizations[0] must be an organization id such as \"o-a1b2c3d4e5\", got \"*\"\n" +
				"- SenderPrincipals[0] must be the ARN of an IAM role or user, got \"arn:aws:iam::111122223333:root\"",
		},
		"a key that other accounts cannot use": {
			func(constructs.Construct) *props {
				return &props{
					GoPackage: goPackage(), SenderAccounts: jsii.Strings("111122223333"),
					QueueProps: &awssqs.QueueProps{Encryption: awssqs.QueueEncryption_KMS_MANAGED},
				}
			},
			"- QueueProps.Encryption must not use the AWS managed key (KMS_MANAGED), which lets neither AWS services nor other accounts send: use SQS_MANAGED, or KMS with a key of your own",
		},
		"an existing queue with a key that other accounts cannot use": {
			func(s constructs.Construct) *props {
				return &props{
					GoPackage: goPackage(), SenderAccounts: jsii.Strings("111122223333"),
					ExistingQueue: awssqs.NewQueue(s, jsii.String("Ingest"), &awssqs.QueueProps{Encryption: awssqs.QueueEncryption_KMS_MANAGED, VisibilityTimeout: seconds(180)}),
				}
			},
			"- ExistingQueue must not use the AWS managed key (KMS_MANAGED), which lets neither AWS services nor other accounts send: use SQS_MANAGED, or KMS with a key of your own",
		},
	} {
		t.Run(name, func(t *testing.T) {
			stack := testkit.NewStack(t)
			given := c.props(stack)
			err := cdktest.Problem(t, stack, func(scope constructs.Construct, id *string) { sqslambda.NewConsumer(scope, id, given) })
			assert.EqualError(t, err, "sqslambda.Consumer \"Stack/Bad\": invalid properties:\n"+c.want)
		})
	}
}

func TestACompilersErrorIsOneOfTheProblems(t *testing.T) {
	stack := testkit.NewStack(t, testkit.WithContext(map[string]any{"aws:cdk:bundling-stacks": []any{"**"}}))
	err := cdktest.Problem(t, stack, func(scope constructs.Construct, id *string) {
		sqslambda.NewConsumer(scope, id, &sqslambda.ConsumerProps{GoPackage: jsii.String("./testdata/broken"), BatchSize: jsii.Number(0)})
	})
	assert.EqualError(t, err, `sqslambda.Consumer "Stack/Bad": invalid properties:
- BatchSize must be between 1 and 10000, got 0
- GoPackage: cannot build ./testdata/broken:
# github.com/mediasupplychain/cdk/sqslambda/testdata/broken
testdata/broken/main.go:4:15: undefined: handle
testdata/broken/main.go:4:22: undefined: undefinedEvent
  Or pass what was built elsewhere as Code`)
}

func TestAGoPackageIsCompiledForLambda(t *testing.T) {
	stack := testkit.NewStack(t, testkit.WithContext(map[string]any{"aws:cdk:bundling-stacks": []any{"**"}}))
	c := newConsumer(stack, &sqslambda.ConsumerProps{GoPackage: goPackage()})
	key := cdktest.PropertiesOf(t, c.Function)["Code"].(map[string]any)["S3Key"]
	assert.Regexp(t, `^[0-9a-f]{64}\.zip$`, key)
	assert.NotRegexp(t, `^0{64}`, key, "the asset of tests, which compile nothing")
}

func TestTokensPass(t *testing.T) {
	stack := testkit.NewStack(t)
	parameter := awscdk.NewCfnParameter(stack, jsii.String("P"), &awscdk.CfnParameterProps{Type: jsii.String("Number")})
	number := parameter.ValueAsNumber()
	c := newConsumer(stack, &sqslambda.ConsumerProps{
		GoPackage:       goPackage(),
		QueueProps:      &awssqs.QueueProps{VisibilityTimeout: awscdk.Duration_Seconds(number)},
		MaxReceiveCount: number,
		BatchSize:       number,
		MaxConcurrency:  number,
		SenderAccounts:  &[]*string{awscdk.Aws_ACCOUNT_ID()},
	})
	reference := map[string]any{"Ref": "P"}
	assert.Equal(t, reference, cdktest.PropertiesOf(t, c.Queue)["VisibilityTimeout"])
	assert.Equal(t, reference, cdktest.PropertiesOf(t, c.Mapping)["BatchSize"])
	assert.Equal(t, map[string]any{"MaximumConcurrency": reference}, cdktest.PropertiesOf(t, c.Mapping)["ScalingConfig"])
}

func TestWhatWorksButIsProbablyNotMeant(t *testing.T) {
	stack := testkit.NewStack(t)
	newConsumer(stack, &sqslambda.ConsumerProps{
		GoPackage:       goPackage(),
		MaxReceiveCount: jsii.Number(3),
		QueueProps:      &awssqs.QueueProps{VisibilityTimeout: seconds(90)},
		Filters: &[]*map[string]any{awslambda.FilterCriteria_Filter(&map[string]any{
			"body": map[string]any{"state": awslambda.FilterRule_IsEqual(jsii.String("done"))},
		})},
	})
	assert.Equal(t, []string{
		"MaxReceiveCount is 3: a throttled function also counts as a receive, so messages can be parked that were never tried. AWS advises at least 5. [ack: mediasupplychain:fewReceives]",
		"Messages that no filter matches are deleted from the queue: they reach neither the function nor the dead-letter queue (Lambda developer guide, \"Control which events Lambda sends to your function\"). [ack: mediasupplychain:filtersDelete]",
		"QueueProps.VisibilityTimeout is 90 seconds: AWS advises six times the function's timeout (plus the batching window), here 180, so that a throttled batch is not delivered twice. [ack: mediasupplychain:shortVisibility]",
	}, cdktest.Warnings(t, stack))
}
