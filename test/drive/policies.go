package drive

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// RevokePolicies takes all inline policies from all roles of the example.
func (e *Example) RevokePolicies(ctx context.Context) error {
	client := iam.NewFromConfig(e.Cloud.Config())
	for _, role := range e.Deployment.PhysicalIDs("AWS::IAM::Role") {
		policies, err := client.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: aws.String(role)})
		if err != nil {
			return fmt.Errorf("policies of %s: %w", role, err)
		}
		for _, policy := range policies.PolicyNames {
			_, err := client.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: aws.String(role), PolicyName: aws.String(policy)})
			if err != nil {
				return fmt.Errorf("revoke %s of %s: %w", policy, role, err)
			}
		}
	}
	return nil
}
