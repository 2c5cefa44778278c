package supplychain

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
)

// definePipeline defines the state machine. Its states are constructs of the
// CDK, each with its fields as data: so a [Task] can be any chain of the CDK's,
// and the definition reads as written in asked.go.
func (c *SupplyChain) definePipeline() {
	g := newGraph(constructs.NewConstruct(c, jsii.String("States")), c.words.tableName)
	first := g.sequence(c.stages, nil)

	role := awsiam.NewRole(c, jsii.String("PipelineRole"), &awsiam.RoleProps{
		Description: jsii.String("What the pipeline of a supply chain may do"),
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("states.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Stack_Of(c).Account()}},
		}),
	})
	for _, statement := range c.pipelineStatements() {
		role.AddToPrincipalPolicy(statement)
	}
	c.Pipeline = awsstepfunctions.NewStateMachine(c, jsii.String("Pipeline"), props.Merge(awsstepfunctions.StateMachineProps{
		Comment: jsii.String("Each execution is one run of one asset; the state table is the truth about it"),
		Logs:    c.pipelineLogs(),
	}, c.props.PipelineProps, &awsstepfunctions.StateMachineProps{
		DefinitionBody:   awsstepfunctions.DefinitionBody_FromChainable(first),
		Role:             role,
		StateMachineType: awsstepfunctions.StateMachineType_STANDARD,
		TracingEnabled:   c.props.Tracing,
	}))
}

// pipelineLogs has errors only, and neither inputs nor outputs: task tokens are
// among them, and partners' data.
func (c *SupplyChain) pipelineLogs() *awsstepfunctions.LogOptions {
	if p := c.props.PipelineProps; p != nil && p.Logs != nil {
		return p.Logs
	}
	defaults := pipelineLogDefaults()
	c.PipelineLogs = awslogs.NewLogGroup(c, jsii.String("PipelineLogs"), &defaults)
	return &awsstepfunctions.LogOptions{
		Destination: c.PipelineLogs, Level: awsstepfunctions.LogLevel_ERROR, IncludeExecutionData: jsii.Bool(false),
	}
}

// pipelineStatements are what the states need that are the library's own; those
// of a [Task] are added by the CDK.
func (c *SupplyChain) pipelineStatements() []awsiam.PolicyStatement {
	actions := []string{"dynamodb:UpdateItem"}
	var functions []*string
	for _, s := range slots(c.stages) {
		switch s := s.(type) {
		case *partnerStage, *approvalStage:
			actions = []string{"dynamodb:GetItem", "dynamodb:UpdateItem"}
		case *functionStage:
			functions = append(functions, s.Function.FunctionArn())
		}
	}
	all := append([]awsiam.PolicyStatement{allow("WriteStages", actions, c.words.tableARN)}, c.useTableKey()...)
	if len(functions) > 0 {
		all = append(all, allow("InvokeStages", []string{"lambda:InvokeFunction"}, distinct(functions)...))
	}
	return all
}

// distinct keeps the first of equal texts.
func distinct(texts []*string) []*string {
	var all []*string
	seen := map[string]bool{}
	for _, text := range texts {
		if !seen[*text] {
			all = append(all, text)
		}
		seen[*text] = true
	}
	return all
}
