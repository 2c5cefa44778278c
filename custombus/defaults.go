package custombus

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
)

// logGroupDefaults keep logs for long enough to look into last month's
// delivery.
func logGroupDefaults() *awslogs.LogGroupProps {
	return &awslogs.LogGroupProps{Retention: awslogs.RetentionDays_ONE_MONTH}
}
