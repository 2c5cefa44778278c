package supplychain

import (
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/custombus"
	"github.com/mediasupplychain/cdk/internal/alarm"
	"github.com/mediasupplychain/cdk/internal/eventrules"
	"github.com/mediasupplychain/cdk/internal/props"
)

// SupplyChain is a state table, the pipeline that assets go through, and what
// keeps the two together. Its sources are added by [SupplyChain.AddSource].
type SupplyChain struct {
	constructs.Construct

	// Name tells supply chains apart.
	Name string

	// Table is the truth about assets, runs and stages, and has their history.
	Table awsdynamodb.Table

	// Bucket holds payloads that are too large for the table: the new bucket, or
	// ExistingBucket.
	Bucket awss3.IBucket

	// Bus gets an event for each entry of the history: requests to partners, their
	// answers, the ends of runs.
	Bus *custombus.Bus

	// Pipeline is the state machine of which each run is an execution.
	Pipeline awsstepfunctions.StateMachine

	// PipelineLogs is where Pipeline logs. Nil with logs of your own.
	PipelineLogs awslogs.LogGroup

	// Outbox is the function that does what the table says: starts executions,
	// completes tasks, puts events on the bus.
	Outbox awslambda.Function

	// OutboxLogs is where Outbox logs. Nil with a log group of your own.
	OutboxLogs awslogs.LogGroup

	// OutboxMapping is what reads the table's stream and invokes Outbox.
	OutboxMapping awslambda.EventSourceMapping

	// OutboxDeadLetterQueue keeps what Outbox could not do, with the reason.
	OutboxDeadLetterQueue awssqs.Queue

	// Watch is the function that looks for stages that are late.
	Watch awslambda.Function

	// WatchLogs is where Watch logs. Nil with a log group of your own.
	WatchLogs awslogs.LogGroup

	// WatchSchedule invokes Watch.
	WatchSchedule awsevents.Rule

	// Executions is the source that tells how executions ended.
	Executions *Source

	// Approvals is the source of people's decisions, from Bus. Nil without an
	// [Approval] among the stages.
	Approvals *Source

	props   *SupplyChainProps
	stages  []Stage
	plan    string // what the handlers know of the pipeline
	intake  awslambda.Code
	words   words
	sources constructs.Construct
	added   []*Source
	rules   *eventrules.Set
	watched *watched
}

// NewSupplyChain defines a [SupplyChain]. It panics with an error that lists
// every invalid property; nothing is defined then.
func NewSupplyChain(scope constructs.Construct, id *string, p *SupplyChainProps) *SupplyChain {
	p = props.Merge(supplyChainDefaults(), p)
	problems := p.problems()
	codes, err := p.compile(scope)
	props.Check(scope, id, "supplychain.SupplyChain", append(problems, err)...)

	c := &SupplyChain{props: p, stages: p.stages(), watched: &watched{}}
	constructs.NewConstruct_Override(c, scope, id)
	c.name()
	c.plan = c.encodedPlan()
	c.sources = constructs.NewConstruct(c, jsii.String("Sources"))

	c.intake = codes.intake
	c.defineTable()
	c.defineBucket()
	c.words = words{
		tableName: c.Table.TableName(), tableARN: c.Table.TableArn(), bucketName: c.Bucket.BucketName(),
		bucketObjects: c.Bucket.ArnForObjects(jsii.String("*")), bucketKey: c.Bucket.EncryptionKey(),
		claimSeconds: jsii.String(strconv.Itoa(c.props.claimHorizon().seconds())),
	}
	c.defineBus()
	c.definePipeline()
	c.words.pipelineARN = c.Pipeline.StateMachineArn()
	c.defineOutbox(codes.outbox)
	c.defineWatch(codes.watch)
	c.defineExecutions()
	c.defineApprovals()
	c.Node().AddValidation(&completeness{c})
	c.warnSize()
	return c
}

// words are the CDK's for what many parts of a supply chain name: each is asked
// for once.
type words struct {
	tableName, tableARN, bucketName, bucketObjects, pipelineARN, claimSeconds *string
	bucketKey                                                                 awskms.IKey // nil without one
}

// name is the one of the properties, or the path.
func (c *SupplyChain) name() {
	if c.props.Name != nil {
		c.Name = *c.props.Name
		return
	}
	c.Name = strings.ReplaceAll(*c.Node().Path(), "/", "-")
	if !chainNameShape.MatchString(c.Name) {
		c.Name = *c.Node().Addr() // long, or with characters that a name has not
	}
}

func (c *SupplyChain) defineBus() {
	p := c.props.BusProps
	if c.props.ExistingBus != nil {
		// The archive of a bus that others own is theirs to define.
		p = &custombus.BusProps{ExistingBus: c.props.ExistingBus, DisableArchive: jsii.Bool(true)}
	}
	c.Bus = custombus.NewBus(c, jsii.String("Bus"), p)
	c.rules = &eventrules.Set{
		Scope: constructs.NewConstruct(c, jsii.String("Rules")), Construct: "supplychain.Rule",
		Bus: eventrules.Bus{IEventBus: c.Bus.Bus, Name: c.Bus.Name},
	}
}

// AddAlarms defines the alarms of the supply chain, of its sources, and of the
// rules that its methods add, also of those that are added later. The action
// gets to know when an alarm begins and ends. It panics without an action, for
// invalid properties, and when called again. The argument p may be nil.
func (c *SupplyChain) AddAlarms(action awscloudwatch.IAlarmAction, p *AlarmsProps) *Alarms {
	p = props.Merge(alarmsDefaults(), p)
	scope := alarm.Scope(c, "supplychain.SupplyChain.AddAlarms", action, p.problems()...)
	c.watched.action, c.watched.props = action, p
	return c.alarms(scope)
}
