package supplychain

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"github.com/mediasupplychain/cdk/custombus"
	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/props"
)

// SecondStart says what happens to an event that starts a run while the asset
// has one.
type SecondStart string

// What can happen to a second start. One that occurred before the active run's
// own start is always kept as stale, and has no effect.
const (
	// Refuse keeps the event in the history, and does nothing else.
	Refuse SecondStart = "Refuse"
	// Queue begins the run when the active one is over. Up to 10 starts of an
	// asset wait.
	Queue SecondStart = "Queue"
	// Supersede ends the active run and begins the new one, as for a new version
	// of a master. Partners that are at work are told on the bus ("stage.canceled").
	Supersede SecondStart = "Supersede"
)

// policies of the handlers, by what users call them.
var policies = map[SecondStart]chain.Policy{Refuse: chain.Refuse, Queue: chain.Queue, Supersede: chain.Supersede}

// SupplyChainProps configures a [SupplyChain].
type SupplyChainProps struct {
	// Stages are what is done to an asset, in order: 1 to 45 of [Function],
	// [Partner], [Approval], [Parallel] and [Task], those within others counted.
	// Required.
	Stages *[]Stage

	// SecondStart says what happens to an event that starts a run while the asset
	// has one: Refuse, Queue or Supersede.
	//
	// Default: Refuse.
	SecondStart SecondStart

	// Name tells supply chains apart: the source of what this one puts on its bus
	// is "/supplychains/" and the name. A letter or digit, then up to 63 letters,
	// digits, dots, underscores and hyphens.
	//
	// Default: the construct's path, "Stack-Chain".
	Name *string

	// ClaimHorizon is how long an event is recognised when it comes again, from 1
	// hour to 365 days. It must be longer than any partner sends again.
	//
	// Default: 14 days.
	ClaimHorizon awscdk.Duration

	// WatchInterval is how often lateness is looked for, in whole minutes from 1
	// to 60.
	//
	// Default: 5 minutes.
	WatchInterval awscdk.Duration

	// EncryptionKey encrypts the table, the new bucket, and the queues of the
	// sources. Of an imported key the policy is not changed.
	//
	// Default: keys that AWS owns.
	EncryptionKey awskms.IKey

	// TableProps overrides single properties of the table, except its keys, its
	// stream, its time to live and its encryption.
	//
	// Default: on demand, point-in-time recovery, deletion protection, retained
	// with the stack.
	TableProps *awsdynamodb.TableProps

	// ExistingBucket takes payloads above 64 KiB instead of a new bucket. Its
	// encryption and lifecycle are not changed. Excludes BucketProps.
	//
	// Default: a new bucket.
	ExistingBucket awss3.IBucket

	// BucketProps overrides single properties of the new bucket.
	//
	// Default: encrypted, TLS only, private, intelligent tiering after 30 days,
	// deleted after 400 days, retained with the stack.
	BucketProps *awss3.BucketProps

	// ExistingBus gets the supply chain's events instead of a new bus. Excludes
	// BusProps.
	//
	// Default: a new bus with an archive.
	ExistingBus awsevents.IEventBus

	// BusProps overrides single properties of the new bus: its publishers, its
	// archive, its logs.
	//
	// Default: those of custombus.BusProps.
	BusProps *custombus.BusProps

	// FunctionProps overrides single properties of the supply chain's own
	// functions, except Code: their architecture, memory, log level.
	//
	// Default: runtime provided.al2023 on arm64, 256 MB, a timeout of 30 seconds,
	// logs in JSON kept for a month.
	FunctionProps *awslambda.FunctionProps

	// OutboxMappingProps overrides single properties of the mapping of the table's
	// stream to the outbox, such as ParallelizationFactor; order per asset is kept
	// in any case.
	//
	// Default: batches of up to 100 records, tried again for up to 23 hours.
	OutboxMappingProps *awslambda.EventSourceMappingProps

	// PipelineProps overrides single properties of the state machine, except its
	// definition, role, type and query language.
	//
	// Default: errors logged, without the execution's data.
	PipelineProps *awsstepfunctions.StateMachineProps

	// Tracing turns on AWS X-Ray for the pipeline and the functions.
	//
	// Default: false.
	Tracing *bool
}

var chainNameShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func (p *SupplyChainProps) problems() []error {
	all := p.stageProblems()
	if _, ok := policies[p.SecondStart]; !ok {
		all = append(all, fmt.Errorf("SecondStart must be Refuse, Queue or Supersede, got %q", p.SecondStart))
	}
	return append(all,
		props.Pattern("Name", p.Name, chainNameShape, "a letter or digit and up to 63 letters, digits, dots, underscores and hyphens"),
		p.claimHorizon().within("ClaimHorizon", 60*minute, year),
		p.watchInterval().within("WatchInterval", minute, 60*minute),
		p.intervalProblem(),
		p.tableProblem(),
		props.Exclusive("ExistingBucket", p.ExistingBucket, "BucketProps", p.BucketProps),
		props.Exclusive("ExistingBus", p.ExistingBus, "BusProps", p.BusProps),
		p.functionProblem(),
		p.mappingProblem(),
		p.pipelineProblem(),
	)
}

func (p *SupplyChainProps) stages() []Stage {
	if p.Stages == nil {
		return nil
	}
	return *p.Stages
}

func (p *SupplyChainProps) stageProblems() []error {
	stages := p.stages()
	if len(stages) == 0 {
		return []error{props.Required("Stages", nil)}
	}
	all := sequence(stages, names{})
	if n := len(slots(stages)); n > chain.StageLimit {
		all = append(all, fmt.Errorf("%s must be at most %d, got %d: a start writes all of them in one transaction of DynamoDB", "Stages", chain.StageLimit, n))
	}
	seen := map[string]int{}
	for _, s := range every(stages) {
		seen[s.stageName()]++
		if seen[s.stageName()] == 2 {
			all = append(all, fmt.Errorf("%s has several with the name %q: names must be unique, those of a Parallel and of approvals too", "Stages", s.stageName()))
		}
	}
	return all
}

func (p *SupplyChainProps) intervalProblem() error {
	interval := p.watchInterval()
	if !interval.known() || interval.seconds()%minute == 0 {
		return nil
	}
	return fmt.Errorf("WatchInterval must be whole minutes, got %d seconds", interval.seconds())
}

func (p *SupplyChainProps) claimHorizon() span  { return spanOf(p.ClaimHorizon, claimHorizon) }
func (p *SupplyChainProps) watchInterval() span { return spanOf(p.WatchInterval, watchInterval) }

// tableProblem reports what the supply chain must decide itself.
func (p *SupplyChainProps) tableProblem() error {
	t := p.TableProps
	if t == nil {
		return nil
	}
	return setByUs("TableProps", map[string]bool{
		"PartitionKey": t.PartitionKey != nil, "SortKey": t.SortKey != nil, "Stream": t.Stream != "",
		"TimeToLiveAttribute": t.TimeToLiveAttribute != nil, "Encryption": t.Encryption != "", "EncryptionKey": t.EncryptionKey != nil,
	})
}

func (p *SupplyChainProps) functionProblem() error {
	if p.FunctionProps == nil || p.FunctionProps.Code == nil {
		return nil
	}
	return errors.New("FunctionProps.Code must be unset: the functions are the library's")
}

func (p *SupplyChainProps) mappingProblem() error {
	m := p.OutboxMappingProps
	if m == nil {
		return nil
	}
	return setByUs("OutboxMappingProps", map[string]bool{
		"Target": m.Target != nil, "EventSourceArn": m.EventSourceArn != nil, "Filters": m.Filters != nil, "OnFailure": m.OnFailure != nil,
		// The outbox answers with an error, see ADR 15; a list of failures would be taken for success.
		"ReportBatchItemFailures": m.ReportBatchItemFailures != nil,
	})
}

func (p *SupplyChainProps) pipelineProblem() error {
	m := p.PipelineProps
	if m == nil {
		return nil
	}
	return setByUs("PipelineProps", map[string]bool{
		"Definition": m.Definition != nil, "DefinitionBody": m.DefinitionBody != nil, "Role": m.Role != nil,
		"StateMachineType": m.StateMachineType != "", "QueryLanguage": m.QueryLanguage != "", "TracingEnabled": m.TracingEnabled != nil,
	})
}

// setByUs reports each property that is given but decided by the construct.
func setByUs(name string, given map[string]bool) error {
	var all []error
	for property, set := range given {
		if set {
			all = append(all, fmt.Errorf("%s.%s must be unset: the supply chain decides it", name, property))
		}
	}
	slices.SortFunc(all, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(all...)
}
