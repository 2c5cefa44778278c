package drive

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// Executions lists all executions of a state machine, those that ended too.
func Executions(ctx context.Context, client *sfn.Client, machine string) ([]types.ExecutionListItem, error) {
	var all []types.ExecutionListItem
	pages := sfn.NewListExecutionsPaginator(client, &sfn.ListExecutionsInput{StateMachineArn: &machine})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Executions...)
	}
	return all, nil
}
