package drive

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/mediasupplychain/cdk/test/localcloud"
)

// Operator does to a deployment what only its owner may: take permissions away,
// change settings of queues, read logs.
type Operator struct {
	deployment *localcloud.Deployment
	iam        *iam.Client
	lambda     *lambda.Client
	logs       *cloudwatchlogs.Client
	queues     *sqs.Client
}

// NewOperator is the operator of a deployment.
func NewOperator(cloud *localcloud.Cloud, deployment *localcloud.Deployment) *Operator {
	config := cloud.Config()
	return &Operator{
		deployment: deployment,
		iam:        iam.NewFromConfig(config),
		lambda:     lambda.NewFromConfig(config),
		logs:       cloudwatchlogs.NewFromConfig(config),
		queues:     sqs.NewFromConfig(config),
	}
}

// SetVisibilityTimeout does what [Example.SetVisibilityTimeout] does.
func (o *Operator) SetVisibilityTimeout(ctx context.Context, timeout time.Duration) (restore func(context.Context) error, err error) {
	return setVisibilityTimeout(ctx, o.queues, o.deployment, timeout)
}

// LimitReceives does what [Example.LimitReceives] does.
func (o *Operator) LimitReceives(ctx context.Context, times int) error {
	return limitReceives(ctx, o.queues, o.deployment, times)
}

// Handler is a Lambda function of the deployment.
type Handler struct {
	ID     string // logical id, in the template
	Name   string // of the function
	RoleID string // logical id of its role
	log    string // group
}

// Handlers are the Lambda functions of the deployment.
func (o *Operator) Handlers(ctx context.Context) ([]Handler, error) {
	roles := map[string]string{}
	for _, role := range o.deployment.Resources("AWS::IAM::Role") {
		roles[role.PhysicalID] = role.LogicalID
	}
	var all []Handler
	for _, function := range o.deployment.Resources("AWS::Lambda::Function") {
		got, err := o.lambda.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &function.PhysicalID})
		if err != nil {
			return nil, fmt.Errorf("configuration of %s: %w", function.LogicalID, err)
		}
		_, role, _ := strings.Cut(aws.ToString(got.Role), ":role/")
		handler := Handler{ID: function.LogicalID, Name: function.PhysicalID, RoleID: roles[role], log: "/aws/lambda/" + function.PhysicalID}
		if group := got.LoggingConfig; group != nil && aws.ToString(group.LogGroup) != "" {
			handler.log = *group.LogGroup
		}
		all = append(all, handler)
	}
	return all, nil
}

// Logged are the lines that a function has logged since then and that hold all
// the texts.
func (o *Operator) Logged(ctx context.Context, handler Handler, since time.Time, texts ...string) ([]string, error) {
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(o.logs, &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: &handler.log, StartTime: aws.Int64(since.UnixMilli()),
	})
	var found []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("log of %s: %w", handler.ID, err)
		}
		for _, event := range page.Events {
			if holdsAll(aws.ToString(event.Message), texts) {
				found = append(found, *event.Message)
			}
		}
	}
	return found, nil
}

// Denied reports whether a function has met, since then, that its role lacks an
// action.
func (o *Operator) Denied(ctx context.Context, handler Handler, since time.Time, action string) (bool, error) {
	lines, err := o.Logged(ctx, handler, since, "not authorized to perform: "+action+" ")
	return len(lines) > 0, err
}

func holdsAll(line string, texts []string) bool {
	for _, text := range texts {
		if !strings.Contains(line, text) {
			return false
		}
	}
	return true
}

// Invoke runs a function now, without an event, and returns the error that it
// ended with, "" where it succeeded.
func (o *Operator) Invoke(ctx context.Context, handler Handler) (failure string, err error) {
	out, err := o.lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: &handler.Name, Payload: []byte("{}")})
	if err != nil {
		return "", fmt.Errorf("invoke %s: %w", handler.ID, err)
	}
	if out.FunctionError != nil {
		return string(out.Payload), nil
	}
	return "", nil
}
