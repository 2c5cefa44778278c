// Package consumer is what the constructs share about the function that reads
// a queue: where its code comes from, the event source mapping, and what it may do.
package consumer

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/function"
	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/queue"
)

// Props is what a user says about the function behind a queue. The field names
// are those of the public properties, since problems name them.
type Props struct {
	Function       awslambda.IFunction
	GoPackage      *string
	Code           awslambda.Code
	FunctionProps  *awslambda.FunctionProps
	Tracing        *bool
	DisableBackoff *bool

	BatchSize      *float64
	BatchingWindow awscdk.Duration
	MaxConcurrency *float64
	Filters        *[]*map[string]any
	MappingProps   *awslambda.EventSourceMappingProps
}

// Any says whether there is to be a consumer at all.
func (p *Props) Any() bool { return *p != Props{} }

// Plan is a consumer whose properties are checked and whose code is compiled:
// what is left can be defined without failing.
type Plan struct {
	props    *Props
	source   *queue.Source
	code     awslambda.Code
	timeout  *float64 // of the function, in seconds; nil where it is unknown
	imported bool     // the function is, and nothing is known about it
}

// NewPlan checks the properties and compiles the code, so that a compiler's
// error is one of the problems and is reported before anything is defined.
func NewPlan(scope constructs.Construct, p *Props, source *queue.Source) (*Plan, error) {
	plan := &Plan{props: p, source: source}
	plan.timeout, plan.imported = p.timeout()
	problems := []error{
		props.OneOf("Function", p.Function, "GoPackage", p.GoPackage, "Code", p.Code),
		props.Exclusive("Function", p.Function, "FunctionProps", p.FunctionProps),
		props.Exclusive("Function", p.Function, "Tracing", p.Tracing),
		p.functionProblems(),
		p.batchProblems(source.IsFifo()),
		p.concurrencyProblems(),
		p.mappingProblems(),
		plan.visibilityProblem(),
	}
	code, err := p.compiled(scope)
	plan.code = code
	return plan, errors.Join(append(problems, err)...)
}

// compiled gives the code of a new function.
func (p *Props) compiled(scope constructs.Construct) (awslambda.Code, error) {
	if p.GoPackage == nil {
		return p.Code, nil
	}
	code, err := function.GoCode(scope, "GoPackage", *p.GoPackage, p.FunctionProps)
	if err != nil {
		return nil, fmt.Errorf("%w\n  Or pass what was built elsewhere as Code", err)
	}
	return code, nil
}

// functionProblems reports what FunctionProps must leave to the construct.
func (p *Props) functionProblems() error {
	f := p.FunctionProps
	if f == nil {
		return nil
	}
	var all []error
	if f.Code != nil {
		all = append(all, errors.New("FunctionProps.Code must be unset: set Code or GoPackage"))
	}
	if p.GoPackage != nil && f.Runtime != nil && *f.Runtime.Name() != "provided.al2023" {
		all = append(all, fmt.Errorf("FunctionProps.Runtime must be PROVIDED_AL2023 or unset with GoPackage, got %s", *f.Runtime.Name()))
	}
	return errors.Join(append(all, props.Duration("FunctionProps.Timeout", f.Timeout, 1, maxTimeout))...)
}

// batchProblems follow the limits of the Lambda developer guide, "Lambda
// parameters for Amazon SQS event source mappings".
func (p *Props) batchProblems(fifo bool) error {
	if fifo {
		all := []error{props.Range("BatchSize", p.BatchSize, 1, maxFifoBatch)}
		if p.BatchingWindow != nil {
			all = append(all, errors.New("BatchingWindow must be unset: a FIFO queue has none"))
		}
		return errors.Join(all...)
	}
	all := []error{
		props.Range("BatchSize", p.BatchSize, 1, maxBatch),
		props.Duration("BatchingWindow", p.BatchingWindow, 0, maxWindow),
	}
	if n := p.BatchSize; n != nil && *n > batchWithoutWindow && !p.hasWindow() && !*awscdk.Token_IsUnresolved(n) {
		all = append(all, fmt.Errorf("BatchSize above %d needs a BatchingWindow of at least 1 second, got BatchSize %g without one", batchWithoutWindow, *n))
	}
	return errors.Join(all...)
}

func (p *Props) hasWindow() bool {
	return p.BatchingWindow != nil && (*p.BatchingWindow.IsUnresolved() || queue.Seconds(p.BatchingWindow) >= 1)
}

func (p *Props) concurrencyProblems() error {
	n := p.MaxConcurrency
	if n == nil {
		return nil
	}
	if *n == 1 {
		return errors.New("MaxConcurrency must be between 2 and 1000, got 1: to process one message after the other, use a FIFO queue and a single message group, or reserve a concurrency of 1 for the function")
	}
	if err := props.Range("MaxConcurrency", n, minConcurrency, maxConcurrency); err != nil {
		return err
	}
	if reserved := p.reservedConcurrency(); reserved != nil && *n > *reserved {
		return fmt.Errorf("MaxConcurrency must not exceed the function's reserved concurrency of %g, or messages are throttled into the dead-letter queue: got %g", *reserved, *n)
	}
	return nil
}

// mappingProblems reports what MappingProps must leave to other properties.
func (p *Props) mappingProblems() error {
	m := p.MappingProps
	if m == nil {
		return nil
	}
	var all []error
	for _, taken := range []struct {
		name string
		set  bool
	}{
		{"BatchSize", m.BatchSize != nil},
		{"MaxBatchingWindow", m.MaxBatchingWindow != nil},
		{"MaxConcurrency", m.MaxConcurrency != nil},
		{"Filters", m.Filters != nil},
	} {
		name := taken.name
		if name == "MaxBatchingWindow" {
			name = "BatchingWindow"
		}
		if taken.set {
			all = append(all, fmt.Errorf("MappingProps.%s must be unset: set %s", taken.name, name))
		}
	}
	if m.EventSourceArn != nil || m.Target != nil {
		all = append(all, errors.New("MappingProps.EventSourceArn and Target must be unset: they are the queue and the function"))
	}
	if m.ProvisionedPollerConfig != nil && p.MaxConcurrency != nil {
		all = append(all, errors.New("MaxConcurrency and MappingProps.ProvisionedPollerConfig exclude each other: set one of them"))
	}
	return errors.Join(all...)
}

// visibilityProblem reports a visibility timeout shorter than the function's,
// with which Lambda refuses the mapping, and a function of whose timeout
// nothing is known.
func (p *Plan) visibilityProblem() error {
	seconds, from, known := p.givenVisibility()
	switch {
	case p.imported && from == "":
		return errors.New("QueueProps.VisibilityTimeout is required with an imported Function, whose timeout is not known here: give at least six times that timeout")
	case p.timeout == nil || !known || seconds >= *p.timeout:
		return nil
	}
	return fmt.Errorf("%s must be at least the function's timeout of %g seconds, better six times that, got %g", from, *p.timeout, seconds)
}

// givenVisibility is the visibility timeout that is not the library's to choose,
// and where it comes from; known says whether its value is.
func (p *Plan) givenVisibility() (seconds float64, from string, known bool) {
	if existing := p.source.ExistingQueue; existing != nil {
		seconds, known = queue.VisibilityOf(existing)
		return seconds, "ExistingQueue's visibility timeout", known
	}
	if q := p.source.QueueProps; q != nil && q.VisibilityTimeout != nil {
		if *q.VisibilityTimeout.IsUnresolved() {
			return 0, "QueueProps.VisibilityTimeout", false
		}
		return queue.Seconds(q.VisibilityTimeout), "QueueProps.VisibilityTimeout", true
	}
	return 0, "", false
}

// QueueLayer is what a function wants of its queue: a visibility timeout that
// is long enough. It is nil where that is not known, see visibilityProblem,
// and where there is no function.
func (p *Plan) QueueLayer() *awssqs.QueueProps {
	if p == nil || p.timeout == nil {
		return nil
	}
	return &awssqs.QueueProps{VisibilityTimeout: awscdk.Duration_Seconds(jsii.Number(queue.Visibility(*p.timeout, p.props.BatchingWindow)))}
}
